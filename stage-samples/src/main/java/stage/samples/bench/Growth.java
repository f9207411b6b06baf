package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;

/** What an event or an action costs where there are many of something, beside what it costs where there are few. */
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

  private record Part(String name, String about, Shape shape) {}

  private static final int MOST = 10_000;

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
      new Part("children", "n children start and are closed, per child", Crowds::children));

  @Override
  public String name() {
    return "growth";
  }

  @Override
  public String about() {
    return "what an event or an action costs among 10,000 consumers, partitions, inputs, timers, children: ns each";
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    int most = Math.min(MOST, effort.idlePipelines());
    // the goal is about the first
    List<Integer> sizes = List.of(most, Math.max(2, most / 10), Math.max(1, most / 100));
    List<Result> results = new ArrayList<>();
    for (Part part : PARTS) results.add(measure(part, sizes, effort.idleRounds()));
    return results;
  }

  private Result measure(Part part, List<Integer> sizes, int rounds) throws Exception {
    for (int size : sizes.reversed()) nanos(part, size, sizes.getFirst());   // not counted
    List<Samples> samples = Rounds.alternate(sizes, rounds, size -> nanos(part, size, sizes.getFirst()));
    List<Result.Score> scores = new ArrayList<>();
    for (int i = 0; i < sizes.size(); i++) scores.add(new Result.Score(contender(i, sizes), samples.get(i)));
    return Result.of(name() + "-" + part.name(), part.about() + ", n = " + String.format("%,d", sizes.getFirst()),
        "ns each", scores, List.of(new Goal.Within(TIMES, contender(sizes.size() - 1, sizes))));
  }

  /** Twice as many events as are asked for at once, and so many that they take a while. */
  private static double nanos(Part part, int size, int most) throws Exception {
    return part.shape().nanos(size, Math.max(40L * size, 20L * most));
  }

  private static String contender(int at, List<Integer> sizes) {
    return at == 0 ? Stages.NAME : String.format("Stage, n = %,d", sizes.get(at));
  }
}
