package stage.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.supervision.Intensity;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CapturedLog;
import stage.runtime.engine.SubscriptionGraph;
import stage.runtime.time.OwnThreads;
import stage.runtime.time.TaskThread;

/** F45: there is no thread to be had. */
class RefusedThreadTest {
  private static final int LAST = 50;

  @RegisterExtension final CapturedLog log = new CapturedLog();

  private final Starved time = new Starved();
  private final Supervisor scope = Scope.open(
      SupervisorSpec.of("test").withIntensity(Intensity.of(10)).withGrace(Duration.ofMillis(5)),
      new SubscriptionGraph(time), new ScopeOwners());
  private final CountDownLatch release = new CountDownLatch(1);
  private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> entered = new LinkedBlockingQueue<>();
  private final BlockingQueue<Thread> stuck = new LinkedBlockingQueue<>();

  /** The real time, but for threads, of which it refuses to start so many. */
  private static final class Starved extends OwnThreads {
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile Supplier<? extends Throwable> refusal;

    void refuse(int count, Supplier<? extends Throwable> refusal) {
      this.refusal = refusal;
      refusals.set(count);
    }

    private boolean shouldRefuse() {
      return refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    private void refuse() {
      throw Starved.<RuntimeException>sneaky(refusal.get());
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> X sneaky(Throwable thrown) throws X {
      throw (X) thrown;
    }

    /** As a real one that is refused: there is a {@code Thread}, but it does not start. */
    @Override
    protected Thread thread(String name, Runnable body) {
      if (!shouldRefuse()) return super.thread(name, body);
      return new Thread(body, name) {
        @Override
        public void start() {
          refuse();
        }
      };
    }

    @Override
    public TaskThread taskThread(String name, TaskThread.Work work) {
      if (shouldRefuse()) refuse();
      return super.taskThread(name, work);
    }
  }

  static List<Supplier<Throwable>> refusals() {
    return List.of(() -> new OutOfMemoryError("unable to create native thread"),
        () -> new RejectedExecutionException("full"));
  }

  @AfterEach
  void close() throws InterruptedException {
    release.countDown();
    for (Thread thread : stuck) thread.join();
    scope.close();
  }

  private ProducerRef<Integer, ?> numbers() {
    var next = new AtomicInteger();
    return scope.start(Stage.producer("numbers", Integer.class, () -> (demand, out) -> {
      for (long i = 0; i < demand && next.get() < LAST; i++) out.emit(next.getAndIncrement());
      if (next.get() == LAST) out.complete();
    }));
  }

  private static List<Integer> all() {
    return IntStream.range(0, LAST).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void f45_aFirstStartFailsWithTheCauseAndLeavesNoTrace(Supplier<Throwable> refusal) throws Exception {
    time.refuse(1, refusal);
    var spec = Stage.consumer("stage", Integer.class, () -> (batch, from) -> handled.addAll(batch));
    StageFailedException failed = catchThrowableOfType(StageFailedException.class, () -> scope.start(spec));
    assertThat(failed.getCause()).isInstanceOf(refusal.get().getClass());
    assertThat(scope.childSnapshots()).isEmpty();
    scope.start(spec.subscribeTo(numbers()));
    scope.join();
    assertThat(handled).containsExactlyElementsOf(all());
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void f45_aStageWhoseThreadCannotBeReplacedIsLookedAfterAgain(Supplier<Throwable> refusal) throws Exception {
    var lives = new AtomicInteger();
    var sink = scope.start(Stage.consumer("sink", numbers(), () -> {
      boolean first = lives.incrementAndGet() == 1;
      return (batch, from) -> {
        if (first) ignoreInterrupts();
        handled.addAll(batch);
      };
    }).withDemand(Demand.max(10)));
    Await.next(entered, sink);
    time.refuse(3, refusal);
    sink.kill();
    assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
    assertThat(handled).containsExactlyElementsOf(all());
    assertThat(log.take())
        .filteredOn(line -> line.getMessage().startsWith("no thread could be started to take the place of test/sink's"))
        .hasSize(3);
  }

  @Test
  void f45_aThreadThatCannotBeReplacedIsListedWhenTheScopeCloses() throws Exception {
    var sink = scope.start(Stage.consumer("sink", numbers(), () -> (batch, from) -> ignoreInterrupts()));
    Await.next(entered, sink);
    Thread zombie = stuck.element();
    time.refuse(Integer.MAX_VALUE, () -> new OutOfMemoryError("unable to create native thread"));
    ShutdownReport report = scope.drain(Duration.ZERO);
    assertThat(report.stragglers()).singleElement().satisfies(straggler -> {
      assertThat(straggler.thread()).isEqualTo(zombie.getName());
      assertThat(straggler.stack()).anyMatch(frame -> frame.getMethodName().equals("ignoreInterrupts"));
    });
    log.take();
  }

  private void ignoreInterrupts() {
    stuck.add(Thread.currentThread());
    entered.add("");
    while (true) {
      try {
        release.await();
        return;
      } catch (InterruptedException ignoredOnPurpose) {
        Thread.onSpinWait();   // goes on waiting
      }
    }
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void f45_anEventThatGetsNoThreadIsTriedAgain(Supplier<Throwable> refusal) throws Exception {
    ProducerRef<Integer, ?> numbers = numbers();
    ConsumerRef<Integer, ?> each =
        scope.start(Stage.perEvent("each", 3, handled::add).withRedelivery(Redelivery.attempts(3)));
    time.refuse(3, refusal);
    each.subscribeTo(numbers);
    assertThat(Await.end(each)).isEqualTo(new StopReason.Completed());
    assertThat(handled).containsExactlyInAnyOrderElementsOf(all());
    assertThat(each.snapshot().eventsDeadLettered()).isZero();
  }

  @Test
  void f45_deadLettersWhoseThreadCannotBeHadAreCounted() throws Exception {
    var sink = scope.start(Stage.consumer("sink", Integer.class, () -> (batch, from) -> {
      if (batch.contains(7)) throw new java.io.IOException("poison");
      handled.addAll(batch);
    }).withRedelivery(Redelivery.attempts(1)).withDeadLetters(letter -> entered.add("told")));
    ProducerRef<Integer, ?> numbers = numbers();
    time.refuse(1, () -> new OutOfMemoryError("unable to create native thread"));
    sink.subscribeTo(numbers, Demand.max(10));
    Await.end(sink);
    assertThat(handled).containsExactlyElementsOf(all().stream().filter(n -> n != 7).toList());
    assertThat(scope.snapshot().deadLetters()).isEqualTo(1);
    assertThat(scope.snapshot().deadLettersUnhandled()).isEqualTo(1);
    assertThat(entered).isEmpty();
    log.take();
  }
}
