package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The tests are tested: the simulation finds bugs that are put into a copy of the engine. Each build looks for a
 * quarter of those that are found soon, another one each day; with {@code -Dstage.stress} for all. {@link Mutants#main}
 * prints how long each takes.
 */
@Timeout(1800)
class MutantsTest {
  private static final boolean ALL = System.getProperty("stage.stress") != null;
  private static final int SEEDS = 5_000;
  // from here on, if those before did not find it: which seeds do changes with the engine
  private static final long[] SERIES = {1, 1_000_000, 2_000_000, 3_000_000};

  /** Tells soon when the engine has moved on, and of all at once; the search for each comes to it much later. */
  @Test
  void eachFitsTheEngine() throws Exception {
    List<String> misfits = new ArrayList<>();
    for (Mutant mutant : Mutant.ALL)
      if (!fits(mutant.name(), mutant.file(), mutant.changes())) misfits.add(mutant.name());
    for (PlantedBug bug : ThreadedTest.plantedBugs()) {
      if (!fits(bug.name(), bug.file(), List.of(new ChangedEngine.Change(bug.original(), bug.replacement()))))
        misfits.add(bug.name());
    }
    assertThat(misfits).isEmpty();
  }

  private static boolean fits(String name, String file, List<ChangedEngine.Change> changes) throws Exception {
    try {
      ChangedEngine.ensureFits(name, file, changes);
      return true;
    } catch (AssertionError misfit) {
      System.out.println(misfit.getMessage());
      return false;
    }
  }

  @Test
  void eachIsFound() throws Exception {
    List<String> survivors = new ArrayList<>();
    int tried = 0;
    List<Mutant> soonFound = Mutant.ALL.stream().filter(mutant -> ALL || !mutant.isRare()).toList();
    for (Mutant mutant : DailyShare.of(soonFound, 4)) {
      tried++;
      if (!isFound(mutant)) survivors.add(mutant.name());
    }
    assertThat(survivors).as("not found by %d seeds in a row", SEEDS).isEmpty();
    assertThat(tried).isGreaterThanOrEqualTo(8);
  }

  private static boolean isFound(Mutant mutant) throws Exception {
    for (long first : SERIES) {
      int seeds = Mutants.seedsToFind(mutant, first, SEEDS);
      if (seeds < 0) continue;
      System.out.printf("planted: \"%s\" is found by %d seeds from %d%n", mutant.name(), seeds, first);
      return true;
    }
    return false;
  }

  /**
   * A list that does not lead to its bug any more has lost its meaning, and is to be replaced: see
   * {@link Mutants#main}.
   */
  @Test
  void eachFailsInTheRunThatIsKeptOfIt() throws Exception {
    List<String> lost = new ArrayList<>();
    for (KeptRun kept : KeptRun.all()) {
      for (Mutant mutant : Mutant.ALL)
        if (mutant.name().equals(kept.name()) && !Mutants.fails(mutant, kept.choices())) lost.add(kept.name());
    }
    assertThat(lost).isEmpty();
  }

  /** A mutation of nothing is not found: what finds the others is the change, and not the way they are made. */
  @Test
  void theCanaryThatIsNoneLives() throws Exception {
    Mutant first = Mutant.ALL.getFirst();
    var unchanged = new Mutant("nothing", first.file(), List.of(), false);
    assertThat(Mutants.seedsToFind(unchanged, 1, 500)).isEqualTo(-1);
  }

  /** What GenStage does on purpose, and what Stage must never do. */
  @Test
  void theCanaryThatMustFailDoes() throws Exception {
    Mutant canary = Mutant.ALL.stream()
        .filter(mutant -> mutant.name().startsWith("events in hand at a crash are dropped")).findFirst().orElseThrow();
    assertThat(Mutants.seedsToFind(canary, 1, 1000)).isPositive();
  }
}
