package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import stage.api.Inlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.Relay;
import stage.runtime.bridge.BridgeContext;

/** Whether an input is over because there was no more, or because a drain has cut it short. */
class CutInputTest extends CrashTest {
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());

  private final class Noting implements Stage.Consumer<Integer> {
    private BridgeContext context;

    @Override
    public void onStart(StageContext context) {
      this.context = BridgeContext.of(context);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      if (told.isEmpty()) told.add("events");
    }

    @Override
    public void onInputEnd(Inlet<Integer> from) {
      told.add("end, cut: " + context.isInputCut());
    }

    @Override
    public void onComplete() {
      told.add("complete, cut: " + context.isInputCut());
    }
  }

  private void note(Supervisor scope, ProducerRef<Integer, ?> producer) {
    scope.start(Stage.consumer("noting", producer, Noting::new));
  }

  private ProducerRef<Integer, ?> relayed(ProducerRef<Integer, ?> producer) {
    return start(Stage.producerConsumer("relay", producer, Relay::new));
  }

  @Test
  void isWholeIfItsSourceHadNoMore() throws Exception {
    note(scope(), relayed(start(Stage.producer("numbers", () -> new Numbers(10)))));
    scope().join();
    assertThat(told).containsExactly("events", "end, cut: false", "complete, cut: false");
  }

  @Test
  void isWholeIfItsSourceWasStoppedByWhoeverFeedsIt() throws Exception {
    var numbers = start(Stage.producer("numbers", () -> new Numbers()));
    note(scope(), relayed(numbers));
    Await.until(() -> !told.isEmpty(), "events have come", numbers);
    numbers.stop();
    scope().join();
    assertThat(told).containsExactly("events", "end, cut: false", "complete, cut: false");
  }

  @Test
  void isCutIfTheScopeDrains() throws Exception {
    var numbers = start(Stage.producer("numbers", () -> new Numbers()));
    note(scope(), relayed(numbers));
    Await.until(() -> !told.isEmpty(), "events have come", numbers);
    scope().stop();
    scope().join();
    assertThat(told).containsExactly("events", "end, cut: true", "complete, cut: true");
  }

  @Test
  void isCutAndCompletedIfItsProducerIsOutsideOfTheScopeThatDrains() throws Exception {
    var numbers = start(Stage.producer("numbers", () -> new Numbers()));
    Supervisor inner = scope().start(SupervisorSpec.of("inner"));
    note(inner, numbers);
    Await.until(() -> !told.isEmpty(), "events have come", numbers);
    numbers.pause();   // a busy subscription is not given up
    inner.stop();
    inner.join();
    assertThat(told).containsExactly("events", "complete, cut: true");
    numbers.stop();
  }
}
