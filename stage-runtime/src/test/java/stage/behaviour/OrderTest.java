package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import stage.api.Demand;
import stage.api.Stage;
import stage.behaviour.support.Collector;
import stage.behaviour.support.CountingProducer;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Rig;
import stage.behaviour.support.WithDemands;

class OrderTest {
  @WithDemands
  void isKeptOverManyHops(int max, int min) throws Exception {
    var collector = new Collector<Integer>();
    try (var rig = new Rig()) {
      stage.api.ProducerRef<Integer, ?> from = rig.start(Stage.producer("numbers", () -> new CountingProducer(2000)));
      for (int i = 0; i < 5; i++) {
        from = rig.start(
            Stage.producerConsumer("hop" + i, from, Integer.class, () -> (events, in, out) -> out.emitAll(events))
                .withDemand(Demand.max(max).min(min)));
      }
      rig.start(Stage.consumer("collector", () -> collector).subscribeTo(from, Demand.max(max).min(min)));
      rig.app().join();
    }
    assertThat(collector.events).isEqualTo(DemandTest.numbersTo(2000));
  }

  @WithDemands
  void isKeptByBacklogAndTurnsOfEverySize(int max, int min) throws Exception {
    var collector = new Collector<Integer>();
    List<Integer> sizes = List.of(1, 31, 32, 33, 1, 64, 7, 255, 256, 257, 2, 500);
    int sum = sizes.stream().mapToInt(Integer::intValue).sum();
    try (var rig = new Rig()) {
      var producer =
          rig.start(Stage.producer("silent", Idle::new).withOverflow(stage.api.Overflow.block().withCapacity(sum)));
      rig.start(Stage.consumer("collector", () -> collector).subscribeTo(producer, Demand.max(max).min(min)));
      int next = 0;
      for (int size : sizes) {
        int first = next;
        producer.castEmit((stage, out) -> out.emitAll(IntStream.range(first, first + size).boxed().toList()));
        next += size;
      }
      producer.castEmit((stage, out) -> out.complete());
      rig.app().join();
    }
    assertThat(collector.events).isEqualTo(new ArrayList<>(IntStream.range(0, sum).boxed().toList()));
  }
}
