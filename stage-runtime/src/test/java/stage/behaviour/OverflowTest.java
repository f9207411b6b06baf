package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.DemandExceededException;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.supervision.StageFailedException;
import stage.behaviour.support.Await;
import stage.behaviour.support.Collector;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Rig;

class OverflowTest {
  private static ProducerRef<Integer, Idle> start(Rig rig, Overflow overflow) {
    return rig.start(Stage.producer("silent", Idle::new).withOverflow(overflow));
  }

  private static void emit(ProducerRef<Integer, ?> producer, int from, int to) throws Exception {
    producer.castEmit((stage, out) -> {
      for (int i = from; i <= to; i++) out.emit(i);
    });
  }

  private static ConsumerRef<Integer, Collector<Integer>> collect(Rig rig, ProducerRef<Integer, ?> producer) {
    return rig.start(Stage.consumer("collector", Collector<Integer>::new).subscribeTo(producer));
  }

  private static List<Integer> eventsOf(Rig rig, ConsumerRef<Integer, Collector<Integer>> collector, int count)
      throws Exception {
    Await.that(rig.app(), collector, stage -> stage.count() >= count);
    return collector.call(stage -> List.copyOf(stage.events));
  }

  @Nested
  class InATurn {
    @Test
    void f22_sec14_blockAllowsItsCapacityBeyondDemandAndRefusesOneMore() throws Exception {
      try (var rig = new Rig()) {
        var producer = start(rig, Overflow.block().withCapacity(3));
        var thrown = new LinkedBlockingQueue<Throwable>();
        producer.castEmit((stage, out) -> {
          try {
            for (int i = 1; i <= 5; i++) out.emit(i);
          } catch (DemandExceededException exceeded) {
            thrown.add(exceeded);
          }
        });
        assertThat(Await.next(rig.app(), thrown))
            .isInstanceOfSatisfying(DemandExceededException.class, e -> assertThat(e.capacity()).isEqualTo(3))
            .hasMessage("stage rig/silent may hold 3 events beyond demand, and emitted one more;"
                + " emit no more than the demand, or give its spec another withOverflow(…)");
        assertThat(eventsOf(rig, collect(rig, producer), 3)).containsExactly(1, 2, 3);
      }
    }

    @Test
    void countsWhatWaitsFromEarlierTurns() throws Exception {
      try (var rig = new Rig()) {
        var producer = start(rig, Overflow.block().withCapacity(3));
        emit(producer, 1, 2);
        var room = new LinkedBlockingQueue<Integer>();
        producer.castEmit((stage, out) -> {
          int emitted = 0;
          try {
            while (true) {
              out.emit(7);
              emitted++;
            }
          } catch (DemandExceededException exceeded) {
            room.add(emitted);
          }
        });
        assertThat(Await.next(rig.app(), room)).isEqualTo(1);
      }
    }

    @Test
    void f22_failRefusesTheFirstBeyondDemandAndCrashesWhoLetsItPass() throws Exception {
      try (var rig = new Rig()) {
        var producer = start(rig, Overflow.fail());
        emit(producer, 1, 1);
        assertThatThrownBy(() -> rig.app().join()).isInstanceOf(StageFailedException.class).cause()
            .isInstanceOf(DemandExceededException.class)
            .hasMessage("stage rig/silent may hold 0 events beyond demand, and emitted one more;"
                + " emit no more than the demand, or choose Overflow.dropOldest(n)");
        assertThat(producer.snapshot().eventsEmitted()).as("the turn is undone").isZero();
      }
    }

    @Test
    void f22_dropOldestKeepsTheNewest() throws Exception {
      try (var rig = new Rig()) {
        var producer = start(rig, Overflow.dropOldest(3));
        emit(producer, 1, 2);
        emit(producer, 3, 1000);
        emit(producer, 1001, 1002);
        Await.answered(producer);
        assertThat(producer.snapshot().backlog()).isEqualTo(3);
        assertThat(producer.snapshot().eventsDropped()).isEqualTo(999);
        assertThat(producer.snapshot().eventsEmitted()).isEqualTo(1002);
        assertThat(eventsOf(rig, collect(rig, producer), 3)).containsExactly(1000, 1001, 1002);
      }
    }

    @Test
    void dropOldestDeliversWhatIsWantedBeforeItDrops() throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var producer = start(rig, Overflow.dropOldest(2));
        rig.start(Stage.consumer("held", () -> held).subscribeTo(producer, Demand.max(4).min(0)));
        emit(producer, 1, 500);
        assertThat(Await.next(rig.app(), held.entered)).containsExactly(1, 2, 3, 4);
        held.letGo();
        assertThat(Await.next(rig.app(), held.entered)).containsExactly(499, 500);
        assertThat(producer.snapshot().eventsDropped()).isEqualTo(494);
      }
    }

    @Test
    void f22_dropNewestKeepsTheOldest() throws Exception {
      try (var rig = new Rig()) {
        var producer = start(rig, Overflow.dropNewest(3));
        emit(producer, 1, 1000);
        emit(producer, 1001, 1002);
        Await.answered(producer);
        assertThat(producer.snapshot().backlog()).isEqualTo(3);
        assertThat(producer.snapshot().eventsDropped()).isEqualTo(999);
        assertThat(producer.snapshot().eventsEmitted()).isEqualTo(1002);
        assertThat(eventsOf(rig, collect(rig, producer), 3)).containsExactly(1, 2, 3);
      }
    }
  }

  @Nested
  class FromOutside {
    @Test
    void blockWaitsForDemandAndKeepsTheOrderOfEachCaller() throws Exception {
      var collector = new Collector<Integer>();
      try (var rig = new Rig()) {
        var producer = start(rig, Overflow.block());
        rig.start(Stage.consumer("collector", () -> collector).subscribeTo(producer, Demand.max(4)));
        List<Thread> callers = new ArrayList<>();
        for (int c = 0; c < 3; c++) {
          int caller = c;
          callers.add(Thread.startVirtualThread(() -> {
            try {
              for (int i = 0; i < 500; i++) producer.emit(caller * 1000 + i);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }));
        }
        for (Thread caller : callers) caller.join();
        producer.stop();
        producer.join();
        rig.app().join();
        assertThat(producer.snapshot().eventsDropped()).isZero();
      }
      for (int c = 0; c < 3; c++) {
        int caller = c;
        assertThat(collector.events.stream().filter(n -> n / 1000 == caller))
            .isEqualTo(IntStream.range(c * 1000, c * 1000 + 500).boxed().toList());
      }
    }

    @Test
    void blockLetsInNoMoreThanIsWanted() throws Exception {
      var held = new HeldConsumer<Integer>();
      try (var rig = new Rig()) {
        var producer = start(rig, Overflow.block());
        rig.start(Stage.consumer("held", () -> held).subscribeTo(producer, Demand.max(4).min(0)));
        var accepted = new LinkedBlockingQueue<Integer>();
        var caller = Thread.startVirtualThread(() -> {
          try {
            for (int i = 1; ; i++) {
              producer.emit(i);
              accepted.add(i);
            }
          } catch (InterruptedException | StageEndedException expected) {
            accepted.add(-1);
          }
        });
        for (int i = 1; i <= 4; i++) assertThat(Await.next(rig.app(), accepted)).isEqualTo(i);
        Await.next(rig.app(), held.entered);
        caller.interrupt();
        assertThat(Await.next(rig.app(), accepted)).as("it was waiting with its fifth").isEqualTo(-1);
        held.letGo();
        caller.join();
        Await.answered(producer);
        assertThat(producer.snapshot().eventsEmitted()).as("what was not accepted is not emitted").isEqualTo(4);
      }
    }

    @Test
    void aCallerThatWaitsIsToldOfTheEnd() throws Exception {
      try (var rig = new Rig()) {
        var producer = start(rig, Overflow.block());
        var thrown = new LinkedBlockingQueue<Throwable>();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          callers.add(Thread.startVirtualThread(() -> {
            try {
              producer.emit(1);
            } catch (StageEndedException | InterruptedException e) {
              thrown.add(e);
            }
          }));
        }
        Await.answered(producer);
        producer.stop();
        for (Thread caller : callers) caller.join();
        producer.join();
        assertThat(thrown).hasSize(3).allMatch(e -> e instanceof StageEndedException);
        assertThatThrownBy(() -> producer.emit(2)).isInstanceOf(StageEndedException.class)
            .hasMessage("stage rig/silent has ended: Stopped");
      }
    }

    @Test
    void failLetsInWhatIsWantedFromTheFirstCallOnAndThenThrows() throws Exception {
      var held = new HeldConsumer<Integer>();
      var silent = new Idle();
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", () -> silent).withOverflow(Overflow.fail()));
        rig.start(Stage.consumer("held", () -> held).subscribeTo(producer, Demand.max(4).min(0)));
        assertThat(Await.next(rig.app(), silent.demands)).isEqualTo(4);
        for (int i = 1; i <= 4; i++) producer.emit(i);
        assertThatThrownBy(() -> producer.emit(5)).isInstanceOf(DemandExceededException.class).hasMessage(
            "stage rig/silent may hold 0 events beyond demand, and emitted one more;"
                + " emit when there is demand, or choose another withOverflow(…)");
        assertThat(producer.isAlive()).as("the caller's failure is not the stage's").isTrue();
        held.letGo();
        Await.numbers(rig.app(), producer, ref -> held.handled.size() == 4);
        assertThat(held.handled).containsExactly(1, 2, 3, 4);
      }
    }

    @Test
    void dropNewestKeepsWhatWasThere() throws Exception {
      try (var rig = new Rig()) {
        var producer = start(rig, Overflow.dropNewest(3));
        for (int i = 1; i <= 10; i++) producer.emit(i);
        Await.numbers(rig.app(), producer, ref -> ref.snapshot().eventsDropped() == 7);
        assertThat(producer.snapshot().eventsEmitted()).isEqualTo(10);
        assertThat(eventsOf(rig, collect(rig, producer), 3)).containsExactly(1, 2, 3);
      }
    }

    @Test
    void dropOldestKeepsTheNewestAndTheCallerNeverWaits() throws Exception {
      try (var rig = new Rig()) {
        var producer = start(rig, Overflow.dropOldest(3));
        for (int i = 1; i <= 10; i++) producer.emit(i);
        Await.numbers(rig.app(), producer, ref -> ref.snapshot().eventsDropped() == 7);
        assertThat(producer.snapshot().eventsEmitted()).isEqualTo(10);
        assertThat(eventsOf(rig, collect(rig, producer), 3)).containsExactly(8, 9, 10);
      }
    }

    @Test
    void dropOldestKeepsNothingOlderThanWhatItDropsThoughAConsumerComesInBetween() throws Exception {
      var silent = new Idle();
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", () -> silent).withOverflow(Overflow.dropOldest(3)));
        for (int i = 1; i <= 3; i++) producer.emit(i);
        Await.numbers(rig.app(), producer, ref -> ref.snapshot().backlog() == 3);
        var inTurn = new CountDownLatch(1);
        var busy = new CountDownLatch(1);
        producer.cast(stage -> {
          inTurn.countDown();
          busy.await();
        });
        Await.open(rig.app(), inTurn);
        for (int i = 4; i <= 13; i++) producer.emit(i);
        var collector = collect(rig, producer);
        busy.countDown();
        assertThat(eventsOf(rig, collector, 3)).containsExactly(11, 12, 13);
        assertThat(producer.snapshot().eventsDropped()).isEqualTo(10);
      }
    }

    @Test
    void dropOldestDropsNothingThatIsWantedThoughTheStageIsBusy() throws Exception {
      var silent = new Idle();
      try (var rig = new Rig()) {
        var producer = rig.start(Stage.producer("silent", () -> silent).withOverflow(Overflow.dropOldest(1)));
        var collector =
            rig.start(Stage.consumer("collector", Collector<Integer>::new).subscribeTo(producer, Demand.max(100)));
        assertThat(Await.next(rig.app(), silent.demands)).isEqualTo(100);
        producer.emit(1);
        Await.that(rig.app(), collector, stage -> stage.count() == 1);
        var inTurn = new CountDownLatch(1);
        var busy = new CountDownLatch(1);
        producer.cast(stage -> {
          inTurn.countDown();
          busy.await();
        });
        Await.open(rig.app(), inTurn);
        for (int i = 2; i <= 50; i++) producer.emit(i);
        busy.countDown();
        assertThat(eventsOf(rig, collector, 50)).isEqualTo(IntStream.rangeClosed(1, 50).boxed().toList());
        assertThat(producer.snapshot().eventsDropped()).isZero();
      }
    }

    @Test
    void dropNewestCountsEachEventThatItAcceptedThoughTheStageEnds() throws Exception {
      for (int round = 0; round < 50; round++) {
        try (var rig = new Rig()) {
          var producer = rig.start(Stage.producer("silent", Idle::new).withOverflow(Overflow.dropNewest(1)));
          var accepted = new AtomicLong();
          var emitting = new CountDownLatch(4);
          List<Thread> callers = Stream.generate(() -> Thread.ofPlatform().start(() -> {
            try {
              while (true) {
                producer.emit(1);
                accepted.incrementAndGet();
                emitting.countDown();
              }
            } catch (StageEndedException | InterruptedException over) {
              emitting.countDown();
            }
          })).limit(4).toList();
          Await.open(rig.app(), emitting);
          producer.stop();
          for (Thread caller : callers) caller.join();
          producer.join();
          assertThat(producer.snapshot().eventsEmitted()).as("round %d", round).isEqualTo(accepted.get());
        }
      }
    }

    @Test
    void f25_aNullIsRefusedAndAGeneratorOrProducerConsumerToo() throws Exception {
      try (var rig = new Rig()) {
        var producer = start(rig, Overflow.block());
        assertThatThrownBy(() -> producer.emit(null)).isInstanceOf(NullPointerException.class)
            .hasMessage("event must not be null (Reactive Streams rule 2.13)");
        Stage.Generator<Integer> nothing = out -> out.emit(1);
        var generator = rig.start(Stage.generator("generator", Integer.class, () -> nothing));
        assertThatThrownBy(() -> generator.emit(1)).isInstanceOf(UnsupportedOperationException.class)
            .hasMessage(
                "emit() from outside is for producers, but stage rig/generator is a generator; use castEmit, or a producer of its own");
        Stage.ProducerConsumer<Integer, Integer> same = (events, from, out) -> out.emitAll(events);
        var both = rig.start(Stage.producerConsumer("both", Integer.class, Integer.class, () -> same));
        assertThatThrownBy(() -> both.emit(1)).isInstanceOf(UnsupportedOperationException.class)
            .hasMessage(
                "emit() from outside is for producers, but stage rig/both is a producer-consumer; use castEmit, or a producer of its own");
      }
    }
  }
}
