package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.observe.Explanation;
import stage.api.supervision.Supervisor;

/**
 * What it takes to explain a thousand stages that stand still, beyond the time that lies between its looks at them. A
 * snapshot of them stands beside it.
 *
 * @param goals what Stage is to show
 */
record Explaining(List<Goal> goals) implements Scenario {
  private static final int PAIRS = 500;
  private static final long LOOKS_NANOS = 400_000_000;   // from the first look to the last, where nothing moves
  private static final int MOST_ROUNDS = 9;
  private static final long WARM_UP_MILLIS = 100;   // a look for so much of what others get to warm up

  /** One way to look. */
  private record Look(String name, Scenario.Timed work) {}

  @Override
  public String name() {
    return "explain";
  }

  @Override
  public String about() {
    return "an explanation of 1,000 stages of which half wait for the others, which are silent, without the 400 ms"
        + " from the first look to the third";
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    try (var app = Supervisor.open("bench")) {
      for (int i = 0; i < PAIRS; i++) {
        var silent = app.start(Stage.producer("silent-" + i, () -> (Stage.Producer<Long>) (demand, out) -> {}));
        app.start(Stage.consumer("waiting-" + i, silent, () -> (events, from) -> {}).withDemand(Demand.max(10)));
      }
      List<Look> looks = List.of(new Look(Stages.NAME, () -> explain(app)), new Look("a snapshot", () -> snap(app)));
      while (app.explain().findings().size() < PAIRS) LockSupport.parkNanos(LOOKS_NANOS);   // silent for a while
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
    long start = System.nanoTime();
    Explanation explanation = app.explain();
    long nanos = System.nanoTime() - start;
    WrongResult.ensure(name(), Stages.NAME, explanation.findings().size(), PAIRS, 2 * PAIRS);
    return nanos - LOOKS_NANOS;
  }

  private static long snap(Supervisor app) {
    long start = System.nanoTime();
    app.tree();
    return System.nanoTime() - start;
  }
}
