package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import stage.behaviour.support.OtherJvm;

/**
 * The tests are tested: the simulation finds bugs that are put into a copy of the engine. Each build looks for
 * a quarter of those that are found soon, another one each day, and makes half of the runs that are kept; with
 * {@code -Dstage.stress} all.
 * {@link Mutants#main} prints how long each takes.
 */
@Timeout(1800)
class MutantsTest {
  private static final boolean ALL = System.getProperty("stage.stress") != null;
  private static final int SEEDS = 5_000;
  private static final String OF_GENSTAGE = "events in hand at a crash are dropped (GenStage)";

  /** Tells soon when the engine has moved on, and of all at once; the search for each comes to it much later. */
  @Test
  void eachFitsTheEngine() throws Exception {
    assertThat(look("fit", List.of())).filteredOn(line -> line.startsWith("misfit ")).isEmpty();
  }

  @Test
  void eachIsFoundAndNothingButTheChangeFindsIt() throws Exception {
    List<Mutant> soonFound = Mutant.ALL.stream().filter(mutant -> ALL || !mutant.isRare()).toList();
    List<String> names = new ArrayList<>(DailyShare.of(soonFound, 4).stream().map(Mutant::name).toList());
    assertThat(names).hasSizeGreaterThanOrEqualTo(8);
    // What GenStage does on purpose, and Stage must never do, is found every day; a mutation of nothing is not.
    if (!names.contains(OF_GENSTAGE)) names.add(OF_GENSTAGE);

    List<String> said = look("find", names);

    assertThat(said).filteredOn(line -> line.startsWith("missed ")).as("not found by %d seeds in a row", SEEDS)
        .containsExactly("missed nothing");
    assertThat(said).filteredOn(line -> line.startsWith("found ")).hasSameSizeAs(names);
  }

  /** A list that does not lead to its bug any more has lost its meaning, and is to be replaced: see {@link Renewal}. */
  @Test
  void eachFailsInTheRunThatIsKeptOfIt() throws Exception {
    List<String> kept = KeptRun.all().stream().map(KeptRun::name).toList();
    assertThat(look("kept", DailyShare.of(kept, 2))).filteredOn(line -> line.startsWith("lost ")).isEmpty();
  }

  /** What looks for planted bugs, in a JVM that does nothing else. */
  private static List<String> look(String what, List<String> names) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(what, String.valueOf(SEEDS)));
    arguments.addAll(names);
    return OtherJvm.run("found ", OtherJvm.SIMULATING, Mutants.class, arguments.toArray(String[]::new));
  }

  /**
   * Renews the table of docs/testing-the-engine.md and kept.txt, on demand: {@code -Dstage.planted.renew=3}, for three
   * series of searches.
   */
  @Test
  @EnabledIfSystemProperty(named = "stage.planted.renew", matches = "\\d+")
  void renewsWhatIsKnown() throws Exception {
    new Renewal(Integer.getInteger("stage.planted.renew"), Integer.getInteger("stage.planted.seeds", 20_000)).run();
  }
}
