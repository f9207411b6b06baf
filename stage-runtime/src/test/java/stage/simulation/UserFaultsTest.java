package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stage.behaviour.support.OtherJvm;
import stage.runtime.engine.TimersChecks;
import stage.runtime.testkit.SimulatedRuntime;
import stage.runtime.time.TimerThreadChecks;

/**
 * What users do wrong, and what others suffered from, by seeds: {@code -Dstage.sim.user.seeds}. And the faults that the
 * engine once had are found, in copies of the engine that have them again, by some thousand seeds: a third of them in
 * each build, another one each day; with {@code -Dstage.stress}, all.
 */
@Timeout(1800)
class UserFaultsTest {
  private static final int SEEDS = Integer.getInteger("stage.sim.user.seeds", 2_000);

  @Test
  void eachComesToWhatItMust() {
    SimulatedRuntime.withSeeds(0, SEEDS).run(UserFaults::run);
  }

  @Test
  void eachFaultOfOldIsFound() throws Exception {
    List<String> names = DailyShare.of(OldFaults.all(), 3).stream().map(Mutant::name).toList();
    List<String> said =
        OtherJvm.run("found ", OtherJvm.SIMULATING, OldFaults.class, names.toArray(String[]::new));
    assertThat(said).filteredOn(line -> line.startsWith("found ")).hasSameSizeAs(names)
        .noneMatch(line -> line.startsWith("found -1 "));
  }

  /** Nothing but the faults makes them fail. */
  @Test
  void timersHaveNone() throws Exception {
    assertThat(TimerThreadChecks.firstToFail()).isNull();
    assertThat(TimersChecks.firstToFail()).isNull();
  }
}
