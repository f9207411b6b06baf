package stage.behaviour.support;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
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

/**
 * A scope that restarts, looked at when it has closed: no thread is left, every ledger adds up, every crash was
 * announced.
 */
public abstract class CrashTest {
  @RegisterExtension protected final CapturedLog log = new CapturedLog();

  private final List<Supervisor> scopes = new ArrayList<>();
  private final Started started = new Started();
  private boolean mayFail;

  /** Opens a scope, which is closed after the test; the latest one is where {@code start} starts. */
  protected Supervisor open(SupervisorSpec spec) {
    Supervisor scope = Supervisor.open(spec);
    scopes.add(scope);
    return scope;
  }

  protected Supervisor open(Intensity intensity) {
    return open(SupervisorSpec.of("test").withIntensity(intensity));
  }

  /** {@return the scope; one that stands a hundred restarts, if the test has not opened one} */
  protected Supervisor scope() {
    return scopes.isEmpty() ? open(Intensity.of(100)) : scopes.getLast();
  }

  /** Announces that a stage is going to fail the scope. */
  protected void theScopeMayFail() {
    mayFail = true;
  }

  @AfterEach
  void closeAndLookForLeftovers() {
    for (Supervisor scope : scopes.reversed()) {
      try {
        scope.close();
      } catch (StageFailedException failed) {
        if (!mayFail) throw failed;
      }
    }
    started.assertNothingIsLeft();
  }

  protected <O, S extends Stage.Behaviour> ProducerRef<O, S> start(ProducerSpec<O, S> spec) {
    return started.start(scope(), spec);
  }

  protected <I, O, S extends Stage.Behaviour> ProducerConsumerRef<I, O, S> start(ProducerConsumerSpec<I, O, S> spec) {
    return started.start(scope(), spec);
  }

  protected <I, S extends Stage.Behaviour> ConsumerRef<I, S> start(ConsumerSpec<I, S> spec) {
    return started.start(scope(), spec);
  }
}
