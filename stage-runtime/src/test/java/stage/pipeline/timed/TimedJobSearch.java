package stage.pipeline.timed;

import java.util.List;
import java.util.Random;
import java.util.function.Function;
import stage.api.Demand;

/**
 * Makes whole jobs with event time at random, one for each seed, and looks for one whose results are not those that a
 * model expects.
 * Without JUnit, which a changed engine lacks.
 */
public final class TimedJobSearch {
  private static final List<Function<Random, TimedJob>> KINDS = List.of(
      TimedWindows::of, TimedWindows::of, TimedLists::of, TimedJoins::of, TimedTables::of, TimedCrowd::of,
      TimedHoldUps::of);

  private static final List<Demand> DEMANDS = List.of(new Demand(1, 0, false), new Demand(2, 1, false),
      new Demand(10, 0, false), new Demand(1000, 500, false));

  private static final int[] CRASHES = {0, 10, 50, 150};   // of a thousand turns

  private TimedJobSearch() {}

  /**
   * {@return the first seed whose job is wrong; -1 if there is none}
   *
   * @param first the first seed
   * @param seeds how many to try
   */
  public static int search(int first, int seeds) {
    for (int seed = first; seed < first + seeds; seed++) if (wrong(seed) != null) return seed;
    return -1;
  }

  private static TimedJob job(int seed, Random random) {
    random.setSeed(seed * 0x9E3779B97F4A7C15L);
    return KINDS.get(random.nextInt(KINDS.size())).apply(random);
  }

  /** {@return what is wrong with the job of a seed, and which it is; null if nothing is} */
  static String wrong(int seed) {
    var random = new Random();
    TimedJob job = job(seed, random);
    Demand demand = DEMANDS.get(random.nextInt(DEMANDS.size()));
    // An incarnation that begins anew waits anew until its source counts as idle.
    int crashes = job.isTimedExactly() ? 0 : CRASHES[random.nextInt(CRASHES.length)];
    String wrong = job.run(seed, demand, crashes);
    return wrong == null ? null
        : "seed " + seed + ", demand " + demand.max() + "/" + demand.min() + ", " + crashes + " crashes: " + job + ": "
            + wrong;
  }

  /** Prints what is wrong in some seeds: the first of them, and how many. */
  public static void main(String... args) {
    int first = Integer.parseInt(args[0]);
    long begun = System.nanoTime();
    for (int seed = first; seed < first + Integer.parseInt(args[1]); seed++) {
      String wrong = wrong(seed);
      if (wrong != null) System.out.println(wrong + "\n" + job(seed, new Random(0)).scene().details());
    }
    System.out.println((System.nanoTime() - begun) / 1_000_000 + " ms");
  }
}
