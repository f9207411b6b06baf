package stage.runtime.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEndedException;
import stage.api.StopReason;
import stage.api.supervision.ContextCapture;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CapturedLog;
import stage.runtime.engine.SubscriptionGraph;
import stage.runtime.time.OwnThreads;

/** What carries a stage fails between two steps. */
class BrokenDriverTest {
  @RegisterExtension final CapturedLog log = new CapturedLog();

  private final AtomicReference<Error> failure = new AtomicReference<>();
  private final BlockingQueue<String> ticks = new LinkedBlockingQueue<>();

  /** The real time, but for alarms, of which it refuses to set one. */
  private final class Brittle extends OwnThreads {
    @Override
    public Alarm at(long atNanos, Runnable action) {
      Error toThrow = failure.getAndSet(null);
      if (toThrow != null) throw toThrow;
      return super.at(atNanos, action);
    }
  }

  private final class Ticker implements Stage.Consumer<Integer> {
    @Override
    public void onStart(StageContext context) {
      context.every(Duration.ofMillis(1), () -> ticks.add("tick"));
    }

    @Override
    public void onEvents(java.util.List<Integer> events, Inlet<Integer> from) {
      throw new AssertionError("there are none");
    }
  }

  private Supervisor open(boolean withContext) {
    ContextCapture context = withContext ? () -> steps -> steps.run() : ContextCapture.NONE;
    return Scope.open(SupervisorSpec.of("test").withIntensity(Intensity.of(10)).withContext(context),
        new SubscriptionGraph(new Brittle()), new ScopeOwners());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void f05_aFullHeapLeavesItGoingOn(boolean withContext) throws Exception {
    try (Supervisor scope = open(withContext)) {
      var ticker = scope.start(Stage.consumer("ticker", Ticker::new));
      failure.set(new OutOfMemoryError("full"));
      ticks.clear();
      Await.next(3, ticks, ticker);
      assertThat(ticker.snapshot().incarnation()).isEqualTo(1);
      assertThat(failure).hasNullValue();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void s36_aBugIsTheEndOfTheStageAndNobodyWaitsForIt(boolean withContext) throws Exception {
    Supervisor scope = open(withContext);
    var ticker = scope.start(Stage.consumer("ticker", Ticker::new));
    var bug = new AssertionError("a bug");
    failure.set(bug);
    assertThat(Await.end(ticker)).isEqualTo(new StopReason.Crashed(bug));
    assertThat(catchThrowableOfType(StageEndedException.class, () -> ticker.call(behaviour -> null))).hasRootCause(bug);
    assertThat(catchThrowableOfType(StageFailedException.class, scope::join)).hasCause(bug);
    scope.close();
    assertThat(scope.report().stragglers()).isEmpty();
    assertThat(log.take())
        .anyMatch(line -> line.getMessage().equals("the engine cannot go on with stage test/ticker, which ends"));
  }
}
