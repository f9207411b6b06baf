package stage.runtime.supervision;

import stage.api.supervision.StageRuntime;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.Realm;
import stage.runtime.time.RealTime;

/** The engine in production: real threads and the system's clock. */
public final class Runtime implements StageRuntime {
  private final Realm realm = new Realm(new RealTime());
  private final ScopeOwners owners = new ScopeOwners();

  /** For {@link java.util.ServiceLoader}. */
  public Runtime() {}

  @Override
  public Supervisor open(SupervisorSpec spec) {
    return Scope.open(spec, realm, owners);
  }
}
