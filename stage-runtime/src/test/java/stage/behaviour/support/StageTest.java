package stage.behaviour.support;

import org.junit.jupiter.api.AfterEach;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/** Opens a scope without restarts for each test. */
public abstract class StageTest extends ScopeFixture {
  protected final Supervisor scope = Supervisor.open(SupervisorSpec.of("test").withIntensity(Intensity.none()));

  @Override
  protected final Supervisor scope() {
    return scope;
  }

  @AfterEach
  void closeScopeAndLookForLeftovers() {
    close(scope);
    assertNothingIsLeft();
  }
}
