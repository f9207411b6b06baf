package stage.samples.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import stage.api.Demand;

/** The program in the new JVM of {@link TimeToPeak}: one contender from its first event on. */
final class FirstSeconds {
  private static final long LOOK_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long AROUND_NANOS = Duration.ofMillis(300).toNanos();

  /**
   * From the first run on enough that building the shape and taking it down, which takes tens of milliseconds in a
   * new JVM, weighs little: what is looked at is the load.
   */
  private static final long EVENTS = 1_000_000;

  /** One run of some milliseconds. */
  private record Run(long atNanos, double nanosPerEvent) {}

  private FirstSeconds() {}

  /**
   * Runs, and prints the ratio.
   *
   * @param arguments the contender's name, hops, most and least demand, and for how many milliseconds it runs
   */
  public static void main(String[] arguments) throws Exception {
    Technique technique = Scenarios.technique(arguments[0]);
    int hops = Integer.parseInt(arguments[1]);
    var demand = new Demand(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]), false);
    long length = Duration.ofMillis(Long.parseLong(arguments[4])).toNanos();
    System.out.println(ratio(runs(events -> technique.hops(hops, demand, events), length), length));
    System.exit(0);
  }

  private static List<Run> runs(Contender.Work work, long length) throws Exception {
    List<Run> runs = new ArrayList<>();
    long begin = System.nanoTime();
    long end;
    do {
      long start = System.nanoTime();
      WrongResult.ensure("time-to-peak", "the contender", work.run(EVENTS), Events.sum(EVENTS), EVENTS);
      end = System.nanoTime();
      runs.add(new Run((start + end) / 2 - begin, (double) (end - start) / EVENTS));
    } while (end - begin < length);
    return runs;
  }

  /** Of what lasts for less than four seconds the half is looked at instead. */
  private static double ratio(List<Run> runs, long length) {
    long look = Math.min(LOOK_NANOS, length / 2);
    long around = Math.min(AROUND_NANOS, look);
    return median(runs, look - around, look + around) / median(runs, length * 3 / 4, Long.MAX_VALUE);
  }

  private static double median(List<Run> runs, long from, long to) {
    double[] figures = runs.stream().filter(run -> run.atNanos() >= from && run.atNanos() <= to)
        .mapToDouble(Run::nanosPerEvent).toArray();
    return figures.length > 0 ? new Samples(figures).median() : runs.getLast().nanosPerEvent();
  }
}
