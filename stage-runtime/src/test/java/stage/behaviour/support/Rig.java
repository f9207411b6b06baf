package stage.behaviour.support;

import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.supervision.Intensity;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/** A scope whose ledgers are looked at when it closes, before and after. */
public final class Rig implements AutoCloseable {
  private final Supervisor app = Supervisor.open(SupervisorSpec.of("rig").withIntensity(Intensity.none()));
  private final Started started = new Started();

  /** {@return the scope} */
  public Supervisor app() {
    return app;
  }

  /** Starts a producer. */
  public <O, S extends Stage.Behaviour> ProducerRef<O, S> start(ProducerSpec<O, S> spec) {
    return started.start(app, spec);
  }

  /** Starts a producer-consumer. */
  public <I, O, S extends Stage.Behaviour> ProducerConsumerRef<I, O, S> start(ProducerConsumerSpec<I, O, S> spec) {
    return started.start(app, spec);
  }

  /** Starts a consumer. */
  public <I, S extends Stage.Behaviour> ConsumerRef<I, S> start(ConsumerSpec<I, S> spec) {
    return started.start(app, spec);
  }

  /** Every ledger of every stage adds up, now. */
  public void assertBalanced() {
    started.assertBalanced();
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
    started.assertNothingIsLeft();
  }
}
