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
 * @param most how many events the smallest run has at most, because each takes long
 * @param expected the sum that this many events must give
 * @param contenders who runs
 * @param goals what Stage is to show
 */
record Race(
    String name, String about, long most, LongUnaryOperator expected, List<Contender> contenders, List<Goal> goals)
    implements Scenario {
  Race(String name, String about, LongUnaryOperator expected, List<Contender> contenders, List<Goal> goals) {
    this(name, about, Long.MAX_VALUE, expected, contenders, goals);
  }

  /** A contender who knows how many events it manages in a round. */
  private static final class Runner {
    private final Contender contender;
    private long events;

    Runner(Contender contender, long events) {
      this.contender = contender;
      this.events = events;
    }
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    List<Runner> runners =
        contenders.stream().map(contender -> new Runner(contender, 2 * few(effort))).toList();
    WarmUp.all(runners, effort, runner -> runAndFit(runner, effort));
    List<Samples> samples = Rounds.alternate(runners, effort.rounds(), runner -> nanosPerEvent(runner, runner.events));
    List<Result.Score> scores = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) scores.add(new Result.Score(contenders.get(i).name(), samples.get(i)));
    return List.of(Result.of(name, about, "ns per event", scores, goals));
  }

  /**
   * Runs it, and finds out how many events it moves in the time of a round. What a few take is left out of account: to
   * build the shape and take it down may last longer than a round on a busy machine, and then rounds of a few events
   * would show only that.
   */
  private double runAndFit(Runner runner, Effort effort) throws Exception {
    long few = few(effort);
    double ofFew = nanosPerEvent(runner, few) * few;
    double nanos = nanosPerEvent(runner, runner.events);
    double more = Math.max(0, nanos * runner.events - ofFew) / (runner.events - few);
    runner.events = Math.clamp((long) (effort.round().toNanos() / more), 2 * few, 4 * runner.events);
    return nanos;
  }

  private long few(Effort effort) {
    return Math.min(most, effort.few());
  }

  private double nanosPerEvent(Runner runner, long events) throws Exception {
    long start = System.nanoTime();
    long sum = runner.contender.work().run(events);
    long nanos = System.nanoTime() - start;
    WrongResult.ensure(name, runner.contender.name(), sum, expected.applyAsLong(events), events);
    return (double) nanos / events;
  }
}
