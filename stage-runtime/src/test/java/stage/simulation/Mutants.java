package stage.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import stage.runtime.simulation.OnVirtualThread;
import stage.runtime.simulation.RecordedChoices;
import stage.runtime.simulation.Shrinker;

/** Makes mutants of the engine, and counts how many seeds it takes until one of them is found out. */
public final class Mutants {
  private static final long SERIES = 1_000_000;   // of seeds, apart from those that SimulationTest explores

  private Mutants() {}

  /** {@return how many seeds, from the first on, it takes to find the mutant; -1 if so many do not find it} */
  static int seedsToFind(Mutant mutant, long first, int most) throws Exception {
    return (int) inside(mutant, "seeds", first, most);
  }

  /** {@return a short list of choices that finds the mutant; null if so many seeds do not find it} */
  static int[] shrunk(Mutant mutant, long first, int most) throws Exception {
    return (int[]) inside(mutant, "shrunk", first, most);
  }

  /** {@return whether the mutant fails in a run} */
  static boolean fails(Mutant mutant, int[] choices) throws Exception {
    return (boolean) ChangedEngine.call(mutant.name(), mutant.file(), mutant.changes(), Hunt.class, "fails", choices);
  }

  private static Object inside(Mutant mutant, String what, long first, int most) throws Exception {
    return ChangedEngine.call(mutant.name(), mutant.file(), mutant.changes(), Hunt.class, what, first, most);
  }

  /** What is run within the loader of a mutant. */
  public static final class Hunt {
    private static final Logger LOGGER = Logger.getLogger("stage");
    private static final int SHRINKING_RUNS = 50_000;
    private static final long SHRINKING_NANOS = Long.getLong("stage.mutants.shrinkSeconds", 120) * 1_000_000_000L;

    private Hunt() {}

    /** {@return how many seeds it took; -1 if none of them failed} */
    public static int seeds(long first, int most) {
      return quietly(() -> {
        for (int i = 0; i < most; i++)
          if (Simulation.run(RecordedChoices.ofSeed(first + i)).failure() != null) return i + 1;
        return -1;
      });
    }

    /** {@return a short list of choices that fails; null if none of the seeds failed} */
    public static int[] shrunk(long first, int most) {
      return quietly(() -> {
        for (int i = 0; i < most; i++) {
          Simulation.Outcome outcome = Simulation.run(RecordedChoices.ofSeed(first + i));
          if (outcome.failure() == null) continue;
          long end = System.nanoTime() + SHRINKING_NANOS;
          return Shrinker.shrink(outcome.choices(),
              list -> System.nanoTime() - end < 0 && Simulation.run(RecordedChoices.replaying(list)).failure() != null,
              SHRINKING_RUNS);
        }
        return null;
      });
    }

    public static boolean fails(int[] choices) {
      return quietly(() -> Simulation.run(RecordedChoices.replaying(choices)).failure() != null);
    }

    private static <T> T quietly(Supplier<T> hunt) {
      Level before = LOGGER.getLevel();
      LOGGER.setLevel(Level.OFF);
      try {
        return OnVirtualThread.run("hunt", hunt);
      } finally {
        LOGGER.setLevel(before);
      }
    }
  }

  /**
   * Shows how soon planted bugs are found, all or those whose name contains a text:
   * <pre>
   * Mutants SERIES SEEDS [TEXT]            prints a table: how many seeds it took, in so many series of at most so many
   * Mutants document SERIES SEEDS          writes the table into docs/testing-the-engine.md
   * Mutants keep SEEDS [TEXT]              prints a short run for each mutant, for kept.txt
   * Mutants renew SEEDS                    the same, for those whose run in kept.txt does not lead to them any more
   * </pre>
   */
  public static void main(String... args) throws Exception {
    switch (args[0]) {
      case "keep" -> {
        for (Mutant mutant : named(args, 2)) {
          int[] list = shrunk(mutant, SERIES, Integer.parseInt(args[1]));
          if (list != null) System.out.println(new KeptRun(mutant.name(), list));
        }
      }
      case "renew" -> {
        for (KeptRun kept : KeptRun.all()) {
          Mutant mutant =
              Mutant.ALL.stream().filter(candidate -> candidate.name().equals(kept.name())).findFirst().orElse(null);
          if (mutant == null || fails(mutant, kept.choices())) continue;
          int[] list = shrunk(mutant, SERIES, Integer.parseInt(args[1]));
          System.out.println(list == null ? "none for " + mutant.name() : new KeptRun(mutant.name(), list).toString());
        }
      }
      case "document" -> MutantsTable.write(search(Mutant.ALL, Integer.parseInt(args[1]), Integer.parseInt(args[2])));
      default -> search(named(args, 2), Integer.parseInt(args[0]), Integer.parseInt(args[1]));
    }
  }

  private static List<Mutant> named(String[] args, int at) {
    return Mutant.ALL.stream().filter(mutant -> args.length <= at || mutant.name().contains(args[at])).toList();
  }

  /** {@return how soon each mutant was found} Prints each as it is known. */
  private static List<MutantsTable.Row> search(List<Mutant> mutants, int trials, int most) throws Exception {
    List<MutantsTable.Row> rows = new ArrayList<>();
    for (Mutant mutant : mutants) {
      int[] seeds = new int[trials];
      for (int i = 0; i < trials; i++) {
        int found = seedsToFind(mutant, SERIES * (i + 1), most);
        seeds[i] = found < 0 ? MutantsTable.NEVER : found;
      }
      Arrays.sort(seeds);
      rows.add(new MutantsTable.Row(mutant.name(), seeds[trials / 2], seeds[trials - 1]));
      System.out.println(rows.getLast());
    }
    return rows;
  }
}
