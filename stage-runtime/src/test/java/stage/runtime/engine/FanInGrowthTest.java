package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.runtime.lane.Lane;

/** How many of its subscriptions a consumer looks at for an event of one of them: few, among many too. */
class FanInGrowthTest {
  private static final int EVENTS = 50;
  private static final int FEW_LOOKS = 4;

  private final HandSteps steps = new HandSteps();
  private final List<Integer> handled = new ArrayList<>();
  private final List<Cell<?>> producers = new ArrayList<>();
  private final Cell<?> sink = steps.cell(Stage.consumer("sink", Integer.class, () -> (events, from) ->
      handled.addAll(events)));
  private int looks;
  private final Predicate<LaneInlet<?>> counted = inlet -> {
    looks++;
    return inlet.hasEvents();
  };

  private void subscribeTo(int count) {
    steps.settle(sink);
    for (int i = 0; i < count; i++) {
      Cell<?> producer = steps.cell(Stage.source("source" + i, Integer.class));
      steps.settle(producer);
      Handshake.subscribe(sink, HandSteps.to(producer, Demand.max(20)));
      steps.settle(producer);
      producers.add(producer);
    }
    steps.settle(sink);
  }

  @SuppressWarnings("unchecked")
  private void emit(Cell<?> producer, int event) throws InterruptedException {
    ((ProducerRef<Integer, Stage.Behaviour>) (Object) producer.ref()).castEmit((nothing, out) -> out.emit(event));
    steps.settle(producer);
  }

  /** A producer emits, and its consumer looks what there is, as it does before a turn, and takes turns. */
  private void emitOne(Cell<?> producer, int event) throws InterruptedException {
    emit(producer, event);
    assertThat(sink.consumerHalf().ready(counted)).isNotNull();
    steps.settle(sink);
    assertThat(sink.consumerHalf().ready(counted)).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100, 1_000, 10_000})
  void p09_anEventOfOneIsFoundWithoutALookAtTheOthers(int inputs) throws InterruptedException {
    subscribeTo(inputs);
    for (int i = 0; i < EVENTS; i++) emitOne(producers.getLast(), i);
    assertThat(handled).hasSize(EVENTS);
    assertThat((double) looks / EVENTS).isLessThan(FEW_LOOKS);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100, 1_000, 10_000})
  void p09_eventsOfManyAreEachFoundAtOnce(int inputs) throws InterruptedException {
    subscribeTo(inputs);
    for (int i = 0; i < EVENTS; i++) emitOne(producers.get(i * 7 % inputs), i);
    assertThat(handled).hasSize(EVENTS);
    assertThat((double) looks / EVENTS).isLessThan(FEW_LOOKS);
  }

  @Test
  void oneThatIsJustBeingMadeIsNotServedBeforeTheStageIsToldOfIt() throws InterruptedException {
    subscribeTo(1);
    Cell<?> second = steps.cell(Stage.source("second", Integer.class));
    steps.settle(second);
    Handshake.subscribe(sink, HandSteps.to(second, Demand.max(20)));
    Cell<?> third = steps.cell(Stage.source("third", Integer.class));
    steps.settle(third);
    // as far as another thread has got with its subscription: the producer knows of it, the consumer has no notice yet
    var lane = new Lane<>(3, HandSteps.to(third, Demand.max(20)), third, sink);
    var inlet = new LaneInlet<>(lane, sink.consumerHalf());
    third.producerHalf().joins(lane);
    sink.consumerHalf().joins(inlet);
    Roster.addToBoth(third.producerHalf().roster(), lane, sink.consumerHalf().roster(), inlet);
    lane.noticeToProducer();
    emit(third, 1);

    steps.settle(sink);   // hears of the second
    assertThat(handled).isEmpty();
    lane.noticeToConsumer();
    steps.settle(sink);
    assertThat(handled).containsExactly(1);
  }
}
