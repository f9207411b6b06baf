package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.behaviour.support.Quiet;
import stage.runtime.simulation.RecordedChoices;
import stage.runtime.time.SeededTime;
import stage.runtime.simulation.Shrinker;

/**
 * Explores the drivers of production, which park and are unparked, by seeds: so many runs as {@code -Dstage.l2.seeds}
 * says, 5,000 if it says nothing, or for {@code -Dstage.l2.seconds}, 20 if it says nothing. Each build explores the
 * same seeds, from 0 on; others by {@code -Dstage.l2.first}.
 */
@Timeout(3600)
@ExtendWith(Quiet.class)
class ThreadedTest {
  private static final long SEEDS = Long.getLong("stage.l2.seeds", 5_000);
  private static final long SECONDS = Long.getLong("stage.l2.seconds", SEEDS > 5_000 ? 3000 : 12);
  private static final long FIRST = Long.getLong("stage.l2.first", 0);
  private static final int ONE_IN_TWICE = 20;
  private static final int SHRINKING_RUNS = 5_000;

  @BeforeAll
  static void needsASchedulerOfItsOwn() {
    assumeTrue(SeededTime.isMissingBecause() == null, SeededTime::isMissingBecause);
  }

  @Test
  void holdsForEachSeed() {
    Map<String, Integer> marks = new TreeMap<>();
    long begun = System.nanoTime();
    long switches = 0;
    long done = 0;
    while (done < SEEDS && System.nanoTime() - begun < SECONDS * 1_000_000_000L) {
      long seed = FIRST + done;
      ThreadedRun.Outcome outcome = ThreadedRun.run(RecordedChoices.ofSeed(seed));
      if (outcome.failure() != null) failWith(seed, outcome);
      if (done % ONE_IN_TWICE == 0) ensureTheSame(seed, outcome);
      outcome.marks().forEach(mark -> marks.merge(mark, 1, Integer::sum));
      switches += outcome.switches();
      done++;
    }
    double took = (System.nanoTime() - begun) / 1e9;
    System.out.printf("threads by seed: %d seeds, %.0f seeds/s, %.0f switches/s, first %d%n%s%n", done, done / took,
        switches / took, FIRST, marks);
    if (done >= 1000) {
      assertThat(marks.keySet()).as("met in %d seeds", done).contains("rested", "abandoned", "ignored an interrupt",
          "crashed in onDemand",
          "crashed in onEvents", "crashed in generate", "called", "called in vain", "EVENTS", "DEMAND");
    }
  }

  private static void ensureTheSame(long seed, ThreadedRun.Outcome first) {
    ThreadedRun.Outcome second = ThreadedRun.run(RecordedChoices.ofSeed(seed));
    assertThat(second.hash()).as("the trace of seed %d, run twice", seed).isEqualTo(first.hash());
    assertThat(second.choices()).as("the choices of seed %d, run twice", seed).isEqualTo(first.choices());
  }

  private static void failWith(long seed, ThreadedRun.Outcome outcome) {
    String kind = kindOf(outcome.failure());
    int[] shrunk = Shrinker.shrink(outcome.choices(), list -> {
      Throwable failure = ThreadedRun.run(RecordedChoices.replaying(list)).failure();
      return failure != null && kindOf(failure).equals(kind);
    }, SHRINKING_RUNS);
    Throwable last = ThreadedRun.run(RecordedChoices.replaying(shrunk), true).failure();
    fail("seed %d fails: %s%nreplay: -Dstage.l2.seeds=1001 -Dstage.l2.first=%d; shrunk, and traced above: %s".formatted(
        seed, outcome.failure(), seed - 1000,
        Arrays.toString(shrunk)), last);
  }

  private static String kindOf(Throwable failure) {
    return String.valueOf(failure).lines().findFirst().orElse("").replaceAll("[0-9]+", "#");
  }

  @Test
  void failsWhenAForeignThreadMakesOneOfItsThreadsGoOn() throws Exception {
    var time = new SeededTime(RecordedChoices.ofSeed(1), false);
    Thread stranger = Thread.ofPlatform().name("stranger")
        .start(() -> assertThatThrownBy(() -> time.execute(() -> {})).isInstanceOf(RejectedExecutionException.class));
    stranger.join();

    assertThatThrownBy(() -> time.run(() -> {})).isInstanceOf(AssertionError.class)
        .hasMessageContaining("a foreign thread, stranger, has made one of ours go on");
  }

  @Test
  void saysWhoWaitsWhenNobodyCanGoOn() {
    var time = new SeededTime(RecordedChoices.ofSeed(1), false);

    assertThatThrownBy(() -> time.run(() -> time.latch().await())).isInstanceOf(AssertionError.class)
        .hasMessageContaining("nobody can go on")
        .hasMessageContaining("saysWhoWaitsWhenNobodyCanGoOn");
  }

  /** What only the drivers of production can get wrong; the simulated ones have code of their own. */
  static List<PlantedBug> plantedBugs() {
    String driver = "time/ThreadDriver.java";
    List<PlantedBug> bugs = new ArrayList<>(List.of(
        new PlantedBug("a thread parks without a last check for work", driver,
            "    if (!machine.isReady(now())) {\n      WaitState what",
            "    {\n      WaitState what"),
        new PlantedBug("the last check comes before the announcement", driver,
            "    state = PARKING;\n    VarHandle.fullFence();   // pairs with the one before wake(): what the look below misses is followed by a wake-up; it reads with acquire\n"
                + "    if (!machine.isReady(now())) {",
            "    boolean ready = machine.isReady(now());\n    state = PARKING;\n    VarHandle.fullFence();\n    if (!ready) {"),
        new PlantedBug("a timed wait never ends", driver, "REST_NANOS, new WakeUp())", "REST_NANOS, () -> {})"),
        new PlantedBug("nothing wakes a thread in a timed wait", driver, "if ((now == PARKING || now == RESTING) &&",
            "if (now == PARKING &&"),
        new PlantedBug("a timer wakes no thread", driver, "time.at(atNanos, new WakeUp())",
            "time.at(atNanos, () -> {})"),
        new PlantedBug("a thread that yields is not woken", driver,
            "if (STATE.compareAndSet(this, BREATHING, AWAKE)) LockSupport.unpark(thread);", ""),
        new PlantedBug("a wake-up is forgotten", driver,
            "STATE.compareAndSet(this, now, AWAKE)) unpark(now);",
            "STATE.compareAndSet(this, now, AWAKE)) {}"),
        new PlantedBug("a sender looks for a thread to wake before it has published", "mailbox/Signals.java",
            "    BITS.getAndBitwiseOr(this, bit);   // volatile, so it is the full fence that pairs with the announcement of the driver\n    driver.wake();",
            "    driver.wake();\n    BITS.getAndBitwiseOr(this, bit);")));
    // It may take more than 5,000 seeds: the thread that was replaced has to do harm to a timer that nobody else
    // replaces.
    if (System.getProperty("stage.stress") != null) bugs.add(new PlantedBug("a replaced thread goes on",
        driver, "    if (!isCurrent()) return false;   // this thread was replaced in the step\n", ""));
    return bugs;
  }

  private static List<PlantedBug> todaysBugs() {
    return DailyShare.of(plantedBugs(), 2);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("todaysBugs")
  void findsAPlantedBug(PlantedBug bug) throws Exception {
    int seeds = bug.find(ThreadedRun.Search.class);

    System.out.printf("threads by seed: \"%s\" is found by seed %d%n", bug, seeds);
    assertThat(seeds).as("seeds that it took").isPositive();
  }
}
