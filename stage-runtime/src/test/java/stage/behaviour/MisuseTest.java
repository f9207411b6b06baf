package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.DemandExceededException;
import stage.api.Dispatcher;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageAction;
import stage.api.StopReason;
import stage.api.SubscriptionSpec;
import stage.api.ForeignThreadException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Relay;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

class MisuseTest extends StageTest {
  private final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();

  @Nested
  class AnOutlet {
    private ProducerRef<Integer, Idle> idle;
    private Outlet<Integer> out;

    @BeforeEach
    void findIt() throws Exception {
      idle = start(Stage.producer("idle", Idle::new));
      start(Stage.consumer("sink", () -> new QueueSink(events)).subscribeTo(idle, Demand.max(8)));
      Await.until(() -> find() != null, "there was a turn", idle);
      out = find();
    }

    private Outlet<Integer> find() {
      try {
        return idle.<Outlet<Integer>>call(stage -> stage.out);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private Throwable thrownIn(StageAction<Idle> action) throws InterruptedException {
      return idle.<Throwable>call(stage -> {
        try {
          action.accept(stage);
          return null;
        } catch (Throwable thrown) {
          return thrown;
        }
      });
    }

    @Test
    void f24_isNotForOtherThreads() {
      String message = " belongs to thread stage:test/idle#1, but was called on " + Thread.currentThread().getName();
      ForeignThreadException wrong = catchThrowableOfType(ForeignThreadException.class, () -> out.emit(1));
      assertThat(wrong).hasMessage("emit()" + message);
      assertThat(wrong.expected()).isEqualTo("stage:test/idle#1");
      assertThat(wrong.actual()).isEqualTo(Thread.currentThread().getName());
      assertThatThrownBy(out::complete).isInstanceOf(ForeignThreadException.class).hasMessage("complete()" + message);
      assertThatThrownBy(() -> out.emitAll(List.of(1))).isInstanceOf(ForeignThreadException.class);
      assertThat(idle.snapshot().eventsEmitted()).isZero();
      assertThat(idle.isAlive()).isTrue();
    }

    @Test
    void f25_takesNoNull() throws Exception {
      String message = "event must not be null (Reactive Streams rule 2.13)";
      assertThat(thrownIn(stage -> out.emit(null))).isInstanceOf(NullPointerException.class).hasMessage(message);
      assertThat(thrownIn(stage -> out.emitAll(Arrays.asList(1, null, 2)))).isInstanceOf(NullPointerException.class)
          .hasMessage(message);
      assertThatThrownBy(() -> idle.emit(null)).isInstanceOf(NullPointerException.class).hasMessage(message);
    }

    @Test
    void f23_isClosedByComplete() throws Exception {
      assertThat(thrownIn(stage -> {
        out.complete();
        out.complete();
        out.emit(1);
      })).isInstanceOf(IllegalStateException.class)
          .hasMessage("stage test/idle has completed its outlet; nothing can be emitted after complete()");
      assertThat(Await.end(idle)).isEqualTo(new StopReason.Completed());
      assertThat(events).isEmpty();
    }

    @Test
    void f23_completedByACallThatThrewIsOpenAgain() throws Exception {
      assertThatThrownBy(() -> idle.call(stage -> {
        out.complete();
        throw new IllegalStateException("no");
      })).hasRootCauseMessage("no");
      idle.castEmit((stage, again) -> again.emit(1));
      assertThat(Await.next(events, idle)).isEqualTo(1);
    }

    @Test
    void countsDownItsDemand() throws Exception {
      List<Long> demands = idle.<List<Long>>call(stage -> {
        long before = out.demand();
        out.emit(1);
        return List.of(before, out.demand());
      });
      assertThat(demands).containsExactly(8L, 7L);
    }

    @Test
    void holdsSoManyEventsBeyondDemand() throws Exception {
      ProducerRef<Integer, Idle> small =
          start(Stage.producer("small", Idle::new).withOverflow(Overflow.block().withCapacity(3)));
      small.castEmit((stage, outlet) -> {
        for (int i = 0; i < 3; i++) outlet.emit(i);
        DemandExceededException exceeded = catchThrowableOfType(DemandExceededException.class, () -> outlet.emit(3));
        assertThat(exceeded).hasMessage("stage test/small may hold 3 events beyond demand, and emitted one more;"
            + " emit no more than the demand, or give its spec another withOverflow(…)");
        assertThat(exceeded.capacity()).isEqualTo(3);
      });
      Await.answered(small);
      assertThat(small.snapshot().backlog()).isEqualTo(3);
    }

    @Test
    void f24_ofAGeneratorIsNotForOtherThreadsEither() throws Exception {
      BlockingQueue<Outlet<Integer>> outlets = new LinkedBlockingQueue<>();
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> outlet -> {
        outlets.add(outlet);
        outlet.emit(1);
      }));
      Outlet<Integer> kept = Await.next(outlets, generator);
      String message = " belongs to thread stage:test/gen#1, but was called on " + Thread.currentThread().getName();
      assertThatThrownBy(() -> kept.emit(1)).isInstanceOf(ForeignThreadException.class).hasMessage("emit()" + message);
      assertThatThrownBy(kept::complete).isInstanceOf(ForeignThreadException.class).hasMessage("complete()" + message);
      assertThatThrownBy(() -> kept.emit(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void f23_ofAGeneratorIsClosedByComplete() throws Exception {
      theScopeMayFail();
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> outlet -> {
        outlet.complete();
        outlet.emit(1);
      }));
      Await.end(generator);
      StageFailedException failed = catchThrowableOfType(StageFailedException.class, scope::close);
      assertThat(failed.getCause()).isInstanceOf(IllegalStateException.class)
          .hasMessage("stage test/gen has completed its outlet; nothing can be emitted after complete()");
    }

    @Test
    void isNotInTheWayOfEmitFromOutsideOnTheOwnThread() throws Exception {
      assertThat(thrownIn(stage -> {
        while (true) idle.emit(1);   // until demand is used up
      })).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("emit() beyond demand on stage test/idle would wait for itself");
    }
  }

  @Nested
  class EmittingFromOutside {
    @Test
    void isForProducersOnly() {
      ProducerRef<Integer, Stage.Generator<Integer>> generator =
          start(Stage.generator("gen", Integer.class, () -> outlet -> outlet.emit(1)));
      ProducerConsumerRef<Integer, Integer, Relay> relay = start(Stage.producerConsumer("relay", Relay::new));
      assertThatThrownBy(() -> generator.emit(1))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage(
              "emit() from outside is for producers, but stage test/gen is a generator; use castEmit, or a producer of its own");
      assertThatThrownBy(() -> relay.emit(1))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage(
              "emit() from outside is for producers, but stage test/relay is a producer-consumer; use castEmit, or a producer of its own");
    }
  }

  @Nested
  class ANumberOutOfRange {
    @Test
    void isRefusedByDemand() {
      assertThatThrownBy(() -> Demand.max(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("max demand must be at least 1, but was 0; use Demand.max(1) to take one event at a time");
      assertThatThrownBy(() -> Demand.max(-5)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("but was -5");
      assertThatThrownBy(() -> Demand.max(10).min(10))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "min demand must be from 0 to max demand - 1 = 9, but was 10; use Demand.max(10) for min demand 5");
      assertThatThrownBy(() -> Demand.max(10).min(-1)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("but was -1");
    }

    @Test
    void isRefusedByASpec() {
      var producer = Stage.producer("p", Idle::new);
      assertThatThrownBy(() -> producer.withMailbox(0)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("mailbox must be at least 1, but was 0");
      assertThatThrownBy(() -> Stage.producerConsumer("r", Relay::new).withBuffer(-1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("buffer must be at least 0, but was -1");
      assertThatThrownBy(() -> Overflow.dropOldest(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("overflow capacity must be at least 1 to drop the oldest, but was 0");
      assertThatThrownBy(() -> Overflow.dropNewest(-1)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("but was -1");
      assertThatThrownBy(() -> Dispatcher.<Integer>partition(0, event -> event))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("there must be at least 1 partition, but the number was 0");
      assertThatThrownBy(() -> Dispatcher.<Integer>partition(List.of("a", "a"), event -> "a"))
          .isInstanceOf(IllegalArgumentException.class).hasMessage("partition names must differ, but were [a, a]");
      assertThatThrownBy(() -> Dispatcher.<Integer>partition(List.of("a"), event -> "a").withBacklog(0))
          .isInstanceOf(IllegalArgumentException.class).hasMessage("partition backlog must be at least 1, but was 0");
    }

    @Test
    void isRefusedByASubscription() {
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      assertThatThrownBy(() -> SubscriptionSpec.to(idle).withWeight(0)).isInstanceOf(IllegalArgumentException.class)
          .hasMessage("weight must be at least 1, but was 0");
    }

    @Test
    void isRefusedByAScope() {
      assertThatThrownBy(() -> SupervisorSpec.of("s").withShutdown(Duration.ofNanos(-1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("shutdown must not be negative, but was PT-0.000000001S");
      assertThatThrownBy(() -> SupervisorSpec.of("s").withGrace(Duration.ofNanos(-1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("grace must not be negative, but was PT-0.000000001S");
    }
  }

  @Nested
  class ABatch {
    @Test
    void cannotBeChanged() throws Exception {
      BlockingQueue<List<Integer>> batches = new LinkedBlockingQueue<>();
      ProducerRef<Integer, Idle> idle = start(Stage.producer("idle", Idle::new));
      ConsumerRef<Integer, Stage.Consumer<Integer>> keeper =
          start(Stage.consumer("keeper", idle, () -> (batch, from) -> batches.add(batch)));
      idle.castEmit((stage, out) -> out.emitAll(List.of(1, 2, 3)));
      List<Integer> batch = Await.next(batches, keeper);
      assertThatThrownBy(() -> batch.add(4)).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> batch.set(0, 4)).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(batch::clear).isInstanceOf(UnsupportedOperationException.class);
      idle.castEmit((stage, out) -> out.emitAll(List.of(7, 8, 9)));
      Await.next(batches, keeper);
      assertThat(batch).as("it may be kept").containsExactly(1, 2, 3);
    }
  }
}
