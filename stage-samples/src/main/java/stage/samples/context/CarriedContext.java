package stage.samples.context;

import java.util.List;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.supervision.ContextCapture;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.samples.flights.StandardOutput;

/** Two kinds of context on the threads of a scope, also after a restart. */
public final class CarriedContext {
  private static final Scoped TENANT = new Scoped();

  private CarriedContext() {}

  /** Emits three numbers. */
  static final class Numbers implements Stage.Producer<Integer> {
    private int next = 1;

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      for (long i = 0; i < demand && next <= 3; i++) out.emit(next++);
      if (next > 3) out.complete();
    }
  }

  /** Says where it runs and what it sees, and crashes once at the number 2. */
  static final class Teller implements Stage.Consumer<Integer> {
    private StageContext context;

    @Override
    public void onStart(StageContext context) {
      this.context = context;
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      for (int event : events) {
        if (event == 2 && context.incarnation() == 1) throw new IllegalStateException("once");
        System.out.println(event + " in incarnation " + context.incarnation() + ": request " + Mdc.value()
            + " of tenant " + TENANT.value());
        from.commit(1);
      }
    }
  }

  /** One context within the other. */
  private static ContextCapture both(ContextCapture outer, ContextCapture inner) {
    return () -> {
      ContextCapture.Around around = outer.capture();
      ContextCapture.Around within = inner.capture();
      return incarnation -> around.run(() -> within.run(incarnation));
    };
  }

  /**
   * Runs the sample.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    if (arguments.length > 0) {
      System.err.println("context: takes no argument, but was given " + String.join(" ", arguments));
      System.exit(2);
    }
    Mdc.put("4711");
    TENANT.callWith("blue", () -> {
      var spec = SupervisorSpec.of("context").withContext(both(Mdc.carried(), TENANT.carried()));
      try (var app = Supervisor.open(spec)) {
        var numbers = app.start(Stage.producer("numbers", Numbers::new));
        app.start(Stage.consumer("teller", numbers, Teller::new));
        app.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return null;
    });
    Mdc.clear();
    StandardOutput.check("context");
  }
}
