package stage.behaviour.support;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/**
 * A scope that restarts, looked at when it has closed: no thread is left, every ledger adds up, every crash was
 * announced.
 */
public abstract class CrashTest extends ScopeFixture {
  @RegisterExtension protected final CapturedLog log = new CapturedLog();

  private final List<Supervisor> scopes = new ArrayList<>();

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
  @Override
  protected Supervisor scope() {
    return scopes.isEmpty() ? open(Intensity.of(100)) : scopes.getLast();
  }

  @AfterEach
  void closeAndLookForLeftovers() {
    for (Supervisor scope : scopes.reversed()) close(scope);
    assertNothingIsLeft();
  }
}
