package stage.simulation;

import java.io.IOException;
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
  static final long SERIES = 1_000_000;   // of seeds, apart from those that SimulationTest explores

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
    private static final long SHRINKING_NANOS = Long.getLong("stage.mutants.shrinkSeconds", 20) * 1_000_000_000L;

    private Hunt() {}

    /** {@return how many seeds it took; -1 if none of them failed} */
    public static int seeds(long first, int most) {
      return quietly(() -> {
        for (int i = 0; i < most; i++)
          if (Simulation.run(RecordedChoices.ofSeed(first + i)).failure() != null) return i + 1;
        return -1;
      });
    }

    /** {@return how many seeds it took in each of so many series} */
    public static int[] inSeries(int series, int most) {
      int[] seeds = new int[series];
      for (int i = 0; i < series; i++) seeds[i] = seeds(SERIES * (i + 1), most);
      return seeds;
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

  private static final int NOTHINGS_SEEDS = 200;   // most bugs are found by fewer

  /** A mutation of nothing, which nothing must find: what finds the others is the change, not how they are made. */
  static final Mutant NOTHING = new Mutant("nothing", Mutant.ALL.getFirst().file(), List.of(), false);

  static Mutant named(String name) {
    if (name.equals(NOTHING.name())) return NOTHING;
    return Mutant.ALL.stream().filter(mutant -> mutant.name().equals(name)).findFirst().orElseThrow();
  }

  /**
   * Looks for planted bugs. Meant for a JVM with the flags of {@code OtherJvm.SIMULATING}, which is twice as fast.
   * <pre>
   * Mutants SERIES SEEDS [TEXT]     prints how many seeds it took, for all or those whose name contains a text
   * Mutants renew SERIES SEEDS      writes the table of docs/testing-the-engine.md and kept.txt: see {@link Renewal}
   * Mutants find SEEDS NAME...      prints "found SEEDS NAME" or "missed NAME", and looks for nothing in vain
   * Mutants fit                     prints "misfit …" for each that does not fit the engine
   * Mutants kept SEEDS NAME...      prints "lost NAME" for each whose run in kept.txt does not lead to it any more
   * </pre>
   */
  public static void main(String... args) throws Exception {
    switch (args[0]) {
      case "renew" -> new Renewal(Integer.parseInt(args[1]), Integer.parseInt(args[2])).run();
      case "find" -> {
        find(NOTHING, NOTHINGS_SEEDS);
        for (String name : List.of(args).subList(2, args.length)) find(named(name), Integer.parseInt(args[1]));
      }
      case "fit" -> tellMisfits();
      case "kept" -> tellLost(List.of(args).subList(2, args.length));
      default -> {
        for (Mutant mutant : Mutant.ALL) {
          if (args.length <= 2 || mutant.name().contains(args[2]))
            System.out.println(row(mutant, Integer.parseInt(args[0]), Integer.parseInt(args[1])));
        }
      }
    }
  }

  private static void tellMisfits() throws IOException {
    List<Mutant> all = new ArrayList<>(Mutant.ALL);
    all.addAll(OldFaults.all());
    for (PlantedBug bug : ThreadedTest.plantedBugs()) all.add(bug.asMutant());
    ChangedEngine.misfits(all).forEach(misfit -> System.out.println("misfit " + misfit));
  }

  private static void tellLost(List<String> names) throws Exception {
    for (KeptRun kept : KeptRun.all())
      for (Mutant mutant : Mutant.ALL)
        if (mutant.name().equals(kept.name()) && names.contains(kept.name()) && !fails(mutant, kept.choices()))
          System.out.println("lost " + kept.name());
  }

  private static void find(Mutant mutant, int most) throws Exception {
    // in one series after the other: which seeds do changes with the engine
    for (long first : mutant == NOTHING ? new long[]{1} : new long[]{1, SERIES, 2 * SERIES, 3 * SERIES}) {
      int seeds = seedsToFind(mutant, first, most);
      if (seeds < 0) continue;
      System.out.println("found " + seeds + " " + mutant.name());
      return;
    }
    System.out.println("missed " + mutant.name());
  }

  /** {@return how soon a mutant is found, in so many series} */
  static MutantsTable.Row row(Mutant mutant, int series, int most) throws Exception {
    int[] seeds = (int[]) ChangedEngine.call(mutant.name(), mutant.file(), mutant.changes(), Hunt.class, "inSeries",
        series, most);
    for (int i = 0; i < series; i++) if (seeds[i] < 0) seeds[i] = MutantsTable.NEVER;
    Arrays.sort(seeds);
    return new MutantsTable.Row(mutant.name(), seeds[series / 2], seeds[series - 1]);
  }
}
