package stage.runtime.testkit;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import stage.api.supervision.Supervisor;
import stage.runtime.time.RealTime;
import stage.runtime.time.SimulatedTime;
import stage.runtime.time.Time;

/** Waits for a condition: on the clock of the simulation that the thread is part of, else on the real one. */
final class Waiting {
  private static final long STEP_NANOS = 1_000_000;

  private static final class Real {
    private static final Time TIME = new RealTime();
  }

  private final Time time;

  private Waiting(Time time) {
    this.time = time;
  }

  /** {@return the clock of the calling thread} */
  static Waiting here() {
    SimulatedTime simulation = SimulatedTime.ofThisThread();
    return new Waiting(simulation == null ? Real.TIME : simulation);
  }

  /** Spares a stage that is about to be started the harm of the simulation, if there is one. */
  void spare(Supervisor scope, String name) {
    if (time.faults() instanceof Injector injector) injector.spare(scope.name() + "/" + name);
  }

  /** {@return whether it became true in time} Looks each millisecond, of simulated time if that is the clock. */
  boolean until(BooleanSupplier condition, Duration limit) throws InterruptedException {
    long end = time.nanos() + limit.toNanos();
    while (!condition.getAsBoolean()) {
      if (time.nanos() - end >= 0) return false;
      time.gate().await(STEP_NANOS);
    }
    return true;
  }

  /** Waits, or fails the test. */
  void expect(BooleanSupplier condition, Duration limit, Supplier<String> otherwise) throws InterruptedException {
    if (!until(condition, limit)) throw new AssertionError(otherwise.get() + " within " + limit.toMillis() + " ms");
  }
}
