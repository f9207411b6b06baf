package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.Flow;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.CancelPolicy;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StopReason;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.Idle;
import stage.behaviour.support.QueueSink;

/**
 * A publisher that nobody supervises fails: how far that goes is for its consumer's supervisor to say, as with a stage.
 */
class ContainedPublisherTest extends CrashTest {
  private static void failInto(ConsumerRef<Integer, QueueSink> sink, CancelPolicy policy) {
    Flow.Subscriber<Integer> subscriber = sink.asSubscriber(Demand.max(10), policy);
    subscriber.onSubscribe(new Flow.Subscription() {
      @Override
      public void request(long events) {}

      @Override
      public void cancel() {}
    });
    subscriber.onError(new IllegalStateException("the broker is gone"));
  }

  @Nested
  class BelowAnInnerSupervisor {
    private void contains(Restart restart) throws Exception {
      Supervisor inner = scope().start(SupervisorSpec.of("inner").withRestart(restart));
      var bystander = start(Stage.producer("bystander", Idle::new));
      ConsumerRef<Integer, QueueSink> sink = inner.start(Stage.consumer("sink", QueueSink::new));
      var sibling = inner.start(Stage.consumer("sibling", QueueSink::new));
      failInto(sink, CancelPolicy.TRANSIENT);
      assertThat(Await.end(sink)).isInstanceOf(StopReason.ProducerFailed.class);
      Await.end(sibling);
      Await.answered(bystander);
      assertThat(bystander.isAlive()).isTrue();
      log.take();
    }

    @Test
    void c1_isContainedIfThatIsTransient() throws Exception {
      contains(Restart.TRANSIENT);
    }

    @Test
    void c1_isContainedIfThatIsTemporary() throws Exception {
      contains(Restart.TEMPORARY);
    }
  }

  @Nested
  class InFrontOfAConsumer {
    @Test
    void c1_isContainedIfThatIsTemporary() throws Exception {
      var bystander = start(Stage.producer("bystander", Idle::new));
      ConsumerRef<Integer, QueueSink> sink =
          start(Stage.consumer("sink", QueueSink::new).withRestart(Restart.TEMPORARY));
      failInto(sink, CancelPolicy.TRANSIENT);
      Await.end(sink);
      Await.answered(bystander);
      assertThat(bystander.isAlive()).isTrue();
      log.take();
    }

    @Test
    void c1_failsTheRootIfThatIsAnOrdinaryChildOfIt() throws Exception {
      theScopeMayFail();
      ConsumerRef<Integer, QueueSink> sink = start(Stage.consumer("sink", QueueSink::new));
      failInto(sink, CancelPolicy.TRANSIENT);
      assertThatThrownBy(() -> scope().join()).isInstanceOf(StageFailedException.class)
          .hasRootCauseMessage("the broker is gone");
      log.take();
    }
  }
}
