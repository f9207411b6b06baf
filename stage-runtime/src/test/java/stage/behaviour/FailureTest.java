package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.CancelPolicy;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEndedException;
import stage.api.StopReason;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Intensity;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.Relay;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

class FailureTest extends StageTest {
  private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();

  @BeforeEach
  void theScopeMayFailHere() {
    theScopeMayFail();
  }

  enum Thrown {
    RUNTIME_EXCEPTION(new IllegalStateException("crash")),
    CHECKED_EXCEPTION(new IOException("crash")),
    ASSERTION_ERROR(new AssertionError("crash")),
    LINKAGE_ERROR(new NoClassDefFoundError("crash")),
    STACK_OVERFLOW(new StackOverflowError()),
    OUT_OF_MEMORY(new OutOfMemoryError("thrown by a test")),
    NO_MESSAGE(new RuntimeException((String) null)),
    THROWING_MESSAGE(new Evil()),
    INTERRUPTED(new InterruptedException("thrown by hand"));

    final Throwable cause;

    Thrown(Throwable cause) {
      this.cause = cause;
    }
  }

  private static final class Evil extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("getMessage of a test");
    }

    @Override
    public String toString() {
      throw new IllegalStateException("toString of a test");
    }
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> void sneak(Throwable thrown) throws X {
    throw (X) thrown;
  }

  private void assertTheScopeFailedWith(Throwable cause, String path, String during) {
    StageFailedException failed = catchThrowableOfType(StageFailedException.class, scope::join);
    assertThat(failed.getCause() == cause).as("the cause is the very one that was thrown").isTrue();
    assertThat(failed.path()).isEqualTo(path);
    assertThat(failed.getMessage())
        .startsWith("stage " + path + " failed in " + during + ": " + cause.getClass().getName());
    scope.close();
    assertNothingIsLeft();
  }

  @Nested
  class AStageThatThrows {
    @ParameterizedTest
    @EnumSource
    void f01_to_f06_s57_inOnDemandFailsTheScope(Thrown thrown) throws Exception {
      ProducerRef<Integer, Stage.Producer<Integer>> producer =
          start(Stage.producer("p", Integer.class, () -> (demand, out) -> {
        out.emit(1);
        sneak(thrown.cause);
      }));
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(producer));
      assertTheScopeFailedWith(thrown.cause, "test/p", "onDemand");
      assertThat(events).as("what the turn emitted is discarded").isEmpty();
      assertThatThrownBy(() -> producer.call(stage -> 1)).isInstanceOf(StageEndedException.class);
      assertThat(producer.toString()).isEqualTo("stage test/p (ENDED)");
    }

    @ParameterizedTest
    @EnumSource
    void f01_to_f06_inGenerateFailsTheScope(Thrown thrown) {
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        out.emit(1);
        sneak(thrown.cause);
      }));
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(generator));
      assertTheScopeFailedWith(thrown.cause, "test/gen", "generate");
      assertThat(events).as("what was emitted stays published").containsExactly(1);
    }

    @ParameterizedTest
    @EnumSource
    void f01_to_f06_inOnEventsOfAConsumerFailsTheScope(Thrown thrown) {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      start(Stage.consumer("c", numbers, () -> (batch, from) -> sneak(thrown.cause)));
      assertTheScopeFailedWith(thrown.cause, "test/c", "onEvents");
    }

    @ParameterizedTest
    @EnumSource
    void f01_to_f06_inOnEventsOfAProducerConsumerFailsTheScope(Thrown thrown) {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      var both = start(Stage.producerConsumer("pc", numbers, Integer.class, () -> (batch, from, out) -> {
        out.emit(1);
        sneak(thrown.cause);
      }));
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(both));
      assertTheScopeFailedWith(thrown.cause, "test/pc", "onEvents");
      assertThat(events).isEmpty();
    }

    @Test
    void inOnCompleteFailsTheScope() {
      var cause = new IOException("crash");
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(3)));
      start(Stage.consumer("c", numbers, () -> new Stage.Consumer<>() {
        @Override
        public void onEvents(List<Integer> batch, Inlet<Integer> from) {
          events.addAll(batch);
        }

        @Override
        public void onComplete() throws IOException {
          throw cause;
        }
      }));
      assertTheScopeFailedWith(cause, "test/c", "onComplete");
      assertThat(events).containsExactly(0, 1, 2);
    }

    @Test
    void inOnCompleteOfAProducerConsumerEmitsNothing() {
      var cause = new IOException("crash");
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(1)));
      var both = start(Stage.producerConsumer("pc", Integer.class, Integer.class, () -> new Stage.ProducerConsumer<>() {
        @Override
        public void onEvents(List<Integer> batch, Inlet<Integer> from, Outlet<Integer> out) {
          out.emitAll(batch);
        }

        @Override
        public void onComplete(Outlet<Integer> out) throws IOException {
          out.emit(99);
          throw cause;
        }
      }));
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(both));
      both.subscribeTo(numbers);
      assertTheScopeFailedWith(cause, "test/pc", "onComplete");
      assertThat(events).doesNotContain(99);
    }

    @Test
    void inATimerFailsTheScope() throws Exception {
      var cause = new IOException("crash");
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      idle.call(stage -> stage.context().after(Duration.ZERO, () -> {
        throw cause;
      }));
      assertTheScopeFailedWith(cause, "test/idle", "a timer");
    }

    @Test
    void inATimerOfAGeneratorFailsTheScope() {
      var cause = new IOException("crash");
      start(Stage.generator("gen", Integer.class, () -> new Stage.Generator<>() {
        @Override
        public void onStart(StageContext context) {
          context.after(Duration.ZERO, () -> {
            throw cause;
          });
        }

        @Override
        public void generate(Outlet<Integer> out) {
          while (true) out.emit(1);
        }
      }));
      StageFailedException failed = catchThrowableOfType(StageFailedException.class, scope::join);
      assertThat(failed).hasCause(cause);
      assertThat(failed.path()).isEqualTo("test/gen");
    }

    @Test
    void inACastFailsTheScope() throws Exception {
      var cause = new IOException("crash");
      start(Stage.producer("idle", Idle::new)).cast(stage -> {
        throw cause;
      });
      assertTheScopeFailedWith(cause, "test/idle", "a cast");
    }

    @Test
    void f04_byRealRecursionFailsTheScope() {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      start(Stage.consumer("c", numbers, () -> (batch, from) -> events.add(depth(0))));
      assertThatThrownBy(scope::join).isInstanceOf(StageFailedException.class)
          .hasCauseInstanceOf(StackOverflowError.class);
      scope.close();
      assertNothingIsLeft();
    }

    private int depth(int at) {
      return depth(at + 1) + 1;
    }

    @Test
    void tellsItsBehaviourWhy() throws Exception {
      var cause = new IOException("crash");
      var sink = new QueueSink(events);
      ConsumerRef<Integer, QueueSink> ref = start(Stage.consumer("sink", () -> sink));
      ref.cast(stage -> {
        throw cause;
      });
      Await.end(ref);
      assertThat(sink.stops).containsExactly(new StopReason.Crashed(cause));
    }
  }

  @Nested
  class TheOthers {
    @Test
    void areDrained() throws Exception {
      var held = new HeldConsumer<Integer>();
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      ConsumerRef<Integer, HeldConsumer<Integer>> consumer =
          start(Stage.consumer("held", () -> held).subscribeTo(numbers, Demand.max(10)));
      ProducerRef<Integer, Idle> crasher = start(Stage.producer("crasher", Idle::new));
      Await.next(held.entered, consumer);
      crasher.cast(stage -> {
        throw new IOException("crash");
      });
      Await.end(crasher);
      Await.end(numbers);
      held.letGo();
      assertThat(Await.end(consumer)).isEqualTo(new StopReason.Completed());
      long emitted = numbers.snapshot().eventsEmitted();
      assertThat(List.copyOf(held.handled)).isEqualTo(IntStream.range(0, (int) emitted).boxed().toList());
      assertThatThrownBy(scope::close).isInstanceOf(StageFailedException.class);
      assertThat(scope.report().isClean()).isTrue();
    }

    @Test
    void cannotBeJoinedByNewOnes() throws Exception {
      ProducerRef<Integer, Idle> crasher = start(Stage.producer("crasher", Idle::new));
      crasher.cast(stage -> {
        throw new IOException("crash");
      });
      Await.end(crasher);
      assertThatThrownBy(() -> start(Stage.producer("late", Idle::new)))
          .isInstanceOf(ScopeMisuseException.class)
          .hasMessageMatching("scope test is closing, because stage test/crasher failed in a cast: java.io.IOException:"
              + " crash \\(FailureTest.java:\\d+\\); stage \"late\" cannot be started in it")
          .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void f20_getWhatACrashedConsumerHadNotHandled() throws Exception {
      var held = new HeldConsumer<Integer>();
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      ConsumerRef<Integer, HeldConsumer<Integer>> heir = start(Stage.consumer("heir", () -> held));
      ConsumerRef<Integer, Stage.Consumer<Integer>> crasher =
          start(Stage.consumer("crasher", idle, () -> (batch, from) -> {
        heir.subscribeTo(idle, Demand.max(2));
        throw new IOException("crash");
      }).withDemand(Demand.max(10)));
      held.letGo();
      idle.castEmit((stage, out) -> {
        for (int i = 0; i < 10; i++) out.emit(i);
      });
      Await.end(crasher);
      Await.end(heir);
      assertThat(List.copyOf(held.handled)).isEqualTo(IntStream.range(0, 10).boxed().toList());
      assertThatThrownBy(scope::close).isInstanceOf(StageFailedException.class);
      assertThat(scope.report().isClean()).isTrue();
    }

    @Test
    void areListedWithTheFirstFailure() throws Exception {
      ProducerRef<Integer, Stage.Producer<Integer>> second =
          start(Stage.producer("second", Integer.class, () -> new Stage.Producer<>() {
        @Override
        public void onDemand(long demand, Outlet<Integer> out) {}
      }));
      var entered = new java.util.concurrent.CountDownLatch(1);
      var release = new java.util.concurrent.CountDownLatch(1);
      second.cast(stage -> {
        entered.countDown();
        release.await();
        throw new IOException("second");
      });
      Await.open(entered, second);
      ProducerRef<Integer, Idle> first = start(Stage.producer("first", Idle::new));
      first.cast(stage -> {
        throw new IOException("first");
      });
      Await.end(first);
      release.countDown();
      Await.end(second);
      StageFailedException failed = catchThrowableOfType(StageFailedException.class, scope::close);
      assertThat(failed).hasRootCauseMessage("first");
      assertThat(failed.getSuppressed()).singleElement()
          .satisfies(other -> assertThat(other).hasRootCauseMessage("second"));
    }

    @Test
    void areCancelledIfTheyDoNotDrainInTime() throws Exception {
      var held = new HeldConsumer<Integer>();
      var inner = stage.api.supervision.Supervisor.open(
          stage.api.supervision.SupervisorSpec.of("inner").withIntensity(Intensity.none())
              .withShutdown(Duration.ofMillis(1)));
      var numbers = startIn(inner, Stage.producer("numbers", Numbers::new));
      var consumer = startIn(inner, Stage.consumer("held", numbers, () -> held));
      var crasher = startIn(inner, Stage.producer("crasher", Idle::new));
      Await.next(held.entered, consumer);
      crasher.cast(stage -> {
        throw new IOException("crash");
      });
      assertThatThrownBy(inner::join).isInstanceOf(StageFailedException.class);   // without close
      assertThat(consumer.join()).isEqualTo(new StopReason.Stopped());
      inner.close();
      // the producer too, if a millisecond was too short for it
      assertThat(inner.report().cancelled()).contains("inner/held");
    }
  }

  @Nested
  class Close {
    @Test
    void throwsAFailureThatJoinHasNotThrown() throws Exception {
      var cause = new IOException("crash");
      ProducerRef<Integer, Idle> crasher = start(Stage.producer("crasher", Idle::new));
      crasher.cast(stage -> {
        throw cause;
      });
      Await.end(crasher);
      assertThatThrownBy(scope::close).isInstanceOf(StageFailedException.class).hasCause(cause);
      scope.close();   // changes nothing
      assertNothingIsLeft();
    }

    @Test
    void throwsAFailureOfItsOwnDrain() {
      var cause = new IOException("crash");
      start(Stage.source("p", Integer.class));
      var entered = new java.util.concurrent.CountDownLatch(1);
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> out -> {
        for (int i = 0; i < 3; i++) out.emit(i);
      }));
      start(Stage.consumer("c", generator, () -> new Stage.Consumer<>() {
        @Override
        public void onEvents(List<Integer> batch, Inlet<Integer> from) {
          entered.countDown();
        }

        @Override
        public void onComplete() throws IOException {
          throw cause;
        }
      }));
      assertThatThrownBy(scope::close).isInstanceOf(StageFailedException.class).hasCause(cause);
    }
  }

  @Nested
  class ADeadProducer {
    private final IOException cause = new IOException("crash");
    private final StopReason failed = new StopReason.ProducerFailed("inner/p", cause);

    /** Its own scope, so that the drain of a failed scope does not end the consumers of this one. */
    private StopReason endOfAConsumerWith(CancelPolicy policy, boolean crash) throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
        var producer = startIn(inner, Stage.producer("p", Idle::new));
        sink.subscribeTo(SubscriptionSpec.to(producer).withCancelPolicy(policy));
        producer.emit(1);
        if (crash) {
          producer.cast(stage -> {
            throw cause;
          });
        } else {
          producer.stop();
        }
        Await.end(producer);
      } catch (StageFailedException expected) {
        assertThat(crash).isTrue();
      }
      Await.until(() -> sink.snapshot().inputs().isEmpty(), "the subscription has ended", sink);
      return policy == CancelPolicy.TEMPORARY ? aliveAfterATurn(sink) : Await.end(sink);
    }

    private StopReason aliveAfterATurn(ConsumerRef<Integer, QueueSink> sink) throws InterruptedException {
      Await.answered(sink);
      return null;
    }

    @Test
    void endsItsConsumerIfItsPolicyIsTransient() throws Exception {
      assertThat(endOfAConsumerWith(CancelPolicy.TRANSIENT, true)).isEqualTo(failed);
      assertThat(events).as("what it had sent is handled first").containsExactly(1);
    }

    @Test
    void endsItsConsumerIfItsPolicyIsPermanent() throws Exception {
      assertThat(endOfAConsumerWith(CancelPolicy.PERMANENT, true)).isEqualTo(failed);
    }

    @Test
    void leavesItsConsumerAliveIfItsPolicyIsTemporary() throws Exception {
      assertThat(endOfAConsumerWith(CancelPolicy.TEMPORARY, true)).isNull();
    }

    @Test
    void isSeenByAConsumerOfOtherProducersToo() throws Exception {
      ProducerRef<Integer, Idle> other = start(Stage.producer("other", Idle::new));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(other));
      try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
        var producer = startIn(inner, Stage.producer("p", Idle::new));
        sink.subscribeTo(producer);
        producer.cast(stage -> {
          throw cause;
        });
        Await.end(producer);
      } catch (StageFailedException expected) {
        assertThat(expected).hasCause(cause);
      }
      assertThat(Await.end(sink)).isEqualTo(failed);
    }

    @Test
    void isSeenWhereThereIsNoDemand() throws Exception {
      ProducerConsumerRef<Integer, Integer, Relay> relay = start(Stage.producerConsumer("relay", Relay::new));
      try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
        var producer = startIn(inner, Stage.producer("p", Idle::new));
        relay.subscribeTo(producer);
        for (int i = 0; i < 10; i++) producer.emit(i);
        Await.until(() -> relay.snapshot().inputs().getFirst().inFlight() == 10, "events wait for demand", relay);
        producer.cast(stage -> {
          throw cause;
        });
        Await.end(producer);
      } catch (StageFailedException expected) {
        assertThat(expected).hasCause(cause);
      }
      assertThat(Await.end(relay)).isEqualTo(failed);
    }

    @Test
    void refusesNewConsumersAndSaysWhy() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", () -> new QueueSink(events)));
      var dead = new AtomicReference<ProducerRef<Integer, Idle>>();
      try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
        var producer = startIn(inner, Stage.producer("p", Idle::new));
        dead.set(producer);
        producer.cast(stage -> {
          throw new Evil();
        });
        Await.end(producer);
      } catch (StageFailedException expected) {
        assertThat(expected.path()).isEqualTo("inner/p");
      }
      assertThatThrownBy(() -> sink.subscribeTo(dead.get()))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessage(
              "stage test/sink cannot subscribe to inner/p: it has ended: Crashed[cause=" + Evil.class.getName() + "]")
          .cause().isInstanceOf(Evil.class);
      Await.answered(sink);
    }
  }
}
