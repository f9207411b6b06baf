package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import stage.api.Demand;
import stage.api.observe.StageEvent;
import stage.api.pipeline.Job;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.InjectedCrash;
import stage.runtime.testkit.SimulatedRuntime;

/** Runs whole jobs in the simulated runtime, in many orders and with crashes anywhere, and checks their results. */
final class Everywhere {
  private Everywhere() {}

  /** Checks the result of each of so many runs, which ask for so much at a time. */
  static <R> void check(Job<R> job, int max, int min, int seeds, Consumer<R> check) {
    Job<R> demanding = job.withDemand(new Demand(max, min, false))
        .withIntensity(Intensity.of(1_000_000, Duration.ofSeconds(5)));
    var checked = new AtomicInteger();
    SimulatedRuntime.withSeeds(max, seeds).with(CrashRule.anywhere(0.01)).run(simulated -> {
      var isGivenUp = new AtomicBoolean();
      SupervisorSpec spec = SupervisorSpec.of("app").withListener(event -> {
        boolean isByCrash = event instanceof StageEvent.DeadLettered(var letter)
            && letter.cause() instanceof InjectedCrash;
        if (isByCrash) isGivenUp.set(true);
      });
      R found;
      try (var app = Supervisor.open(spec)) {
        found = demanding.start(app, "job").join();
      }
      // an event that crashes its stage each time it is delivered is given up, and then its results are missing
      if (isGivenUp.get()) return;
      check.accept(found);
      checked.incrementAndGet();
    });
    assertThat(checked.get()).isGreaterThan(seeds * 3 / 4);
  }
}
