package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Stage;
import stage.behaviour.support.Await;
import stage.behaviour.support.Collector;
import stage.behaviour.support.CountingProducer;
import stage.behaviour.support.HeldConsumer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Rig;
import stage.behaviour.support.WithDemands;

class FanInTest {
  @WithDemands
  void everyProducersEventsComeInItsOrder(int max, int min) throws Exception {
    var collector = new Collector<Integer>();
    try (var rig = new Rig()) {
      var spec = Stage.consumer("collector", () -> collector);
      for (int i = 0; i < 5; i++) {
        var numbers = rig.start(Stage.producer("numbers" + i, () -> new CountingProducer(500)));
        spec = spec.subscribeTo(numbers, Demand.max(max).min(min));
      }
      rig.start(spec);
      rig.app().join();
    }
    assertThat(collector.events).hasSize(2500);
    for (int i = 0; i < 5; i++) {
      String producer = "rig/numbers" + i;
      List<Integer> its = new java.util.ArrayList<>();
      for (int b = 0; b < collector.batches.size(); b++) {
        if (collector.producers.get(b).equals(producer)) its.addAll(collector.batches.get(b));
      }
      assertThat(its).isEqualTo(DemandTest.numbersTo(500));
    }
  }

  @Test
  void fullLanesAreTakenFromInTurn() throws Exception {
    var collector = new Collector<Integer>();
    try (var rig = new Rig()) {
      var spec = Stage.consumer("collector", () -> collector);
      List<stage.api.ProducerRef<Integer, CountingProducer>> producers = new java.util.ArrayList<>();
      for (int i = 0; i < 3; i++) {
        producers.add(rig.start(Stage.producer("numbers" + i, () -> new CountingProducer())));
        spec = spec.subscribeTo(producers.get(i), Demand.max(40).min(39));   // batches of one, from a lane of 40
      }
      var consumer = rig.start(Stage.consumer("collector", () -> collector));
      consumer.pause();
      for (var subscription : spec.subscriptions()) consumer.subscribeTo(subscription);
      for (var producer : producers) {
        Await.numbers(rig.app(), producer,
            ref -> ref.snapshot().outputs().stream().anyMatch(lane -> lane.inFlight() == 40));
      }
      consumer.resume();
      Await.that(rig.app(), consumer, stage -> stage.batches.size() >= 60);
      List<String> order = consumer.call(stage -> List.copyOf(stage.producers.subList(0, 60)));
      for (int i = 3; i < 60; i++) assertThat(order.get(i)).as("batch %d", i).isEqualTo(order.get(i - 3));
      assertThat(order.subList(0, 3)).doesNotHaveDuplicates();
    }
  }

  @Test
  void aBusyProducerDoesNotStarveOthers() throws Exception {
    var held = new HeldConsumer<Integer>();
    try (var rig = new Rig()) {
      var busy = rig.start(Stage.producer("busy", () -> new CountingProducer()));
      var rare = rig.start(Stage.producer("rare", Idle::new));
      rig.start(Stage.consumer("held", () -> held).subscribeTo(busy, Demand.max(1000).min(999)).subscribeTo(rare));
      Await.next(rig.app(), held.entered);
      Await.numbers(rig.app(), busy, ref -> ref.snapshot().outputs().getFirst().inFlight() == 1000);
      rare.castEmit((stage, out) -> out.emit(-1));
      Await.numbers(rig.app(), rare, ref -> ref.snapshot().outputs().getFirst().inFlight() == 1);
      held.release(2);
      List<Integer> next = new java.util.ArrayList<>(Await.next(rig.app(), held.entered));
      next.addAll(Await.next(rig.app(), held.entered));
      assertThat(next).as("of a thousand that wait, one comes before it at most").contains(-1);
      held.letGo();
    }
  }
}
