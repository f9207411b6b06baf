package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.OtherJvm;
import stage.behaviour.support.Series;

/** A JVM with a heap of 64 MB, seen from outside. */
class LowMemoryTest {
  private static final int EVENTS = 10_000_000;

  /** What runs in the other JVM. */
  static final class Main {
    public static void main(String[] args) throws Exception {
      switch (args[0]) {
        case "pipeline" -> pipeline();
        case "hoarder" -> hoarder(false);
        case "keeper" -> hoarder(true);
        default -> throw new IllegalArgumentException(args[0]);
      }
    }

    /** Marks what the test reads; the rest of the output is the log's. */
    static void tell(String line) {
      System.out.println("> " + line);
    }

    private Main() {}
  }

  // ---- ten million events

  /** Adds up, and looks how much of the heap is in use near the beginning and near the end. */
  private static final class Sum implements Stage.Consumer<Long> {
    private long sum;
    private long count;
    private long usedAtFirst;
    private long usedAtLast;

    @Override
    public void onEvents(List<Long> events, Inlet<Long> from) {
      for (long event : events) {
        sum += event;
        count++;
        if (count == EVENTS / 10) usedAtFirst = used();
        if (count == EVENTS / 10 * 9) usedAtLast = used();
      }
    }

    private static long used() {
      System.gc();
      return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Override
    public void onStop(StopReason reason) {
      Main.tell(reason + " count=" + count + " sum=" + sum);
      Main.tell("growth=" + (usedAtLast - usedAtFirst) / 1024);
    }
  }

  private static void pipeline() throws InterruptedException {
    try (var app = Supervisor.open(SupervisorSpec.of("app").withIntensity(Intensity.none()))) {
      var numbers =
          app.start(Stage.producer("numbers", () -> new Series<>(EVENTS, number -> number + 1, number -> {})));
      var negated = app.start(Stage.producerConsumer("negated", numbers, Long.class, () -> (events, from, out) -> {
        for (long event : events) out.emit(-event);
      }));
      app.start(Stage.consumer("sum", negated, Sum::new));
      app.join();
    }
  }

  // ---- a heap that is full

  /** Takes all the heap there is, the first time it handles the event 5. */
  private static final class Hoarder implements Stage.Consumer<Long> {
    private static boolean hasHoarded;
    private final boolean keeps;
    private Object[] hoard;   // all of the heap is held by this
    private State<Long> sum;

    Hoarder(boolean keeps) {
      this.keeps = keeps;
    }

    @Override
    public void onStart(StageContext context) {
      sum = context.state(0L);
    }

    @Override
    public void onEvents(List<Long> events, Inlet<Long> from) {
      for (long event : events) {
        sum.set(sum.value() + event);
        if (event == 5 && !hasHoarded) {
          hasHoarded = true;
          hoard();
        }
      }
    }

    /** Large pieces first, and then ever smaller ones, until there is no place for an array of one. */
    private void hoard() {
      Object[] last = {null};
      if (keeps) hoard = last;
      for (int size = 1 << 20; ; size /= 2) {
        try {
          while (true) {
            Object[] next = new Object[size];
            next[0] = last[0];
            last[0] = next;
          }
        } catch (OutOfMemoryError full) {
          if (size == 1) throw full;
        }
      }
    }

    @Override
    public void onStop(StopReason reason) {
      Main.tell(reason instanceof StopReason.Crashed(var cause) ? cause.getClass().getSimpleName()
          : reason + " sum=" + sum.value());
    }
  }

  private static void hoarder(boolean keeps) throws InterruptedException {
    try (var app = Supervisor.open("app")) {
      var go = new CountDownLatch(1);
      var numbers = app.start(Stage.producer("numbers", () -> new Series<>(1000, number -> number + 1, number -> {})));
      var other = app.start(Stage.consumer("other", Long.class, () -> (events, from) -> go.await()));
      other.cast(behaviour -> go.await());
      var hoarder = app.start(Stage.consumer("hoarder", () -> new Hoarder(keeps)));
      var subscription = hoarder.subscribeTo(numbers, Demand.max(10));
      hoarder.join();
      SubscriptionSnapshot ledger = subscription.snapshot();
      Main.tell("balanced=" + ledger.isBalanced() + " handled=" + ledger.handled() + " dead=" + ledger.deadLettered());
      Main.tell("restarts=" + app.snapshot().restarts() + " incarnations=" + numbers.snapshot().incarnation()
          + other.snapshot().incarnation()
          + hoarder.snapshot().incarnation());
      go.countDown();
      other.call(behaviour -> null);
    }
    Main.tell("closed");
  }

  // ---- from outside

  private static List<String> run(String collector, String what) throws IOException, InterruptedException {
    Path output = Files.createTempFile(Path.of("target"), "low-memory", ".txt");
    Process process = OtherJvm.of(List.of("-Xmx64m", "-XX:+Use" + collector), Main.class, what)
        .redirectOutput(output.toFile()).start();
    boolean isOver = process.waitFor(100, TimeUnit.SECONDS);
    process.destroyForcibly();   // a JVM without memory may not hear of a milder way
    List<String> all = Files.readAllLines(output);
    assertThat(isOver).as("whether it came to its end, after %s", all).isTrue();
    Files.delete(output);
    assertThat(process.exitValue()).as("the exit value after %s", all).isZero();
    return all.stream().filter(line -> line.startsWith("> ")).map(line -> line.substring(2)).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SerialGC", "G1GC", "ZGC"})
  void f46_tenMillionEventsLeaveNothingBehind(String collector) throws Exception {
    List<String> lines = run(collector, "pipeline");
    assertThat(lines).first().isEqualTo("Completed count=" + EVENTS + " sum=" + -(EVENTS * (EVENTS + 1L) / 2));
    assertThat(Long.parseLong(lines.get(1).substring("growth=".length())))
        .as("KiB more in use after 9 than after 1 million events").isLessThan(4096);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SerialGC", "G1GC"})
  void f05_s57_aFullHeapIsACrashOfTheStageThatFilledIt(String collector) throws Exception {
    assertThat(run(collector, "hoarder")).containsExactly("OutOfMemoryError", "Completed sum=500500",
        "balanced=true handled=1000 dead=0", "restarts=1 incarnations=112", "closed");
  }

  // The behaviour is let go before its crash can be dealt with, as there is nothing left to run its onStop with.
  @ParameterizedTest
  @ValueSource(strings = {"SerialGC", "G1GC"})
  void f05_aBehaviourThatHoldsTheWholeHeapIsLetGo(String collector) throws Exception {
    assertThat(run(collector, "keeper")).containsExactly("Completed sum=500500",
        "balanced=true handled=1000 dead=0", "restarts=1 incarnations=112", "closed");
  }
}
