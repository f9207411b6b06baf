package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.DemandExceededException;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerConsumerSpec;
import stage.api.Stage;
import stage.api.supervision.StageFailedException;
import stage.behaviour.support.Await;
import stage.behaviour.support.Collector;
import stage.behaviour.support.CountingProducer;
import stage.behaviour.support.ManualConsumer;
import stage.behaviour.support.Rig;
import stage.behaviour.support.WithDemands;

class ProducerConsumerTest {
  /** Emits each event several times, and writes down its batches and what it might emit. */
  private static final class Repeater implements Stage.ProducerConsumer<Integer, Integer> {
    final LinkedBlockingQueue<List<Integer>> batches = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<Long> wanted = new LinkedBlockingQueue<>();
    private final int times;

    Repeater(int times) {
      this.times = times;
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
      wanted.add(out.demand());
      batches.add(events);
      for (Integer event : events) out.emitAll(Collections.nCopies(times, event));
    }
  }

  private static ProducerConsumerSpec<Integer, Integer, Repeater> spec(Repeater repeater) {
    return Stage.producerConsumer("repeater", () -> repeater);
  }

  @Test
  void takesNoTurnWhileNobodyWantsItsEvents() throws Exception {
    var repeater = new Repeater(1);
    try (var rig = new Rig()) {
      var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer()));
      var ref = rig.start(spec(repeater).subscribeTo(numbers, Demand.max(10).min(0)));
      var consumer = rig.start(Stage.consumer("opening", () -> new ManualConsumer<Integer>(0, 0))
          .subscribeTo(stage.api.SubscriptionSpec.<Integer>to(ref).withDemand(Demand.manual())));
      Await.numbers(rig.app(), ref, r -> r.snapshot().inputs().getFirst().inFlight() == 10);
      for (int i = 0; i < 50; i++) Await.answered(ref);
      assertThat(repeater.batches).isEmpty();
      consumer.cast(stage -> stage.inlet.request(3));
      Await.that(rig.app(), consumer, stage -> stage.events.size() == 3);
      for (int i = 0; i < 50; i++) Await.answered(ref);
      assertThat(repeater.batches).containsExactly(List.of(1, 2, 3));
      assertThat(ref.snapshot().inputs().getFirst().handled()).isEqualTo(3);
      // for all that comes until the source has stopped, or the close would wait for the rest
      consumer.cast(stage -> stage.inlet.request(Long.MAX_VALUE));
    }
  }

  @WithDemands
  void isGivenNoMoreThanDownstreamWants(int max, int min) throws Exception {
    var repeater = new Repeater(1);
    var collector = new Collector<Integer>();
    try (var rig = new Rig()) {
      var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(2000)));
      var ref = rig.start(spec(repeater).subscribeTo(numbers));
      rig.start(Stage.consumer("collector", () -> collector).subscribeTo(ref, Demand.max(max).min(min)));
      rig.app().join();
    }
    assertThat(collector.events).isEqualTo(DemandTest.numbersTo(2000));
    var wanted = repeater.wanted.iterator();
    for (List<Integer> batch : repeater.batches) assertThat((long) batch.size()).isBetween(1L, wanted.next());
    assertThat(repeater.wanted).allMatch(demand -> demand >= 1 && demand <= max);
  }

  @WithDemands
  void keepsWhatItEmitsBeyondDemandAndDeliversItBeforeTheNextBatch(int max, int min) throws Exception {
    var repeater = new Repeater(10);
    var collector = new Collector<Integer>();
    try (var rig = new Rig()) {
      var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(300)));
      var ref = rig.start(spec(repeater).subscribeTo(numbers));
      rig.start(Stage.consumer("collector", () -> collector).subscribeTo(ref, Demand.max(max).min(min)));
      rig.app().join();
    }
    assertThat(collector.events).hasSize(3000).isSorted();
  }

  @Test
  void holdsNoMoreThanItsBufferBeyondDemand() throws Exception {
    var repeater = new Repeater(5);
    try (var rig = new Rig()) {
      var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer()));
      var ref = rig.start(spec(repeater).withBuffer(4).subscribeTo(numbers));
      var consumer = rig.start(Stage.consumer("opening", () -> new ManualConsumer<Integer>(1, 0))
          .subscribeTo(stage.api.SubscriptionSpec.<Integer>to(ref).withDemand(Demand.manual())));
      Await.numbers(rig.app(), ref, r -> r.snapshot().backlog() == 4);
      assertThat(ref.isAlive()).as("one wanted, four beyond it").isTrue();
      consumer.cast(stage -> stage.inlet.request(6));   // 4 that wait, and then 2: a batch of two makes ten
      assertThatThrownBy(() -> rig.app().join()).isInstanceOf(StageFailedException.class).cause()
          .isInstanceOf(DemandExceededException.class)
          .hasMessage("stage rig/repeater may hold 4 events beyond demand, and emitted one more;"
              + " give its spec a larger withBuffer(n), or smaller batches by a smaller demand");
      assertThat(ref.snapshot().eventsEmitted()).as("the turn that crashed is undone").isEqualTo(5);
    }
  }

  @Test
  void thatEmitsNothingForManyEventsGoesOn() throws Exception {
    var collector = new Collector<Integer>();
    try (var rig = new Rig()) {
      var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(5000)));
      Stage.ProducerConsumer<Integer, Integer> rare = (events, from, out) -> {
        for (int event : events) if (event % 1000 == 0) out.emit(event);
      };
      var ref = rig.start(Stage.producerConsumer("rare", numbers, Integer.class, () -> rare)
          .withDemand(Demand.max(4)));
      rig.start(Stage.consumer("collector", () -> collector).subscribeTo(ref, Demand.max(1)));
      rig.app().join();
    }
    assertThat(collector.events).containsExactly(1000, 2000, 3000, 4000, 5000);
  }
}
