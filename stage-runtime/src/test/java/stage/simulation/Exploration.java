package stage.simulation;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import stage.runtime.simulation.OnVirtualThread;
import stage.runtime.simulation.RecordedChoices;
import stage.runtime.simulation.Shrinker;

/**
 * Explores the engine by seeds: {@code Exploration first count seconds}, whichever of the two ends first; or traces one
 * run: {@code Exploration seed}. It is a program of its own because it is twice as fast in a JVM with one carrier
 * thread: with more, each switch between two threads wakes another carrier.
 */
final class Exploration {
  private static final Logger LOGGER = Logger.getLogger("stage");   // kept, or its level is forgotten with it
  private static final int ONE_IN_TWICE = 20;
  private static final int SHRINKING_RUNS = 20_000;
  private static final long PROGRESS_NANOS = 10_000_000_000L;

  private final long begun = System.nanoTime();
  private final Map<String, Integer> marks = new TreeMap<>();
  private long seeds;
  private long runs;    // one in twenty is made twice
  private long steps;   // of all runs

  private Exploration() {}

  public static void main(String... args) {
    LOGGER.setLevel(Level.OFF);   // crashes by the hundred thousand
    long first = Long.parseLong(args[0]);
    if (args.length == 1) trace(first);
    else OnVirtualThread.run("exploration",
        () -> new Exploration().explore(first, Long.parseLong(args[1]), Long.parseLong(args[2])));
  }

  private static void trace(long seed) {
    Simulation.Outcome outcome = Simulation.run(RecordedChoices.ofSeed(seed), true);
    System.out.println(outcome.marks());
    if (outcome.failure() != null) outcome.failure().printStackTrace(System.out);
  }

  private Void explore(long first, long count, long seconds) {
    long told = begun;
    while (seeds < count && System.nanoTime() - begun < seconds * 1_000_000_000L) {
      long seed = first + seeds;
      Simulation.Outcome outcome = run(seed);
      if (outcome.failure() == null && seed % ONE_IN_TWICE == 0) outcome = again(seed, outcome);
      if (outcome.failure() != null) {
        tell(seed, outcome);
        System.exit(1);
      }
      outcome.marks().forEach(mark -> marks.merge(mark, 1, Integer::sum));
      seeds++;
      if (System.nanoTime() - told > PROGRESS_NANOS) {
        told = System.nanoTime();
        System.out.println("simulation: from seed " + first + " " + progress());
      }
    }
    System.out.println("simulation: from seed " + first + " " + progress());
    System.out.println("explored " + seeds);
    marks.forEach((name, times) -> System.out.println("mark " + times + " " + name));
    return null;
  }

  private String progress() {
    double passed = (System.nanoTime() - begun) / 1e9;
    return "%d seeds in %d runs of %d steps, %.0f seeds/s, %.2f M steps/s".formatted(seeds, runs,
        steps / Math.max(1, runs), seeds / passed, steps / passed / 1e6);
  }

  private Simulation.Outcome run(long seed) {
    Simulation.Outcome outcome = Simulation.run(RecordedChoices.ofSeed(seed));
    runs++;
    steps += outcome.steps();
    return outcome;
  }

  private Simulation.Outcome again(long seed, Simulation.Outcome first) {
    Simulation.Outcome second = run(seed);
    boolean isTheSame = second.hash() == first.hash() && Arrays.equals(second.choices(), first.choices());
    if (isTheSame) return second;
    return new Simulation.Outcome(second.steps(), second.hash(), second.marks(),
        new AssertionError("run twice, it is not the same"), second.choices());
  }

  private static void tell(long seed, Simulation.Outcome outcome) {
    String kind = kindOf(outcome.failure());
    int[] shrunk = Shrinker.shrink(outcome.choices(), list -> {
      Throwable failure = Simulation.run(RecordedChoices.replaying(list)).failure();
      return failure != null && kindOf(failure).equals(kind);
    }, SHRINKING_RUNS);
    Simulation.run(RecordedChoices.replaying(shrunk), true);
    System.out.printf(
        "seed %d fails: %s%nreplay: -Dstage.sim.seeds=1 -Dstage.sim.first=%d, or keep this list in kept.txt:%n%s%n",
        seed, outcome.failure(), seed,
        Arrays.toString(shrunk).replaceAll("[\\[\\] ]", ""));
  }

  /** What fails, without the numbers of this run. */
  private static String kindOf(Throwable failure) {
    String line = String.valueOf(failure).lines().findFirst().orElse("");
    return line.replaceAll("[0-9]+", "#").replaceAll("(source|handed|generator|middle|middle-tasks|sink|sink-tasks)#",
        "stage");
  }
}
