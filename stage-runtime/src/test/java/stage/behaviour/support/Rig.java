package stage.behaviour.support;

import stage.api.supervision.Intensity;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/** A scope whose ledgers are looked at when it closes, before and after. */
public final class Rig extends ScopeFixture implements AutoCloseable {
  private final Supervisor app = Supervisor.open(SupervisorSpec.of("rig").withIntensity(Intensity.none()));

  @Override
  protected Supervisor scope() {
    return app;
  }

  /** {@return the scope} */
  public Supervisor app() {
    return app;
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
    assertNothingIsLeft();
  }
}
