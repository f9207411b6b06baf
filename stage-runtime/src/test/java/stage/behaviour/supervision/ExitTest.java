package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.OtherJvm;

/** A JVM that is told to exit, seen from outside. */
class ExitTest {
  /** What runs in the other JVM. */
  static final class Main {
    public static void main(String[] args) throws InterruptedException {
      if (args[0].equals("closed")) {
        // A hook that was left behind would find a stage that does not end.
        try (
            var app = Supervisor.open(SupervisorSpec.of("app").withDrainOnExit().withShutdown(Duration.ofMinutes(5)))) {
          app.start(Stage.consumer("idle", Integer.class, () -> (events, from) -> {}));
        }
        System.out.println("closed before");
        return;
      }
      if (args[0].equals("forgotten")) {
        forgets();
        return;
      }
      if (args[0].equals("starting")) {
        startsForEver();
        return;
      }
      SupervisorSpec spec =
          SupervisorSpec.of("app").withDrainOnExit().withShutdown(Duration.ofSeconds(args[0].equals("hangs") ? 0 : 60))
          .withGrace(Duration.ofMillis(100));
      try (var app = Supervisor.open(spec)) {
        int[] next = {0};
        var numbers = app.start(Stage.producer("numbers", Integer.class, () -> (demand, out) -> {
          for (long i = 0; i < demand; i++) out.emit(next[0]++);
        }));
        var told = new CountDownLatch(1);
        app.start(Stage.consumer("printer", numbers, () -> (events, from) -> {
          if (told.getCount() > 0) {
            System.out.println("ready");
            // The signal comes while this batch is in hand and the next ones are on their way.
            if (args[0].equals("hangs")) new CountDownLatch(1).await();
            while (!isExiting()) Thread.onSpinWait();
            told.countDown();
          }
          for (int event : events) System.out.println(event);
        }).withDemand(Demand.max(100)).onPlatformThread());
        app.join();
        System.out.println("joined, " + (numbers.snapshot().eventsEmitted()) + " emitted");
      }
    }

    private static void forgets() {
      Supervisor app = Supervisor.open(SupervisorSpec.of("app").withStallWarning(Duration.ofSeconds(1)));
      app.start(Stage.consumer("idle", () -> (events, from) -> {}).onPlatformThread());
      System.out.println("main returns");
    }

    /** Is told to exit while it does so. */
    private static void startsForEver() {
      try (var app = Supervisor.open(
          SupervisorSpec.of("app").withDrainOnExit(report -> System.out.println("report, clean: " + report.isClean()))
          .withGrace(Duration.ofMillis(100)))) {
        System.out.println("ready");
        for (int i = 0; ; i++) app.start(Stage.consumer("sink-" + i, () -> (events, from) -> {}));
      }
    }

    /** Hooks may not be registered once the JVM is exiting. */
    private static boolean isExiting() {
      var hook = new Thread(() -> {});
      try {
        Runtime.getRuntime().addShutdownHook(hook);
        Runtime.getRuntime().removeShutdownHook(hook);
        return false;
      } catch (IllegalStateException exiting) {
        return true;
      }
    }

    private Main() {}
  }

  private static List<String> terminated(String how) throws IOException, InterruptedException {
    Process process = OtherJvm.of(List.of(), Main.class, how).start();
    List<String> lines = new ArrayList<>();
    try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        // as process.destroy() does, but without closing its streams
        if (line.equals("ready")) process.toHandle().destroy();
        else lines.add(line);
      }
    }
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return lines;
  }

  @Nested
  class ADrainOnExit {
    @Test
    void handlesEverythingInFlightAndLetsTheOwnerClose() throws Exception {
      List<String> lines = terminated("drains");
      int emitted = lines.indexOf(lines.stream().filter(line -> line.startsWith("joined")).findFirst().orElseThrow());
      assertThat(emitted).isPositive();
      assertThat(lines.get(emitted)).isEqualTo("joined, " + emitted + " emitted");
      for (int i = 0; i < emitted; i++) assertThat(lines.get(i)).isEqualTo(String.valueOf(i));
    }

    @Test
    void doesNotHoldTheExitBeyondItsDeadline() throws Exception {
      long before = System.nanoTime();
      assertThat(terminated("hangs")).noneMatch(line -> line.matches("\\d+"));
      assertThat(Duration.ofNanos(System.nanoTime() - before)).as("the default would be to wait for ever")
          .isLessThan(Duration.ofSeconds(60));
    }

    @Test
    void n13_tellsTheReportAndEndsQuietlyWhileItStarts() throws Exception {
      assertThat(terminated("starting")).containsExactly("report, clean: true");
    }

    @Test
    void b38_isNotHeldUpByAScopeThatWasForgotten() throws Exception {
      assertThat(terminated("forgotten")).containsExactly("main returns");
    }

    @Test
    void leavesNoHookBehindWhenItsScopeIsClosed() throws Exception {
      long before = System.nanoTime();
      assertThat(terminated("closed")).containsExactly("closed before");
      assertThat(Duration.ofNanos(System.nanoTime() - before)).as("a hook would wait for the scope's 5 minutes")
          .isLessThan(Duration.ofSeconds(60));
    }
  }
}
