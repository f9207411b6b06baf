package stage.simulation;

import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import stage.runtime.time.RecordedChoices;

/** Runs seeds: {@code Explore first count}, or one of them with its trace: {@code Explore seed}. */
public final class Explore {
  private static final Logger LOGGER = Logger.getLogger("stage");   // kept, or its level is forgotten with it

  private Explore() {}

  public static void main(String... args) throws Exception {
    LOGGER.setLevel(Level.OFF);
    long first = Long.parseLong(args[0]);
    if (args.length == 1) {
      Simulation.Outcome outcome = Simulation.run(RecordedChoices.ofSeed(first), true);
      System.out.println(outcome.marks());
      if (outcome.failure() != null) outcome.failure().printStackTrace(System.out);
      return;
    }
    long count = Long.parseLong(args[1]);
    Thread.ofVirtual().start(() -> explore(first, count)).join();
  }

  private static void explore(long first, long count) {
    Map<String, Integer> marks = new TreeMap<>();
    Map<String, Long> failures = new TreeMap<>();
    long steps = 0;
    long begun = System.nanoTime();
    for (long seed = first; seed < first + count; seed++) {
      Simulation.Outcome outcome = Simulation.run(RecordedChoices.ofSeed(seed));
      steps += outcome.steps();
      outcome.marks().forEach(mark -> marks.merge(mark, 1, Integer::sum));
      if (outcome.failure() != null) {
        String line = String.valueOf(outcome.failure()).lines().findFirst().orElse("").replaceAll("[0-9]+", "#");
        if (failures.merge(line.substring(0, Math.min(120, line.length())), 1L, Long::sum) == 1) System.out.println("seed " + seed + ": " + outcome.failure());
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.printf("%d seeds, %.0f seeds/s, %.0f steps/s, %.0f steps a seed%n", count, count / seconds, steps / seconds, steps / (double) count);
    System.out.println(marks);
    failures.forEach((line, number) -> System.out.println(number + " x " + line));
  }
}
