package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;
import stage.api.supervision.Strategy;

/** What an event or an action costs among many of something, beside what it costs among few. */
final class Growth implements Scenario {
  /** What is measured at each size. */
  interface Shape {
    /**
     * {@return nanoseconds per event, or per action}
     *
     * @param size how many there are
     * @param events how many events to move, if that is what it does
     */
    double nanos(int size, long events) throws Exception;
  }

  /** What is measured, among at most this many. */
  private record Part(String name, String about, int most, Shape shape) {
    Part(String name, String about, Shape shape) {
      this(name, about, MOST, shape);
    }

    /** {@return the numbers among which it is measured, the greatest first: the goal is about that one} */
    List<Integer> sizes(Effort effort) {
      int greatest = Math.min(most, effort.idlePipelines());
      if (most == MOST) return List.of(greatest, Math.max(2, greatest / 10), Math.max(1, greatest / 100));
      return List.of(greatest, Math.max(2, 3 * greatest / 10), Math.max(1, greatest / 10));
    }
  }

  private static final int MOST = 10_000;
  private static final int MOST_CHILDREN = 100_000;

  /** A search among a hundred times as many takes twice the steps; the rest is memory that is farther away. */
  private static final double TIMES = 4;

  private static final List<Part> PARTS = List.of(
      new Part("demand", "a producer, n consumers, each event to one of them", Crowds::byDemand),
      new Part("generator", "a generator, n consumers, each event to one of them", Crowds::byDemandFromGenerator),
      new Part("partition", "a producer, n partitions with a consumer each", Crowds::byPartition),
      new Part("broadcast", "a producer, n consumers, per delivery", Crowds::byBroadcast),
      new Part("fan-in", "n inputs of one consumer, of which one has events", Crowds::fanIn),
      new Part("subscribe", "n consumers subscribe to a producer and cancel, per consumer", Crowds::subscribing),
      new Part("timers", "n timers are set and cancelled beside n others, per timer", Crowds::timers),
      new Part("start", "n children start in an init, per child", MOST_CHILDREN, Crowds::starting),
      new Part("one-for-all", "n children are restarted as a group, per child", MOST_CHILDREN,
          (size, events) -> Crowds.restarting(Strategy.ONE_FOR_ALL, size)),
      new Part("rest-for-one", "n children are restarted with the first of them, per child", MOST_CHILDREN,
          (size, events) -> Crowds.restarting(Strategy.REST_FOR_ONE, size)),
      new Part("close", "n children are closed with their scope, per child", MOST_CHILDREN, Crowds::closing),
      new Part("chain", "a chain of n stages drains the last of 1,000 events, per stage", Crowds::draining));

  private final Part part;

  private Growth(Part part) {
    this.part = part;
  }

  /** {@return one for each thing of which there may be many} */
  static List<Growth> all() {
    return PARTS.stream().map(Growth::new).toList();
  }

  @Override
  public String name() {
    return "growth-" + part.name();
  }

  @Override
  public String about() {
    return String.format("%s: ns each, n up to %,d", part.about(), part.most());
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    return List.of(measure(part.sizes(effort), effort.idleRounds()));
  }

  private Result measure(List<Integer> sizes, int rounds) throws Exception {
    for (int size : sizes.reversed()) nanos(part, size, sizes.getFirst());   // not counted
    List<Samples> samples = Rounds.alternate(sizes, rounds, size -> nanos(part, size, sizes.getFirst()));
    List<Result.Score> scores = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i++) scores.add(new Result.Score(contender(i, sizes), samples.get(i)));
    return Result.of(name(), part.about() + ", n = " + String.format("%,d", sizes.getFirst()),
        "ns each", scores, List.of(new Goal.Within(TIMES, contender(sizes.size() - 1, sizes))));
  }

  /** Twice as many events as are asked for at once, and enough to take a while. */
  private static double nanos(Part part, int size, int most) throws Exception {
    return part.shape().nanos(size, Math.max(40L * size, 20L * most));
  }

  private static String contender(int at, List<Integer> sizes) {
    return at == 0 ? Stages.NAME : String.format("Stage, n = %,d", sizes.get(at));
  }
}
