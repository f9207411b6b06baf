package stage.pipeline.timed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import stage.api.Demand;
import stage.api.Redelivery;
import stage.api.RunSnapshot;
import stage.api.StageSnapshot;
import stage.api.pipeline.Job;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Running;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.Simulated;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * A job with all that must come of it.
 *
 * @param text what it is
 * @param scene its sources
 * @param watch tells its results the time
 * @param results in words, with the time if that is known
 * @param expected the results that there must be, in any order
 * @param late how many elements are late; -1 if that is not looked at
 * @param lateAfterIdle how many of them only because their source had been idle
 */
record TimedJob(String text, TimedScene scene, Watch watch, Pipeline<String> results, List<String> expected, int late,
    int lateAfterIdle) {
  private static final SupervisorSpec APP = SupervisorSpec.of("app").withGrace(Duration.ofMillis(20));

  /** The time in a simulation. */
  static final class Watch {
    /** How long a step hangs. */
    static final Duration HANGING = Duration.ofSeconds(3);

    private Simulated simulated;
    private boolean mayHang;
    private boolean hasHung;

    private void begin(Simulated run) {
      simulated = run;
      hasHung = false;
    }

    /** Something will. */
    void mayHang() {
      mayHang = true;
    }

    /** Blocks once in a run, for longer than a step may take, and does not heed interrupts. */
    void hang() {
      if (hasHung) return;
      hasHung = true;
      Duration until = simulated.elapsed().plus(HANGING);
      while (simulated.elapsed().compareTo(until) < 0) {
        try {
          simulated.advance(until.minus(simulated.elapsed()));
        } catch (InterruptedException unheeded) {
          // and goes on
        }
      }
    }

    /** Takes so long, in milliseconds. */
    void pass(long millis) throws InterruptedException {
      simulated.advance(Duration.ofMillis(millis));
    }

    /** {@return the time in words: in hundredths of a second} */
    static String at(long millis) {
      return " @" + millis / 10;
    }

    String now() {
      return at(millis());
    }

    long millis() {
      return simulated.elapsed().toMillis();
    }
  }

  /**
   * {@return what is wrong with it; null if nothing is}
   *
   * @param seed decides on the order in which things happen, and on what crashes
   * @param demand how much is asked for at a time
   * @param crashes how many of a thousand turns crash
   */
  String run(int seed, Demand demand, int crashes) {
    // An element that is hit by crash after crash would rightly be given up.
    Job<List<String>> job = results.toList().withDemand(demand).withRedelivery(Redelivery.attempts(10_000))
        .withIntensity(Intensity.of(1_000_000, Duration.ofSeconds(5)));
    String[] wrong = {null};
    SimulatedRuntime runtime = SimulatedRuntime.withSeeds(seed, 1).withShrinking(0);
    if (crashes > 0) runtime = runtime.with(CrashRule.anywhere(crashes / 1_000.0));
    try {
      runtime.run(simulated -> {
        watch.begin(simulated);
        try (Supervisor app = Supervisor.open(APP)) {
          wrong[0] = run(job.start(app, "job"), app, simulated);
        }
      });
    } catch (AssertionError stuck) {
      return stuck.toString();
    }
    return wrong[0];
  }

  /** {@return whether a crash would shift what is known of its times} */
  boolean isTimedExactly() {
    return scene.anyIdle() || watch.mayHang;
  }

  private String run(Running<List<String>> running, Supervisor app, Simulated simulated) throws InterruptedException {
    String fallen = null;
    if (scene.isStopped()) {
      simulated.advance(Duration.ofMillis(scene.stopAt()));
      running.stop();
    } else if (scene.anyIdle()) {
      fallen = falls(app, simulated);
    }
    List<String> found = running.join().stream().sorted().toList();
    if (fallen != null) return fallen;
    List<String> sorted = expected.stream().sorted().toList();
    Report report = running.report();
    if (!found.equals(sorted)) return difference(found, sorted) + "; " + report;
    if (late >= 0 && (report.late() != late || report.lateAfterIdle() != lateAfterIdle)) {
      return "late: " + report.late() + ", " + report.lateAfterIdle() + " after idle, not " + late + ", "
          + lateAfterIdle + "; " + report;
    }
    return null;
  }

  /** {@return a stage whose watermark falls, as it is shown between ticks; null if none does} */
  private String falls(Supervisor app, Simulated simulated) throws InterruptedException {
    List<StageSnapshot> before = List.of();
    simulated.advance(Duration.ofMillis(TimedSource.TICK / 2));
    for (long now = TimedSource.TICK / 2; now < scene.end(); now += TimedSource.TICK) {
      List<StageSnapshot> stages = app.tree().stages();
      for (StageSnapshot stage : stages) {
        for (StageSnapshot earlier : before) {
          if (earlier.path().equals(stage.path()) && isBehind(watermark(stage), watermark(earlier))) {
            return stage.path() + " falls behind " + watermark(earlier);
          }
        }
      }
      before = stages;
      simulated.advance(Duration.ofMillis(TimedSource.TICK));
    }
    return null;
  }

  private static Optional<java.time.Instant> watermark(StageSnapshot stage) {
    return stage.run().flatMap(RunSnapshot::watermark);
  }

  private static boolean isBehind(Optional<java.time.Instant> now, Optional<java.time.Instant> before) {
    return now.isPresent() && before.isPresent() && now.get().isBefore(before.get());
  }

  private static String difference(List<String> found, List<String> expected) {
    List<String> missing = new ArrayList<>(expected);
    found.forEach(missing::remove);
    List<String> tooMany = new ArrayList<>(found);
    expected.forEach(tooMany::remove);
    return "missing: " + missing + ", too many: " + tooMany;
  }

  @Override
  public String toString() {
    return Objects.toString(text) + " of " + scene;
  }
}
