package stage.stress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.behaviour.support.OtherJvm;

/** Real threads, by R1 to R10 of the plan: a little of each in every build, all of it with {@code -Dstage.stress}. */
@Tag("races")
@Timeout(3600)
class StressTest {
  /** What can be run, here or in another JVM. */
  enum Storm {
    R1_CRASHES {
      @Override
      void run(long seed, boolean full) throws Exception {
        CrashStorm.run(seed, full ? 1_000_000 : 60_000);
      }
    },
    R2_INTERRUPTS {
      @Override
      void run(long seed, boolean full) throws Exception {
        InterruptedCallers.run(seed, full ? 2000 : 500, full ? 20 : 1);
      }
    },
    R3_GRID {
      @Override
      void run(long seed, boolean full) throws Exception {
        Grid.run(full ? 16 : 5);
      }
    },
    R4_RACES {
      @Override
      void run(long seed, boolean full) throws Exception {
        Races.run(full ? 2500 : 20);
      }
    },
    R5_TREE {
      @Override
      void run(long seed, boolean full) throws Exception {
        TreeStorm.run(seed, full ? 500 : 100, full ? 500_000 : 2000, Duration.ofSeconds(full ? 90 : 5));
      }
    },
    R6_SUBSCRIBERS {
      @Override
      void run(long seed, boolean full) throws Exception {
        ManySubscribers.run(full ? 10_000 : 500);
      }
    };

    abstract void run(long seed, boolean full) throws Exception;

    final void guarded(long seed, boolean full) throws Exception {
      long begun = System.nanoTime();
      Watchdog.guard(this + ", seed " + seed, Duration.ofSeconds(full ? 600 : 60), () -> run(seed, full));
      System.out.printf("%s, seed %d: %.1f s%n", this, seed, (System.nanoTime() - begun) / 1e9);
    }
  }

  private static final Logger LOGGER = Logger.getLogger("stage");   // kept, or its level is forgotten with it

  private static final long SEED = Long.getLong("stage.stress.seed", ThreadLocalRandom.current().nextLong(1L << 40));

  private static void quietly(Watchdog.Body body) throws Exception {
    Level before = LOGGER.getLevel();
    LOGGER.setLevel(Level.OFF);
    try {
      body.run();
    } finally {
      LOGGER.setLevel(before);
    }
  }

  @ParameterizedTest
  @EnumSource(Storm.class)
  void aLittleOf(Storm storm) throws Exception {
    quietly(() -> storm.guarded(SEED, false));
  }

  @ParameterizedTest
  @EnumSource(Storm.class)
  @Tag("stress")
  void allOf(Storm storm) throws Exception {
    quietly(() -> storm.guarded(SEED, true));
  }

  // ---- R9: no virtual thread is pinned where the engine waits

  @Test
  void r9_noVirtualThreadIsPinnedByTheEngine() throws Exception {
    Path file = Files.createTempFile("stage-pinned", ".jfr");
    try (var recording = new Recording()) {
      recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO).withStackTrace();
      recording.start();
      assertThat(new IllegalStateException("the recorder loads what it traces throwables with")).isNotNull();
      // loads, links and initializes: the JVM waits in monitors of its own for that
      quietly(StressTest::crashesAndRaces);
      Instant warm = Instant.now();
      quietly(StressTest::crashesAndRaces);
      recording.stop();
      recording.dump(file);
      assertThat(RecordingFile.readAllEvents(file)).filteredOn(event -> event.getStartTime().isAfter(warm))
          .filteredOn(StressTest::isInTheEngine).isEmpty();
    } finally {
      Files.delete(file);
    }
  }

  private static void crashesAndRaces() throws Exception {
    Storm.R1_CRASHES.guarded(SEED, false);
    Storm.R4_RACES.guarded(SEED, false);
  }

  /**
   * The engine is on the stack, and what waits is neither the JDK that loads or initializes a class for the first time,
   * nor Flight Recorder itself, whose pool of strings has a monitor.
   */
  private static boolean isInTheEngine(RecordedEvent event) {
    if (!event.getEventType().getName().equals("jdk.VirtualThreadPinned") || event.getStackTrace() == null)
      return false;
    boolean isFirstUse = event.hasField("pinnedReason")
        && String.valueOf(event.getString("pinnedReason")).startsWith("Waited for initialization of ");
    List<String> stack =
        event.getStackTrace().getFrames().stream().map(frame -> frame.getMethod().getType().getName()).toList();
    boolean isTheJdk = stack.getFirst().startsWith("jdk.jfr.") || stack.getFirst().startsWith("jdk.internal.loader.");
    return !isFirstUse && !isTheJdk && stack.stream().anyMatch(type -> type.startsWith("stage.runtime."));
  }

  // ---- other JVMs

  /** What runs in them: {@code storm|soak|full-heap seed full|seconds}. */
  static final class Main {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private Main() {}

    public static void main(String[] args) throws Exception {
      LOGGER.setLevel(Level.OFF);
      if (args[0].equals("soak")) {
        var seconds = Duration.ofSeconds(Long.parseLong(args[2]));
        Watchdog.guard("soak", seconds.plus(PATIENCE), () -> Soak.run(seconds));
      } else if (args[0].equals("full-heap")) {
        var seconds = Duration.ofSeconds(Long.parseLong(args[2]));
        Watchdog.guard("full heap", seconds.plus(PATIENCE), () -> FullHeap.run(Long.parseLong(args[1]), seconds));
      } else {
        for (Storm storm : args[0].equals("all") ? Storm.values() : new Storm[] {Storm.valueOf(args[0])}) {
          storm.guarded(Long.parseLong(args[1]), args[2].equals("full"));
        }
      }
      System.out.println("holds");
    }
  }

  private static void inAJvm(List<String> flags, String... arguments) throws Exception {
    long begun = System.nanoTime();
    Process process = OtherJvm.of(flags, Main.class, arguments).start();
    List<String> lines;
    try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      lines = out.lines().toList();
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(lines).as("what a JVM with %s says of %s", flags, List.of(arguments)).endsWith("holds");
    System.out.printf("%s, %s: %.1f s%n", flags, List.of(arguments), (System.nanoTime() - begun) / 1e9);
  }

  @Nested
  class InAnotherJvm {
    @Test
    void r7_runsOnInLittleMemory() throws Exception {
      inAJvm(List.of("-Xmx64m"), "soak", "0", "2");
    }

    @Test
    @Tag("stress")
    void r7_runsOnInLittleMemoryForLong() throws Exception {
      inAJvm(List.of("-Xmx64m"), "soak", "0", "600");
    }

    @Test
    void r7_f05_isExactWhereTheHeapIsFullAgainAndAgain() throws Exception {
      inAJvm(List.of("-Xmx40m", "-XX:+UseSerialGC"), "full-heap", String.valueOf(SEED), "2");
    }

    @Test
    @Tag("stress")
    void r7_f05_isExactWhereTheHeapIsFullForLong() throws Exception {
      inAJvm(List.of("-Xmx40m", "-XX:+UseSerialGC"), "full-heap", String.valueOf(SEED), "60");
    }

    @Test
    void r8_holdsOnOneCarrierThread() throws Exception {
      inAJvm(List.of("-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1"),
          "R4_RACES", String.valueOf(SEED), "little");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    @Tag("stress")
    void r8_allHoldsOnSoManyCarrierThreads(int carriers) throws Exception {
      inAJvm(List.of("-Djdk.virtualThreadScheduler.parallelism=" + carriers,
          "-Djdk.virtualThreadScheduler.maxPoolSize=" + carriers), "all", String.valueOf(SEED), "full");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseZGC", "-Xint", "-XX:TieredStopAtLevel=1"})
    @Tag("stress")
    void r10_allHoldsInAJvmOfAnotherKind(String flag) throws Exception {
      inAJvm(List.of(flag), "all", String.valueOf(SEED), "little");
    }
  }
}
