package stage.runtime.testkit;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import stage.api.StageRef;
import stage.api.supervision.Supervisor;
import stage.runtime.time.RealTime;
import stage.runtime.simulation.SimulatedTime;
import stage.runtime.time.Time;

/** Waits for a condition: on the clock of the simulation that the thread is part of, else on the real one. */
final class Awaiter {
  private static final long STEP_NANOS = 1_000_000;
  private static final int SLOWER = 16;

  private static final class Real {
    private static final Time TIME = new RealTime();
  }

  private final Time time;

  private Awaiter(Time time) {
    this.time = time;
  }

  /** {@return the clock of the calling thread} */
  static Awaiter here() {
    SimulatedTime simulation = SimulatedTime.ofThisThread();
    return new Awaiter(simulation == null ? Real.TIME : simulation);
  }

  /** Spares a stage that is about to be started the harm of the simulation, if there is one. */
  void spare(Supervisor scope, String name) {
    if (time.faults() instanceof FaultInjector injector) injector.spare(scope.name() + "/" + name);
  }

  /**
   * Fails unless a stage that was started belongs to the simulation, if there is one: else it would run in real time,
   * and be waited for in none.
   */
  <R extends StageRef<?>> R ensureInside(R started) {
    if (!(time instanceof SimulatedTime simulation) || simulation.hasCarried("stage:" + started.path() + "#"))
      return started;
    throw new IllegalStateException("stage " + started.path()
        + " is not part of the simulation, because its scope was opened outside of it; open the scope in the"
        + " body of the simulation");
  }

  /** Tells the trace of the simulation of something, if there is one. */
  void note(String what) {
    if (time.faults() instanceof FaultInjector injector) injector.note(what);
  }

  /** {@return what to throw, with what goes on in the simulation if there is one} */
  AssertionError failure(String message, Throwable cause) {
    note("fails: " + message);
    String others = time instanceof SimulatedTime simulation ? simulation.explain().stripTrailing() : "";
    return new AssertionError(others.isEmpty() ? message : message + "\nwhere the others stand:\n" + others, cause);
  }

  /**
   * {@return whether it became true in time} Looks each millisecond; of simulated time, in which nothing can be seen
   * meanwhile but what is stepped, the less often the longer it takes.
   */
  boolean until(BooleanSupplier condition, Duration limit) throws InterruptedException {
    long start = time.nanos();
    long most = Time.toNanos(limit);
    while (!condition.getAsBoolean()) {
      long waited = time.nanos() - start;
      if (waited >= most) return false;
      long step = time instanceof SimulatedTime ? Math.max(STEP_NANOS, waited / SLOWER) : STEP_NANOS;
      time.latch("what it expects", "").await(Math.min(step, most - waited));
    }
    return true;
  }

  /** Waits, or fails the test. */
  void expect(BooleanSupplier condition, Duration limit, Supplier<String> otherwise) throws InterruptedException {
    if (!until(condition, limit)) throw failure(otherwise.get() + " within " + limit.toMillis() + " ms", null);
  }
}
