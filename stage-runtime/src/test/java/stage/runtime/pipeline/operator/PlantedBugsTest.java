package stage.runtime.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.simulation.DailyShare;

/**
 * Bugs that operators could have, each planted in a copy and found by their tests. That whole jobs find all of them,
 * {@code TimedJobsTest} shows.
 */
class PlantedBugsTest {
  /** {@return today's share, or those whose names a pattern is found in} */
  private static List<OperatorBug> bugs() {
    String only = System.getProperty("stage.planted.only");
    if (only == null) return DailyShare.of(OperatorBug.soonFound(), 6);
    var pattern = Pattern.compile(only);
    return OperatorBug.soonFound().stream().filter(bug -> pattern.matcher(bug.name()).find()).toList();
  }

  @Test
  void allFitTheirSources() {
    assertThat(OperatorBug.all()).allSatisfy(OperatorBug::ensureIsThere);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bugs")
  void areFound(OperatorBug bug) throws Exception {
    String found = (String) bug.call(OperatorChecks.class, "firstToFail");
    assertThat(found).as("what finds: %s", bug.name()).isNotNull();
    if (Boolean.getBoolean("stage.planted.table")) System.err.println("| " + bug.name() + " | `" + found + "` |");
  }

  /** Nothing but the bugs makes them fail. */
  @Test
  void areTheOnlyOnes() throws Exception {
    assertThat(OperatorChecks.firstToFail()).isNull();
  }
}
