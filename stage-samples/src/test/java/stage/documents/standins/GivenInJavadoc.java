package stage.documents.standins;

import java.util.List;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.supervision.Supervisor;

/** What the snippets in the API's Javadoc leave to the reader: a scope, two running producers and a few stages. */
public final class GivenInJavadoc {
  public static Supervisor app;
  public static ProducerRef<Integer, ?> numbers;
  public static ProducerRef<String, ?> lines;
  public static Reading reading;

  private GivenInJavadoc() {}

  public record Reading(double celsius) {}

  public record Quote(String symbol, long cents) {}

  public static void connect() {}

  public static void disconnect() {}

  /** Produces. */
  public static class Counter implements Stage.Producer<Integer> {
    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      out.emit(1);
    }
  }

  /** Consumes. */
  public static class Printer implements Stage.Consumer<Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      System.out.println(events);
    }
  }

  /** As a {@link Counter}. */
  public static final class Ticks extends Counter {}

  /** As a {@link Printer}. */
  public static final class Log extends Printer {}
}
