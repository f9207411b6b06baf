package stage.behaviour.support;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/** Opens a scope for each test, closes it, and then looks whether a thread is left or a ledger does not add up. */
public abstract class StageTest {
  protected final Supervisor scope = Supervisor.open(SupervisorSpec.of("test").withIntensity(Intensity.none()));
  private final Started started = new Started();
  private boolean mayFail;

  @AfterEach
  void closeScopeAndLookForLeftovers() {
    try {
      scope.close();
    } catch (StageFailedException failed) {
      if (!mayFail) throw failed;
    }
    assertNothingIsLeft();
  }

  protected void assertNothingIsLeft() {
    started.assertNothingIsLeft();
  }

  /** Announces that a stage is going to fail the scope. */
  protected void theScopeMayFail() {
    mayFail = true;
  }

  /** The threads that behaviours were made on so far. */
  protected List<Thread> threads() {
    return started.threads();
  }

  protected <O, S extends Stage.Behaviour> ProducerRef<O, S> start(ProducerSpec<O, S> spec) {
    return startIn(scope, spec);
  }

  protected <I, O, S extends Stage.Behaviour> ProducerConsumerRef<I, O, S> start(ProducerConsumerSpec<I, O, S> spec) {
    return started.start(scope, spec);
  }

  protected <I, S extends Stage.Behaviour> ConsumerRef<I, S> start(ConsumerSpec<I, S> spec) {
    return startIn(scope, spec);
  }

  protected <O, S extends Stage.Behaviour> ProducerRef<O, S> startIn(Supervisor scope, ProducerSpec<O, S> spec) {
    return started.start(scope, spec);
  }

  protected <I, S extends Stage.Behaviour> ConsumerRef<I, S> startIn(Supervisor scope, ConsumerSpec<I, S> spec) {
    return started.start(scope, spec);
  }
}
