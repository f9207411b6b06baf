package stage.samples.bench;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.samples.OnPurpose;

/**
 * Crashes, one after the other, each from the message that throws to the return of the next incarnation's
 * {@code onStart}.
 */
final class Restarts {
  private Restarts() {}

  /**
   * Without a stack, as in all samples that crash by the thousand: to walk the stack costs more than to restart the
   * stage.
   */
  private static final class Crash extends RuntimeException implements OnPurpose {
    private static final long serialVersionUID = 1L;

    Crash() {
      super("a crash to be measured", null, false, false);
    }
  }

  private static final class Idle implements Stage.Consumer<Long> {
    private final Semaphore started;

    Idle(Semaphore started) {
      this.started = started;
    }

    @Override
    public void onStart(StageContext context) {
      started.release();
    }

    @Override
    public void onEvents(List<Long> events, Inlet<Long> from) {}
  }

  /** {@return how many restarts there were} Each crash is thrown when the restart before it is over. */
  static long ofAStage(long crashes) throws Exception {
    var started = new Semaphore(0);
    var spec = SupervisorSpec.of("bench").withIntensity(new Intensity(Integer.MAX_VALUE, Duration.ofMillis(1)));
    try (var app = Supervisor.open(spec)) {
      StageRef<Idle> stage = app.start(Stage.consumer("idle", () -> new Idle(started)));
      started.acquire();
      for (long i = 0; i < crashes; i++) {
        stage.cast(behaviour -> {
          throw new Crash();
        });
        started.acquire();
      }
      stage.call(behaviour -> null);   // the last incarnation is counted once it takes turns
      return app.snapshot().restarts();
    }
  }

  /**
   * {@return how many threads were started} What one does without a supervisor: a new virtual thread for each one that
   * threw.
   */
  static long ofAThread(long crashes) throws Exception {
    long ended = 0;
    for (long i = 0; i < crashes; i++) {
      var thread = Thread.ofVirtual().uncaughtExceptionHandler((who, crash) -> {}).start(() -> {
        throw new Crash();
      });
      thread.join();
      ended++;
    }
    return ended;
  }
}
