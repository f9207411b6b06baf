package stage.behaviour.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/** A scope whose ledgers are looked at when it closes, before and after. */
public final class Rig implements AutoCloseable {
  private final Supervisor app = Supervisor.open(SupervisorSpec.of("rig").withIntensity(Intensity.none()));
  private final List<StageRef<?>> started = new CopyOnWriteArrayList<>();

  /** {@return the scope} */
  public Supervisor app() {
    return app;
  }

  /** Starts a producer. */
  public <O, S extends Stage> ProducerRef<O, S> start(ProducerSpec<O, S> spec) {
    ProducerRef<O, S> ref = app.start(spec);
    started.add(ref);
    return ref;
  }

  /** Starts a producer-consumer. */
  public <I, O, S extends Stage> ProducerConsumerRef<I, O, S> start(ProducerConsumerSpec<I, O, S> spec) {
    ProducerConsumerRef<I, O, S> ref = app.start(spec);
    started.add(ref);
    return ref;
  }

  /** Starts a consumer. */
  public <I, S extends Stage> ConsumerRef<I, S> start(ConsumerSpec<I, S> spec) {
    ConsumerRef<I, S> ref = app.start(spec);
    started.add(ref);
    return ref;
  }

  /** Every ledger of every stage adds up, now. */
  public void assertBalanced() {
    for (StageRef<?> ref : started) {
      var numbers = ref.snapshot();
      assertThat(numbers.inputs()).as("inputs of %s", ref.path()).allMatch(SubscriptionSnapshot::isBalanced);
      assertThat(numbers.outputs()).as("outputs of %s", ref.path()).allMatch(SubscriptionSnapshot::isBalanced);
    }
  }

  /** {@return what is left after a close, which this does} */
  public ShutdownReport report() {
    close();
    return app.report();
  }

  @Override
  public void close() {
    assertBalanced();
    app.close();
    for (StageRef<?> ref : started) {
      assertThat(ref.isAlive()).as("%s is alive", ref.path()).isFalse();
      assertThat(ref.snapshot().outputs()).as("outputs of %s at the end", ref.path())
          .allMatch(ledger -> ledger.sent() == ledger.handled() + ledger.inFlight() + ledger.returned());
    }
  }
}
