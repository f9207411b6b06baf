package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stage.runtime.time.RecordedChoices;
import stage.runtime.time.Shrinker;

/**
 * Explores the engine by seeds: so many runs as {@code -Dstage.sim.seeds} says, 50,000 if it says nothing, or for {@code -Dstage.sim.seconds}, 30 if
 * it says nothing; whichever ends first. The first thousand seeds are always the same; the others begin at {@code -Dstage.sim.first}, or follow those.
 */
@Timeout(3600)
class SimulationTest {
  private static final long SEEDS = Long.getLong("stage.sim.seeds", 50_000);
  private static final long SECONDS = Long.getLong("stage.sim.seconds", SEEDS > 50_000 ? 3000 : 30);
  private static final long FIRST = Long.getLong("stage.sim.first", 0);
  private static final int FIXED = 1000;
  private static final int ONE_IN_TWICE = 20;
  private static final int SHRINKING_RUNS = 20_000;
  private static final long PROGRESS_NANOS = 10_000_000_000L;

  private static final Logger LOGGER = Logger.getLogger("stage");   // kept, or its level is forgotten with it
  private static Level before;

  @BeforeAll
  static void silence() {
    before = LOGGER.getLevel();
    LOGGER.setLevel(Level.OFF);   // crashes by the hundred thousand
  }

  @AfterAll
  static void speak() {
    LOGGER.setLevel(before);
  }

  private record Exploration(long seeds, long steps, Map<String, Integer> marks) {}

  @Test
  void holdsForEachSeed() throws Exception {
    Exploration explored = onAVirtualThread(SimulationTest::explore);
    // What is rare must be met often, or the simulation explores too little; scaled to 100,000 seeds.
    for (String mark : Marks.EXPECTED) {
      double per100000 = explored.marks().getOrDefault(mark, 0) * 100_000.0 / explored.seeds();
      assertThat(per100000).as("times per 100,000 seeds that \"%s\" was met, in %d seeds from %d", mark, explored.seeds(), FIRST).isGreaterThan(explored.seeds() < 20_000 ? -1 : 30);
    }
  }

  /** Switching between virtual threads is what costs; a platform thread in between would make it ten times as much. */
  private static <T> T onAVirtualThread(Callable<T> body) throws Exception {
    var task = new FutureTask<>(body);
    Thread.ofVirtual().start(task);
    return task.get();
  }

  private static Exploration explore() {
    Map<String, Integer> marks = new TreeMap<>();
    long begun = System.nanoTime();
    long told = begun;
    long steps = 0;
    long done = 0;
    while (done < SEEDS) {
      long seed = done < FIXED ? done : FIRST + done;
      Simulation.Outcome outcome = Simulation.run(RecordedChoices.ofSeed(seed));
      if (outcome.failure() != null) failWith(seed, outcome);
      if (done % ONE_IN_TWICE == 0) ensureTheSame(seed, outcome);
      outcome.marks().forEach(mark -> marks.merge(mark, 1, Integer::sum));
      steps += outcome.steps();
      done++;
      long now = System.nanoTime();
      if (now - told > PROGRESS_NANOS) {
        told = now;
        System.out.printf("simulation: %d seeds, %.0f seeds/s, %.0f steps/s%n", done, done / ((now - begun) / 1e9), steps / ((now - begun) / 1e9));
      }
      if (now - begun > Duration.ofSeconds(SECONDS).toNanos()) break;
    }
    return new Exploration(done, steps, marks);
  }

  private static void ensureTheSame(long seed, Simulation.Outcome first) {
    Simulation.Outcome second = Simulation.run(RecordedChoices.ofSeed(seed));
    assertThat(second.hash()).as("the trace of seed %d, run twice", seed).isEqualTo(first.hash());
    assertThat(second.choices()).as("the choices of seed %d, run twice", seed).isEqualTo(first.choices());
  }

  private static void failWith(long seed, Simulation.Outcome outcome) {
    String kind = kindOf(outcome.failure());
    int[] shrunk = Shrinker.shrink(outcome.choices(), list -> {
      Throwable failure = Simulation.run(RecordedChoices.replaying(list)).failure();
      return failure != null && kindOf(failure).equals(kind);
    }, SHRINKING_RUNS);
    Simulation.run(RecordedChoices.replaying(shrunk), true);
    fail("seed %d fails: %s%nreplay: -Dstage.sim.seeds=1 -Dstage.sim.first=%d, or keep this list in kept.txt:%n%s", seed, outcome.failure(), seed,
        Arrays.toString(shrunk).replaceAll("[\\[\\] ]", ""));
  }

  /** What fails, without the numbers of this run. */
  private static String kindOf(Throwable failure) {
    String line = String.valueOf(failure).lines().findFirst().orElse("");
    return line.replaceAll("[0-9]+", "#").replaceAll("(source|handed|generator|middle|middle-tasks|sink|sink-tasks)#", "stage");
  }

  // ---- runs that once failed

  private record Kept(String name, int[] choices) {}

  private static List<Kept> kept() {
    try (var in = SimulationTest.class.getResourceAsStream("kept.txt")) {
      List<Kept> all = new ArrayList<>();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (line.isBlank() || line.startsWith("#")) continue;
        int colon = line.indexOf(':');
        int[] choices = Arrays.stream(line.substring(colon + 1).strip().split(",")).mapToInt(Integer::parseInt).toArray();
        all.add(new Kept(line.substring(0, colon).strip(), choices));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void holdsForEachRunThatOnceFailed() throws Exception {
    List<Kept> all = kept();
    assertThat(all).isNotEmpty();
    onAVirtualThread(() -> {
      for (Kept each : all) {
        Simulation.Outcome outcome = Simulation.run(RecordedChoices.replaying(each.choices()));
        assertThat(outcome.failure()).as(each.name()).isNull();
        assertThat(outcome.steps()).as("steps of %s: a list that has lost its meaning is to be replaced", each.name()).isGreaterThan(10);
      }
      return null;
    });
  }
}
