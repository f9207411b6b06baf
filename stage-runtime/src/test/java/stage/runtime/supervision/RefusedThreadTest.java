package stage.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
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
import stage.api.supervision.StageFailed;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support2.Await;
import stage.behaviour.support3.CrashLog;
import stage.runtime.engine.Realm;
import stage.runtime.time.Carrier;
import stage.runtime.time.DelegatingCarrier;
import stage.runtime.time.Gate;
import stage.runtime.time.Machine;
import stage.runtime.time.RealTime;
import stage.runtime.time.Room;
import stage.runtime.time.Time;

/** F45: there is no thread to be had. */
class RefusedThreadTest {
  private static final int LAST = 50;

  @RegisterExtension final CrashLog log = new CrashLog();

  private final Starved time = new Starved();
  private final Supervisor scope = Scope.open(
      SupervisorSpec.of("test").withIntensity(Intensity.of(10)).withGrace(Duration.ofMillis(5)), new Realm(time), new ScopeOwners());
  private final CountDownLatch release = new CountDownLatch(1);
  private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> entered = new LinkedBlockingQueue<>();
  private final BlockingQueue<Thread> stuck = new LinkedBlockingQueue<>();

  /** The real time, but for threads, of which it refuses to start so many. */
  private static final class Starved implements Time {
    private final Time real = new RealTime();
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile Supplier<? extends Throwable> refusal;

    void refuse(int count, Supplier<? extends Throwable> refusal) {
      this.refusal = refusal;
      refusals.set(count);
    }

    private void maybeRefuse() {
      if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) throw Starved.<RuntimeException>sneaky(refusal.get());
    }

    @SuppressWarnings("unchecked")
    private static <X extends Throwable> X sneaky(Throwable thrown) throws X {
      throw (X) thrown;
    }

    @Override
    public Carrier carrier(Machine machine, boolean onPlatformThread) {
      return new DelegatingCarrier(real.carrier(machine, onPlatformThread)) {
        @Override
        public void start() {
          maybeRefuse();
          super.start();
        }

        @Override
        public void replaceThread() {
          maybeRefuse();
          super.replaceThread();
        }
      };
    }

    @Override
    public Thread current() {
      return real.current();
    }

    @Override
    public boolean isAlive(Thread thread) {
      return real.isAlive(thread);
    }

    @Override
    public StackTraceElement[] stackOf(Thread thread) {
      return real.stackOf(thread);
    }

    @Override
    public Thread startTask(String name, Runnable body) {
      maybeRefuse();
      return real.startTask(name, body);
    }

    @Override
    public void interrupt(Thread task) {
      real.interrupt(task);
    }

    @Override
    public long nanos() {
      return real.nanos();
    }

    @Override
    public Instant instant() {
      return real.instant();
    }

    @Override
    public double chance() {
      return real.chance();
    }

    @Override
    public Gate gate() {
      return real.gate();
    }

    @Override
    public Room room(int places) {
      return real.room(places);
    }

    @Override
    public Alarm at(long atNanos, Runnable action) {
      return real.at(atNanos, action);
    }

    @Override
    public Alarm onExit(Runnable action) {
      return real.onExit(action);
    }

    @Override
    public boolean awaitEnd(Carrier carrier, long nanos) throws InterruptedException {
      return real.awaitEnd(carrier, nanos);
    }

    @Override
    public boolean awaitEnd(Thread thread, long nanos) throws InterruptedException {
      return real.awaitEnd(thread, nanos);
    }
  }

  static List<Supplier<Throwable>> refusals() {
    return List.of(() -> new OutOfMemoryError("unable to create native thread"), () -> new RejectedExecutionException("full"));
  }

  @AfterEach
  void close() throws InterruptedException {
    release.countDown();
    for (Thread thread : stuck) thread.join();
    scope.close();
  }

  private ProducerRef<Integer, ?> numbers() {
    var next = new AtomicInteger();
    return scope.start(Stage.<Integer, Stage.Producer<Integer>>producer("numbers", () -> (demand, out) -> {
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
    var spec = Stage.<Integer, Stage.Consumer<Integer>>consumer("stage", () -> (batch, from) -> handled.addAll(batch));
    StageFailed failed = catchThrowableOfType(StageFailed.class, () -> scope.start(spec));
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
    var sink = scope.start(Stage.<Integer, Stage.Consumer<Integer>>consumer("sink", () -> {
      boolean first = lives.incrementAndGet() == 1;
      return (batch, from) -> {
        if (first) ignoreInterrupts();
        handled.addAll(batch);
      };
    }).subscribeTo(numbers(), Demand.max(10)));
    Await.next(entered, sink);
    time.refuse(3, refusal);
    sink.kill();
    assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
    assertThat(handled).containsExactlyElementsOf(all());
    assertThat(log.take()).filteredOn(line -> line.getMessage().startsWith("no thread could be started to take the place of test/sink's")).hasSize(3);
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
    ConsumerRef<Integer, ?> each = scope.start(Stage.<Integer>perEvent("each", 3, handled::add).withRedelivery(Redelivery.attempts(3)));
    time.refuse(3, refusal);
    each.subscribeTo(numbers);
    assertThat(Await.end(each)).isEqualTo(new StopReason.Completed());
    assertThat(handled).containsExactlyInAnyOrderElementsOf(all());
    assertThat(each.snapshot().eventsDeadLettered()).isZero();
  }

  @Test
  void f45_deadLettersWhoseThreadCannotBeHadAreCounted() throws Exception {
    var sink = scope.start(Stage.<Integer, Stage.Consumer<Integer>>consumer("sink", () -> (batch, from) -> {
      if (batch.contains(7)) throw new java.io.IOException("poison");
      handled.addAll(batch);
    }).withRedelivery(Redelivery.attempts(1)).withDeadLetters((letter, count) -> entered.add("told")));
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
