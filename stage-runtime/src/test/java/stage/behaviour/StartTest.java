package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageFactory;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Intensity;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

class StartTest extends StageTest {
  private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();

  /** Stops nothing and starts nothing: what it does in onStart is the test's. */
  private static final class Starter implements Stage.Consumer<Integer> {
    private final StartAction action;

    private interface StartAction {
      void run(StageContext context) throws Exception;
    }

    Starter(StartAction action) {
      this.action = action;
    }

    @Override
    public void onStart(StageContext context) throws Exception {
      action.run(context);
    }

    @Override
    public void onEvents(List<Integer> batch, Inlet<Integer> from) {}

    @Override
    public void onStop(StopReason reason) {
      throw new AssertionError("onStop is not called if onStart threw");
    }
  }

  @Nested
  class AStageThatStarts {
    @Test
    void hasRunOnStartWhenStartReturns() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      assertThat(sink.<StageContext>call(stage -> stage.context)).isNotNull();
      assertThat(sink.name()).isEqualTo("sink");
      assertThat(sink.path()).isEqualTo("test/sink");
      assertThat(sink.isAlive()).isTrue();
      assertThat(sink).hasToString("stage test/sink (RUNNING)");
    }

    @Test
    void isMadeAndStartedOnItsOwnThread() throws Exception {
      Thread[] made = new Thread[1];
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", () -> {
        made[0] = Thread.currentThread();
        return new Idle();
      }));
      assertThat(idle.<Thread>call(stage -> Thread.currentThread())).isSameAs(made[0]);
      assertThat(made[0].isVirtual()).isTrue();
    }

    @Test
    void runsOnAPlatformThreadIfItsSpecSaysSo() throws Exception {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new).onPlatformThread());
      assertThat(idle.<Boolean>call(stage -> Thread.currentThread().isVirtual())).isFalse();
    }

    @Test
    void isAmongTheChildrenInStartOrder() {
      var b = start(Stage.producer("b", Idle::new));
      var a = start(Stage.consumer("a", QueueSink::new));
      assertThat(scope.children()).<StageRef<?>>containsExactly(b, a);
      assertThat(scope.child("a")).isSameAs(a);
      assertThatThrownBy(() -> scope.child("c"))
          .isInstanceOf(ScopeMisuseException.class)
          .hasMessage("no stage \"c\" in scope test; there are: b, a");
    }

    @Test
    void mayBeStartedByAnotherThread() throws Exception {
      ConsumerRef<Integer, QueueSink> sink = Await.result(() -> start(Stage.consumer("sink", QueueSink::new)));
      assertThat(scope.children()).<StageRef<?>>containsExactly(sink);
    }

    @Test
    void mayBeStartedByAnotherStage() throws Exception {
      ConsumerRef<Integer, QueueSink> first = start(Stage.consumer("first", QueueSink::new));
      StageRef<?> second = first.<StageRef<?>>call(stage -> start(Stage.consumer("second", QueueSink::new)));
      assertThat(second.isAlive()).isTrue();
    }
  }

  @Nested
  class AFactory {
    @Test
    void thatReturnsNullIsRefused() {
      StageFailedException failed =
          catchThrowableOfType(StageFailedException.class, () -> scope.start(Stage.consumer("sink", () -> null)));
      assertThat(failed.path()).isEqualTo("test/sink");
      assertThat(failed.getCause())
          .hasMessage("the factory of stage test/sink returned null; it must make a new behaviour");
    }

    @Test
    void thatReturnsTheSameInstanceTwiceIsRefused() throws Exception {
      var only = new QueueSink(events);
      ConsumerRef<Integer, QueueSink> first = start(Stage.consumer("first", () -> only));
      assertThatThrownBy(() -> scope.start(Stage.consumer("second", () -> only)))
          .isInstanceOf(StageFailedException.class)
          .cause()
          .hasMessage(
              "the factory of stage test/second returned a behaviour that is in use already, a "
                  + QueueSink.class.getName()
              + "; it must make a new one each time");
      Await.answered(first);
      assertThat(scope.children()).<StageRef<?>>containsExactly(first);
    }

    @Test
    void thatReturnsALambdaWhichHoldsSomethingTwiceIsRefused() {
      Stage.Consumer<Integer> only = (batch, from) -> events.addAll(batch);
      start(Stage.consumer("first", Integer.class, () -> only));
      assertThatThrownBy(() -> scope.start(Stage.consumer("second", Integer.class, () -> only)))
          .isInstanceOf(StageFailedException.class)
          .cause()
          .hasMessageContaining("is in use already");
    }

    @Test
    void f09_thatThrowsIsReportedToTheStarter() {
      var cause = new IOException("no");
      StageFailedException failed =
          catchThrowableOfType(StageFailedException.class, () -> scope.start(Stage.consumer("sink", () -> {
        throw cause;
      })));
      assertThat(failed).hasCause(cause).hasMessageMatching(
          "stage test/sink failed in the factory: java\\.io\\.IOException: no \\(StartTest\\.java:\\d+\\)");
    }

    @Test
    void thatMakesABehaviourOfTwoContractsIsRefused() {
      class Both implements Stage.Producer<Integer>, Stage.Consumer<Integer> {
        @Override
        public void onStart(StageContext context) {}

        @Override
        public void onStop(StopReason reason) {}

        @Override
        public void onDemand(long demand, Outlet<Integer> out) {}

        @Override
        public void onEvents(List<Integer> batch, Inlet<Integer> from) {}
      }
      assertThatThrownBy(() -> scope.start(Stage.<Integer, Both>consumer("sink", Both::new)))
          .isInstanceOf(StageFailedException.class)
          .cause()
          .hasMessage("the factory of stage test/sink returned a " + Both.class.getName()
              + ", which implements Stage.Producer and Stage.Consumer; a behaviour implements one contract, and one"
              + " that consumes and emits is a Stage.ProducerConsumer");
    }

    @Test
    void thatMakesABehaviourOfAnotherContractIsRefused() {
      Stage.Generator<Integer> loop = out -> {};
      @SuppressWarnings({"unchecked", "rawtypes"})   // as of a library that finds its stages by name
      StageFactory<Stage.Producer<Integer>> wrong = (StageFactory) () -> loop;
      assertThatThrownBy(() -> scope.start(Stage.producer("numbers", Integer.class, wrong)))
          .isInstanceOf(StageFailedException.class)
          .cause()
          .hasMessageStartingWith("the factory of stage test/numbers returned a ")
          .hasMessageEndingWith(", which is a Stage.Generator, but its spec is that of a Stage.Producer; describe it with"
              + " Stage.generator(…)");
    }

    @Test
    void thatThrowsAnErrorIsReportedToo() {
      var cause = new StackOverflowError();
      assertThatThrownBy(() -> scope.start(Stage.consumer("sink", () -> {
        throw cause;
      }))).isInstanceOf(StageFailedException.class).hasCause(cause);
    }
  }

  @Nested
  class OnStart {
    private final IOException cause = new IOException("no");

    @Test
    void thatThrowsIsReportedToTheStarterAndTheScopeGoesOn() throws Exception {
      assertThatThrownBy(() -> start(Stage.consumer("sink", () -> new Starter(context -> {
        throw cause;
      })))).isInstanceOf(StageFailedException.class).hasCause(cause);
      assertThat(scope.children()).isEmpty();
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));   // the name is free
      Await.answered(sink);
    }

    @Test
    void thatThrowsLeavesAScopeThatCanBeJoined() throws Exception {
      assertThatThrownBy(() -> start(Stage.consumer("sink", () -> new Starter(context -> {
        throw cause;
      })))).isInstanceOf(StageFailedException.class);
      scope.join();
      scope.close();
      assertThat(scope.report().isClean()).isTrue();
      assertNothingIsLeft();
    }

    @Test
    void thatThrowsDropsItsTimers() {
      assertThatThrownBy(() -> start(Stage.consumer("sink", () -> new Starter(context -> {
        context.every(java.time.Duration.ofNanos(1), () -> events.add(1));
        throw cause;
      })))).isInstanceOf(StageFailedException.class);
      scope.close();
      assertThat(events).isEmpty();
    }

    @Test
    void f39_thatBlocksIsInterruptedWhenTheScopeGivesUp() throws Exception {
      CountDownLatch blocking = new CountDownLatch(1);
      Await.Other<Object> starter;
      var inner = Supervisor.open(stage.api.supervision.SupervisorSpec.of("inner").withIntensity(Intensity.none())
          .withShutdown(java.time.Duration.ZERO));
      try (inner) {
        starter = new Await.Other<>(() -> startIn(inner, Stage.consumer("sink", () -> new Starter(context -> {
          blocking.countDown();
          new CountDownLatch(1).await();
        }))));
        Await.open(blocking);
      }
      assertThatThrownBy(starter::result).isInstanceOf(StageFailedException.class)
          .hasCauseInstanceOf(InterruptedException.class);
    }
  }

  @Nested
  class AStarterThatIsInterrupted {
    @Test
    void cancelsTheStart() throws Exception {
      CountDownLatch blocking = new CountDownLatch(1);
      var interrupted = new java.util.concurrent.atomic.AtomicBoolean();
      var starter = new Await.Other<Object>(() -> {
        try {
          return start(Stage.consumer("sink", () -> new Starter(context -> {
            blocking.countDown();
            new CountDownLatch(1).await();
          })));
        } finally {
          interrupted.set(Thread.interrupted());
        }
      });
      Await.open(blocking);
      starter.thread().interrupt();
      assertThatThrownBy(starter::result).isInstanceOf(StageFailedException.class);
      assertThat(interrupted).as("its flag is set again").isTrue();
    }
  }

  @Nested
  class AName {
    @Test
    void thatIsTakenIsRefused() {
      start(Stage.producer("idle", Idle::new));
      assertThatThrownBy(() -> scope.start(Stage.consumer("idle", QueueSink::new)))
          .isInstanceOf(ScopeMisuseException.class)
          .hasMessage("stage name \"idle\" is taken in scope test; names must differ while both are alive");
    }

    @Test
    void isTakenFromTheBeginningOfTheStart() throws Exception {
      CountDownLatch blocking = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      var starter = new Await.Other<>(() -> start(Stage.consumer("sink", () -> {
        blocking.countDown();
        release.await();
        return new QueueSink();
      })));
      Await.open(blocking);
      assertThatThrownBy(() -> scope.start(Stage.consumer("sink", QueueSink::new)))
          .isInstanceOf(ScopeMisuseException.class);
      release.countDown();
      assertThat(starter.result().isAlive()).isTrue();
    }

    @Test
    void mayBeTakenInAnotherScope() {
      start(Stage.producer("idle", Idle::new));
      try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
        assertThat(startIn(inner, Stage.producer("idle", Idle::new)).path()).isEqualTo("inner/idle");
      }
    }

    @Test
    void mustBeAName() {
      assertThatThrownBy(() -> Stage.producer("a/b", Idle::new))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("name must be 1 to 64 of A-Z a-z 0-9 . _ -, but was \"a/b\"");
      assertThatThrownBy(() -> Stage.producer("", Idle::new)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Stage.producer("a".repeat(65), Idle::new)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Stage.producer(null, Idle::new)).isInstanceOf(NullPointerException.class)
          .hasMessage("name must not be null");
      assertThatThrownBy(() -> Supervisor.open("a b")).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Nested
  class AClosedScope {
    @Test
    void f42_startsNothing() {
      var made = new LinkedBlockingQueue<Integer>();
      scope.close();
      assertThatThrownBy(() -> scope.start(Stage.consumer("sink", () -> {
        made.add(1);
        return new QueueSink();
      }))).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("scope test is closed; stage \"sink\" cannot be started in it");
      assertThat(made).isEmpty();
    }

    @Test
    void f42_startsNothingWhileItIsClosing() throws Exception {
      var owner = new Await.Other<Throwable>(() -> {
        Throwable[] refusal = new Throwable[1];
        try (var inner = Supervisor.open(SupervisorSpec.of("inner").withIntensity(Intensity.none()))) {
          startIn(inner, Stage.producer("p", Integer.class, () -> new Stage.Producer<>() {
            @Override
            public void onDemand(long demand, stage.api.Outlet<Integer> out) {}

            @Override
            public void onStop(StopReason reason) {
              try {
                inner.start(Stage.consumer("sink", QueueSink::new));
              } catch (ScopeMisuseException misuse) {
                refusal[0] = misuse;
              }
            }
          }));
        }
        return refusal[0];
      });
      assertThat(owner.result()).isInstanceOf(ScopeMisuseException.class)
          .hasMessage("scope inner is closing; stage \"sink\" cannot be started in it");
    }
  }

  @Nested
  class ARefusedSubscription {
    @Test
    void stopsTheConsumerAgainAndItsNameIsFree() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", Numbers::new));
      var made = new LinkedBlockingQueue<QueueSink>();
      var wrong = Stage.consumer("sink", SubscriptionSpec.to(numbers).withPartition("left"), () -> {
        var sink = new QueueSink(events);
        made.add(sink);
        return sink;
      });
      SubscriptionRefusedException refused =
          catchThrowableOfType(SubscriptionRefusedException.class, () -> scope.start(wrong));
      assertThat(refused).hasMessage(
          "stage test/sink cannot subscribe to test/numbers: it has no partitions, but partition \"left\" was asked for");
      assertThat(refused.producer()).isEqualTo("test/numbers");
      assertThat(refused.consumer()).isEqualTo("test/sink");
      ConsumerRef<Integer, QueueSink> right =
          start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(numbers));
      assertThat(Await.next(3, events, right)).containsExactly(0, 1, 2);
      assertThat(made.take().stops).containsExactly(new StopReason.Stopped());
    }

    @Test
    void givesBackWhatAnEarlierSubscriptionBrought() throws Exception {
      ProducerRef<Integer, Numbers> numbers = start(Stage.producer("numbers", () -> new Numbers(100)));
      ProducerRef<Integer, Numbers> ended = start(Stage.producer("ended", Numbers::new));
      ended.stop();
      Await.end(ended);
      BlockingQueue<Integer> first = new LinkedBlockingQueue<>();
      assertThatThrownBy(() -> start(Stage.consumer("sink", () -> new QueueSink(first))
          .subscribeTo(numbers, stage.api.Demand.max(10)).subscribeTo(ended)))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessageStartingWith("stage test/sink cannot subscribe to test/ended: it has ended: Stopped");
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("heir", () -> new QueueSink(events)).subscribeTo(numbers));
      Await.end(sink);
      first.addAll(events);
      assertThat(first).doesNotHaveDuplicates();
      // If the first one was quick, the producer may have completed before it was stopped: then there is nobody to give
      // events back to.
      assertThat(first.size() + numbers.snapshot().eventsReturned()).isEqualTo(100);
    }
  }

  @Nested
  class ASpec {
    @Test
    void mustNotBeNull() {
      assertThatThrownBy(() -> scope.start((ProducerSpec<Integer, Idle>) null)).isInstanceOf(NullPointerException.class)
          .hasMessageStartingWith("spec must not be null");
      assertThatThrownBy(() -> scope.start((ConsumerSpec<Integer, QueueSink>) null))
          .isInstanceOf(NullPointerException.class)
          .hasMessageStartingWith("spec must not be null");
      assertThatThrownBy(() -> Supervisor.open((stage.api.supervision.SupervisorSpec) null))
          .isInstanceOf(NullPointerException.class)
          .hasMessage("spec must not be null");
    }

    @Test
    void mayBeStartedTwiceUnderTwoNames() throws Exception {
      var spec = Stage.consumer("sink", () -> new QueueSink(events));
      start(spec);
      start(new ConsumerSpec<Integer, QueueSink>("other", spec.factory(), spec.subscriptions(), spec.options()));
      assertThat(scope.children()).hasSize(2);
    }
  }
}
