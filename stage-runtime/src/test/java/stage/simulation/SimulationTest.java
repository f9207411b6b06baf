package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import stage.behaviour.support.OtherJvm;
import stage.behaviour.support.Quiet;
import stage.runtime.simulation.OnVirtualThread;
import stage.runtime.simulation.RecordedChoices;

/**
 * Explores the engine by seeds: so many runs as {@code -Dstage.sim.seeds} says, 50,000 if it says nothing, or for
 * {@code -Dstage.sim.seconds}, 20 if it says nothing; whichever ends first. Each build explores the same seeds, from 0
 * on; others by {@code -Dstage.sim.first}.
 */
@Timeout(3600)
@ExtendWith(Quiet.class)
class SimulationTest {
  private static final long SEEDS = Long.getLong("stage.sim.seeds", 50_000);
  private static final long SECONDS = Long.getLong("stage.sim.seconds", SEEDS > 50_000 ? 3000 : 20);
  private static final long FIRST = Long.getLong("stage.sim.first", 0);

  @Test
  void holdsForEachSeed() throws Exception {
    long seeds = 0;
    Map<String, Long> marks = new HashMap<>();
    List<String> said = OtherJvm.run("simulation: ", OtherJvm.SIMULATING, Exploration.class, String.valueOf(FIRST),
        String.valueOf(SEEDS), String.valueOf(SECONDS));
    for (String line : said) {
      String[] words = line.split(" ", 3);
      if (words[0].equals("explored")) seeds = Long.parseLong(words[1]);
      if (words[0].equals("mark")) marks.put(words[2], Long.parseLong(words[1]));
    }
    assertThat(seeds).isPositive();
    // What is rare must be met often, or the simulation explores too little; scaled to 100,000 seeds.
    for (String mark : Marks.EXPECTED) {
      double per100000 = marks.getOrDefault(mark, 0L) * 100_000.0 / seeds;
      assertThat(per100000).as("times per 100,000 seeds that \"%s\" was met, in %d seeds from %d", mark, seeds, FIRST)
          .isGreaterThan(seeds < 10_000 ? -1 : 100);
    }
  }

  // ---- runs that once failed

  @Test
  void holdsForEachRunThatOnceFailed() {
    List<KeptRun> all = KeptRun.all();
    assertThat(all).isNotEmpty();
    for (KeptRun each : all) {
      Simulation.Outcome outcome =
          OnVirtualThread.run("simulation", () -> Simulation.run(RecordedChoices.replaying(each.choices())));
      assertThat(outcome.failure()).as(each.name()).isNull();
    }
  }
}
