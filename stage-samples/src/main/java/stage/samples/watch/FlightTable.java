package stage.samples.watch;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import stage.api.pipeline.Pipeline;
import stage.api.supervision.Supervisor;

/**
 * A table of what each stage of this JVM does with its time, from the events of the flight recorder: it needs no handle
 * of the scope, so it can be added to a program from outside.
 */
public final class FlightTable implements AutoCloseable {
  private final RecordingStream recording = new RecordingStream();
  // The thread of the recording only.
  private final Map<String, String> rows = new TreeMap<>();

  private FlightTable(Consumer<String> out) {
    recording.enable("stage.Busy").withPeriod(Duration.ofMillis(500));
    recording.onEvent("stage.Busy", event -> rows.put(event.getString("stage"), row(event)));
    recording.onFlush(() -> {
      if (!rows.isEmpty()) out.accept(heading() + String.join("", rows.values()));
      rows.clear();   // a stage that has ended is told no more
    });
  }

  /**
   * Begins to write a table about once a second.
   *
   * @param out takes each of them
   * @return to end it
   */
  static FlightTable start(Consumer<String> out) {
    var table = new FlightTable(out);
    table.recording.startAsync();
    return table;
  }

  private static String heading() {
    return String.format(Locale.ROOT, "%-30s %5s %6s %6s %10s %10s%n", "stage", "busy", "events", "demand", "in/s",
        "out/s");
  }

  private static String row(RecordedEvent event) {
    return String.format(Locale.ROOT, "%-30s %4.0f%% %5.0f%% %5.0f%% %10.0f %10.0f%n", event.getString("stage"),
        percent(event, "busy"), percent(event, "events"), percent(event, "demand"), number(event, "in"),
        number(event, "out"));
  }

  private static double percent(RecordedEvent event, String field) {
    return 100 * number(event, field);
  }

  private static double number(RecordedEvent event, String field) {
    return event.<Number>getValue(field).doubleValue();
  }

  @Override
  public void close() {
    recording.close();
  }

  /**
   * Shows a pipeline of three stages for ten seconds.
   *
   * @param arguments none
   */
  public static void main(String... arguments) throws InterruptedException {
    FlightTable table = start(System.out::println);
    try (table; var shop = Supervisor.open("shop")) {
      Pipeline.<Integer>generate(out -> {
        for (int i = 0; i < 50_000; i++) out.emit(i);
      }).throttle(5_000, Duration.ofSeconds(1)).mapConcurrent(4, order -> "order " + order).forEach(order -> { })
          .start(shop, "orders").join();
    }
  }
}
