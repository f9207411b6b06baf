package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.observe.StageEvent;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.QueueSink;

/** Callbacks that take longer than their scope likes. */
@Timeout(300)
class StallWarningTest extends CrashTest {
  private static final Duration LIMIT = Duration.ofMillis(100);

  private final BlockingQueue<StageEvent.Stalled> stalls = new LinkedBlockingQueue<>();
  private final CountDownLatch release = new CountDownLatch(1);

  private void openWithLimit() {
    open(SupervisorSpec.of("test").withStallWarning(LIMIT).withListener(event -> {
      if (event instanceof StageEvent.Stalled stalled && isMeant(stalled.stack())) stalls.add(stalled);
    }));
  }

  /** Where the machine is slow, other callbacks may be off their processor for so long. */
  private static boolean isMeant(List<StackTraceElement> stack) {
    return stack.stream().anyMatch(frame -> frame.getClassName().equals(StallWarningTest.class.getName()));
  }

  private void waitForRelease() throws InterruptedException {
    release.await();
  }

  private void spinUntilReleased() {
    while (release.getCount() > 0) Thread.onSpinWait();
  }

  private StageEvent.Stalled next(StageRef<?>... stages) throws InterruptedException {
    return Await.next(stalls, stages);
  }

  @Test
  void tellsOnceOfACallbackWithItsStack() throws Exception {
    openWithLimit();
    StageRef<QueueSink> first = start(Stage.consumer("first", QueueSink::new));
    StageRef<QueueSink> second = start(Stage.consumer("second", QueueSink::new));
    first.cast(stage -> waitForRelease());
    StageEvent.Stalled stalled = next(first);
    for (int i = 0; i < 3; i++) {   // time enough to be told of again
      var another = new CountDownLatch(1);
      second.cast(stage -> another.await());
      assertThat(next(second).path()).isEqualTo("test/second");
      another.countDown();
      Await.answered(second);
    }
    release.countDown();
    Await.answered(first);

    assertThat(stalls).extracting(StageEvent.Stalled::path).doesNotContain("test/first");
    assertThat(stalled.path()).isEqualTo("test/first");
    assertThat(stalled.incarnation()).isEqualTo(1);
    assertThat(stalled.time()).isGreaterThanOrEqualTo(LIMIT);
    assertThat(stalled.stack()).anyMatch(frame -> frame.getMethodName().equals("waitForRelease"));
    List<LogRecord> lines = log.take().stream()
        .filter(
            line -> line.getMessage().matches("stage test/first has been in one callback for \\d+ ms; it goes on.*"))
        .filter(line -> isMeant(Arrays.asList(line.getThrown().getStackTrace()))).toList();
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst().getThrown()).hasMessage("thread stage:test/first#1 is here");
    assertThat(lines.getFirst().getThrown().getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("waitForRelease"));
  }

  @Test
  void saysWhoWaitsForIt() throws Exception {
    openWithLimit();
    ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
    ConsumerRef<Integer, ?> first =
        start(Stage.consumer("first", () -> (Stage.Consumer<Integer>) (events, from) -> waitForRelease())
        .subscribeTo(numbers, Demand.max(4)));
    next(first);
    assertThat(log.take()).extracting(LogRecord::getMessage)
        .anyMatch(line -> line.matches("stage test/first has been in one"
        + " callback for \\d+ ms; it goes on: `test/numbers` has had no demand for .* because `test/first` has spent .*"
        + " in `StallWarningTest.waitForRelease` .*"));
    release.countDown();
  }

  @Test
  void f14_tellsOfStagesThatSpinOnEveryCarrierThread() throws Exception {
    openWithLimit();
    List<StageRef<QueueSink>> spinners = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++)
      spinners.add(start(Stage.consumer("spinner" + i, QueueSink::new)));
    for (StageRef<QueueSink> each : spinners) each.cast(stage -> spinUntilReleased());
    List<String> told = new ArrayList<>();
    for (StageRef<QueueSink> each : spinners) told.add(next(each).path());
    release.countDown();

    assertThat(told).containsExactlyInAnyOrderElementsOf(spinners.stream().map(StageRef::path).toList());
    log.take();
  }

  @Test
  void leavesGeneratorsAloneForTheyWaitForInput() throws Exception {
    openWithLimit();
    StageRef<?> patient = start(Stage.generator("patient", Integer.class, () -> out -> waitForRelease()));
    StageRef<QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
    sink.cast(stage -> waitForRelease());
    StageEvent.Stalled stalled = next(sink);   // the generator has waited for longer
    release.countDown();
    Await.end(patient);

    assertThat(stalled.path()).isEqualTo("test/sink");
    assertThat(stalls).extracting(StageEvent.Stalled::path).doesNotContain("test/patient");
    log.take();
  }

  @Test
  void needsNoThreadOnceTheScopeIsClosed() {
    openWithLimit();
    assertThat(watches()).isEqualTo(1);
    scope().close();

    assertThat(watches()).isZero();
    assertThat(scope().report().stragglers()).isEmpty();
  }

  @Test
  void needsNoThreadWithoutALimit() {
    open(SupervisorSpec.of("test"));

    assertThat(watches()).isZero();
  }

  private static long watches() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("stage:test/stall-watch")).count();
  }

  @Test
  void mustNotBeNegative() {
    assertThatThrownBy(() -> SupervisorSpec.of("test").withStallWarning(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("stallWarning must not be negative, but was PT-0.001S");
  }
}
