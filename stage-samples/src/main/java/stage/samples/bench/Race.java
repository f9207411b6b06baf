package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * Who moves events fastest.
 *
 * <p>Each contender gets as many events as it manages in the time of a round, which the warm-up finds out: so a slow
 * one does not hold up the others, and what it costs to build the shape weighs little for a fast one.
 *
 * @param name its name, for {@code --only}
 * @param about what is done, in a line
 * @param expected the sum that so many events must give
 * @param contenders who runs
 * @param goals what Stage is to show
 */
record Race(String name, String about, LongUnaryOperator expected, List<Contender> contenders, List<Goal> goals)
    implements Scenario {
  private static final long FEW = 1000;

  /** A contender who knows how many events it manages in a round. */
  private static final class Runner {
    private final Contender contender;
    private long events = FEW;
    private long warmUpNanos;

    Runner(Contender contender) {
      this.contender = contender;
    }
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    List<Runner> runners = contenders.stream().map(Runner::new).toList();
    warmUp(runners, effort);
    List<Samples> samples = Rounds.alternate(runners, effort.rounds(), this::nanosPerEvent);
    List<Result.Score> scores = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) scores.add(new Result.Score(contenders.get(i).name(), samples.get(i)));
    return List.of(Result.of(name, about, "ns per event", scores, goals));
  }

  /** Runs all in turn until each has had its time, with ever more events, up to those of a round. */
  private void warmUp(List<Runner> runners, Effort effort) throws Exception {
    boolean cold = true;
    while (cold) {
      cold = false;
      for (Runner runner : runners) {
        if (runner.warmUpNanos >= effort.warmUp().toNanos()) continue;
        cold = true;
        double nanos = nanosPerEvent(runner);
        runner.warmUpNanos += (long) (nanos * runner.events);
        runner.events = Math.clamp((long) (effort.round().toNanos() / nanos), FEW, 4 * runner.events);
      }
    }
  }

  private double nanosPerEvent(Runner runner) throws Exception {
    long start = System.nanoTime();
    long sum = runner.contender.work().run(runner.events);
    long nanos = System.nanoTime() - start;
    WrongResult.ensure(name, runner.contender.name(), sum, expected.applyAsLong(runner.events), runner.events);
    return (double) nanos / runner.events;
  }
}
