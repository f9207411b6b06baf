package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.Decision;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.CapturedLog;

/**
 * A scope with bridges, looked at when it is closed: no rule was broken, every ledger adds up, and only what crashed on
 * purpose was logged.
 */
abstract class FlowTest {
  /** A crash after which the stage is to go on. */
  static final class OnPurpose extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    OnPurpose(String what) {
      super(what + ", on purpose");
    }
  }

  /** A crash that ends the stage. */
  static final class ForGood extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    ForGood() {
      super("for good, on purpose");
    }
  }

  @RegisterExtension final CapturedLog log = new CapturedLog();

  // Who has not asked for what is in flight keeps its stage until the deadline.
  final Supervisor scope = Supervisor
      .open(SupervisorSpec.of("test").withIntensity(Intensity.of(1_000_000)).withShutdown(Duration.ofMillis(100))
      .withDecisions(failure -> failure.cause() instanceof ForGood ? Decision.STOP : Decision.RESTART));
  private final Queue<Recorder> recorders = new ConcurrentLinkedQueue<>();
  private final Queue<Hand> hands = new ConcurrentLinkedQueue<>();
  private final Queue<StageRef<?>> started = new ConcurrentLinkedQueue<>();
  private final AtomicInteger names = new AtomicInteger();
  private boolean mayFail;

  @AfterEach
  final void closeAndLook() {
    close();
    for (Recorder recorder : recorders) assertThat(recorder.violations).isEmpty();
    for (Hand hand : hands) assertThat(hand.violations).isEmpty();
    for (StageRef<?> ref : started) {
      StageSnapshot last = ref.snapshot();
      assertThat(last.status()).as(ref.path()).isEqualTo(StageSnapshot.Status.ENDED);
      assertThat(last.inputs()).as("inputs of " + ref.path()).allMatch(SubscriptionSnapshot::isBalanced);
      assertThat(last.outputs()).as("outputs of " + ref.path()).allMatch(SubscriptionSnapshot::isBalanced);
    }
    assertThat(log.take()).as("log lines that nobody announced").allMatch(FlowTest::isOnPurpose);
  }

  final void close() {
    try {
      scope.close();
    } catch (StageFailedException failed) {
      if (!mayFail) throw failed;
    }
  }

  private static boolean isOnPurpose(LogRecord record) {
    if (record.getMessage().contains("on purpose")) return true;
    for (Throwable thrown = record.getThrown(); thrown != null; thrown = thrown.getCause())
      if (String.valueOf(thrown.getMessage()).contains("on purpose")) return true;
    return false;
  }

  /** Announces that a failure may go up to the scope. */
  final void theScopeMayFail() {
    mayFail = true;
  }

  final String name(String kind) {
    return kind + "-" + names.incrementAndGet();
  }

  final <R extends StageRef<?>> R noted(R ref) {
    started.add(ref);
    return ref;
  }

  /** {@return a subscriber that has requested nothing} */
  final Recorder recorder() {
    return noted(new Recorder());
  }

  final Recorder noted(Recorder recorder) {
    recorders.add(recorder);
    return recorder;
  }

  /** {@return one that is subscribed to a publisher, and has requested nothing} */
  final Recorder recorder(Flow.Publisher<Integer> publisher) throws InterruptedException {
    Recorder recorder = recorder();
    publisher.subscribe(recorder);
    return recorder.awaitSubscribed();
  }

  final Hand hand() {
    var hand = new Hand();
    hands.add(hand);
    return hand;
  }

  static List<Integer> upTo(int count) {
    return range(0, count);
  }

  static List<Integer> range(int first, int end) {
    List<Integer> all = new ArrayList<>();
    for (int i = first; i < end; i++) all.add(i);
    return all;
  }
}
