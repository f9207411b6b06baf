package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.Idle;

/** What users bring along may wait: no lock of the runtime is held meanwhile, and who would wait forever is told. */
class LockedOutTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** Waits, in the midst of a line, for a thread that subscribes. */
  private static final class Subscribing extends Handler {
    private final LinkedBlockingQueue<Boolean> subscribed = new LinkedBlockingQueue<>();
    private final ConsumerRef<Integer, ?> consumer;
    private final ProducerRef<Integer, ?> producer;

    Subscribing(ConsumerRef<Integer, ?> consumer, ProducerRef<Integer, ?> producer) {
      this.consumer = consumer;
      this.producer = producer;
    }

    @Override
    public void publish(LogRecord line) {
      try {
        subscribed.add(Thread.ofVirtual().start(() -> consumer.subscribeTo(producer)).join(LIMIT));
      } catch (InterruptedException e) {
        subscribed.add(false);
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void aLoggerThatIsToldOfASubscriptionThatCameTooLate() throws Exception {
    Logger logger = Logger.getLogger("stage.locked.sink");
    try (Supervisor app = Supervisor.open("locked")) {
      ProducerRef<Integer, ?> over = app.start(Stage.generator("over", Integer.class, () -> out -> {}));
      over.join();
      ProducerRef<Integer, ?> idle = app.start(Stage.producer("idle", Idle::new));
      ConsumerRef<Integer, ?> other = app.start(Stage.consumer("other", Integer.class, () -> (batch, from) -> {}));
      var handler = new Subscribing(other, idle);
      logger.addHandler(handler);
      try {
        app.start(Stage.consumer("sink", over, () -> (batch, from) -> {}));
        assertThat(handler.subscribed.poll()).as("another thread could subscribe meanwhile").isTrue();
      } finally {
        logger.removeHandler(handler);
      }
    }
  }

  @Test
  void anEmitThatTheProducerItselfWaitsFor() throws Exception {
    var thrown = new LinkedBlockingQueue<Throwable>();
    try (Supervisor app = Supervisor.open("locked")) {
      ProducerRef<Integer, Idle> idle = app.start(Stage.producer("idle", Idle::new).withOverflow(Overflow.fail()));
      ProducerRef<Integer, Idle> helper = app.start(Stage.producer("helper", Idle::new));
      idle.cast(stage -> {
        try {
          helper.call(other -> {
            idle.emit(1);
            return 1;
          });
        } catch (Exception failure) {
          thrown.add(failure.getCause());
        }
      });
      assertThat(thrown.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("emit() on stage locked/idle would never end");
    }
  }
}
