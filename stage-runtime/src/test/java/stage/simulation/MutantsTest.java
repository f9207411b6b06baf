package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import stage.behaviour.support.OtherJvm;

/**
 * The tests are tested: the simulation finds bugs that are put into a copy of the engine. Each build looks for
 * a quarter of those that are found soon, another one each day; with {@code -Dstage.stress} for all.
 * {@link Mutants#main} prints how long each takes.
 */
@Timeout(1800)
class MutantsTest {
  private static final boolean ALL = System.getProperty("stage.stress") != null;
  private static final int SEEDS = 5_000;

  /** Tells soon when the engine has moved on, and of all at once; the search for each comes to it much later. */
  @Test
  void eachFitsTheEngine() throws Exception {
    assertThat(look("fit", SEEDS, List.of())).filteredOn(line -> line.startsWith("misfit ")).isEmpty();
  }

  @Test
  void eachIsFound() throws Exception {
    List<Mutant> soonFound = Mutant.ALL.stream().filter(mutant -> ALL || !mutant.isRare()).toList();
    List<String> names = DailyShare.of(soonFound, 4).stream().map(Mutant::name).toList();
    assertThat(names).hasSizeGreaterThanOrEqualTo(8);

    List<String> said = look("find", SEEDS, names);
    assertThat(said).filteredOn(line -> line.startsWith("missed ")).as("not found by %d seeds in a row", SEEDS)
        .isEmpty();
    assertThat(said).filteredOn(line -> line.startsWith("found ")).hasSameSizeAs(names);
  }

  /** What looks for planted bugs, in a JVM that does nothing else. */
  private static List<String> look(String what, int seeds, List<String> names) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(what, String.valueOf(seeds)));
    arguments.addAll(names);
    return OtherJvm.run("found ", OtherJvm.SIMULATING, Mutants.class, arguments.toArray(String[]::new));
  }

  /** A list that does not lead to its bug any more has lost its meaning, and is to be replaced: see {@link Renewal}. */
  @Test
  void eachFailsInTheRunThatIsKeptOfIt() throws Exception {
    assertThat(look("kept", SEEDS, List.of())).filteredOn(line -> line.startsWith("lost ")).isEmpty();
  }

  /**
   * Nothing but the change finds a bug, so that a mutation of nothing is not found; and what GenStage does on purpose,
   * and Stage must never do, is.
   */
  @Test
  void theCanariesLiveAndDie() throws Exception {
    String mustFail = "events in hand at a crash are dropped (GenStage)";
    assertThat(look("find", 500, List.of("nothing", mustFail)))
        .contains("missed nothing").anyMatch(line -> line.matches("found \\d+ " + Pattern.quote(mustFail)));
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
