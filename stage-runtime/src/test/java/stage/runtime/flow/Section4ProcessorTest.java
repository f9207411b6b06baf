package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.ProducerConsumerRef;
import stage.api.Stage;
import stage.api.StopReason;
import stage.behaviour.support.Await;

/**
 * What a processor must do. That it is a publisher and a subscriber by all rules, the other sections show of it too.
 */
class Section4ProcessorTest extends FlowTest {
  private Flow.Processor<Integer, Integer> identity(Demand demand) {
    return noted(scope.start(Outward.identity(this, false))).asProcessor(demand);
  }

  @Test
  void rule4_01_passesDemandOnInItsOwnMeasure() throws Exception {
    ProducerConsumerRef<Integer, Integer, Stage.ProducerConsumer<Integer, Integer>> odd = noted(scope.start(
        Stage.producerConsumer("odd", Integer.class, Integer.class, () -> (events, from, out) -> {
          for (Integer event : events) if (event % 2 == 1) out.emit(event);
        })));
    Flow.Processor<Integer, Integer> processor = odd.asProcessor(Demand.max(4).min(2));
    Hand hand = hand();
    hand.subscribe(processor);
    Recorder recorder = recorder(processor);
    hand.awaitRequested(4);
    recorder.request(3);   // half of the events are dropped, for which others must be asked
    hand.send(0, 6);
    assertThat(recorder.await(3)).containsExactly(1, 3, 5);
    hand.complete();
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
  }

  @Test
  void rule4_01_ofSeveralThatArePluggedTogether() throws Exception {
    Flow.Processor<Integer, Integer> first = identity(Demand.max(3));
    Flow.Processor<Integer, Integer> second = identity(Demand.max(1));
    Outward.PRODUCER.open(this, 200).publisher().subscribe(first);
    first.subscribe(second);
    Recorder recorder = recorder(second);
    recorder.request(200);
    assertThat(recorder.await(200)).isEqualTo(upTo(200));
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
  }

  @Test
  void rule4_02_anErrorIsPassedOnAtOnce() throws Exception {
    theScopeMayFail();
    Flow.Processor<Integer, Integer> processor = identity(Demand.max(10));
    Hand hand = hand();
    hand.subscribe(processor);
    Recorder recorder = recorder(processor);
    hand.awaitRequested(10).send(0, 5);
    recorder.request(2);
    assertThat(recorder.await(2)).isEqualTo(upTo(2));
    hand.fail(new ForGood());   // three events wait for a request, which does not have to come
    assertThat(recorder.awaitEnd()).isInstanceOf(ForGood.class);
  }

  @Test
  void itsInputIsCancelledWithItsLastSubscriber() throws Exception {
    ProducerConsumerRef<Integer, Integer, ?> stage = noted(scope.start(Outward.identity(this, false)));
    Flow.Processor<Integer, Integer> processor = stage.asProcessor(Demand.max(10));
    Hand hand = hand();
    hand.subscribe(processor);
    Recorder first = recorder(processor);
    Recorder second = recorder(processor);
    hand.awaitRequested(10);
    first.cancel();
    second.request(1);
    hand.send(0, 1);
    assertThat(second.await(1)).containsExactly(0);
    assertThat(hand.asked().cancels).hasValue(0);
    second.cancel();
    hand.awaitCancel();
    assertThat(Await.end(stage)).isEqualTo(new StopReason.Completed());
  }
}
