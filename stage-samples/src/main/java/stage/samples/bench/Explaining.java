package stage.samples.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.observe.Explanation;
import stage.api.supervision.Supervisor;

/**
 * What it takes to explain a thousand stages that stand still: the processor time of the thread that asks, which waits
 * most of the time. A snapshot of them stands beside it.
 *
 * @param goals what Stage is to show
 */
record Explaining(List<Goal> goals) implements Scenario {
  private static final int PAIRS = 500;
  private static final long WHILE_NANOS = 400_000_000;
  private static final int MOST_ROUNDS = 9;
  private static final long WARM_UP_MILLIS = 20;   // a look for so much of what others get to warm up

  /** One way to look. */
  private record Look(String name, Scenario.Timed work) {}

  @Override
  public String name() {
    return "explain";
  }

  @Override
  public String about() {
    return "an explanation of 1,000 stages of which half wait for the others, which are silent: processor time";
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    try (var app = Supervisor.open("bench")) {
      for (int i = 0; i < PAIRS; i++) {
        var silent = app.start(Stage.producer("silent-" + i, () -> (Stage.Producer<Long>) (demand, out) -> {}));
        app.start(Stage.consumer("waiting-" + i, silent, () -> (events, from) -> {}).withDemand(Demand.max(10)));
      }
      List<Look> looks = List.of(new Look(Stages.NAME, () -> explain(app)), new Look("a snapshot", () -> snap(app)));
      while (app.explain().findings().size() < PAIRS) LockSupport.parkNanos(WHILE_NANOS);   // silent for a while
      long warmUp = effort.warmUp().toMillis() / WARM_UP_MILLIS;
      for (Look look : looks) for (long i = 0; i < warmUp; i++) look.work.nanos();
      List<Samples> samples =
          Rounds.alternate(looks, Math.min(MOST_ROUNDS, effort.rounds()), look -> look.work.nanos());
      List<Result.Score> scores = new ArrayList<>();
      for (int i = 0; i < samples.size(); i++) scores.add(new Result.Score(looks.get(i).name, samples.get(i)));
      return List.of(Result.of(name(), about(), "ns", scores, goals));
    }
  }

  private long explain(Supervisor app) throws WrongResult {
    long start = used();
    Explanation explanation = app.explain();
    long nanos = used() - start;
    WrongResult.ensure(name(), Stages.NAME, explanation.findings().size(), PAIRS, 2 * PAIRS);
    return nanos;
  }

  private static long snap(Supervisor app) {
    long start = used();
    app.tree();
    return used() - start;
  }

  /** {@return the processor time that the calling thread has taken, in nanoseconds} Both are made on it. */
  private static long used() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
