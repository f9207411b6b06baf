package stage.runtime.supervision;

import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.SubscriptionGraph;
import stage.runtime.time.Time;

/** Opens scopes in a time of one's own. */
public final class Scopes {
  private Scopes() {}

  /** {@return a scope that lives in a time of one's own} */
  public static Supervisor open(SupervisorSpec spec, Time time) {
    return Scope.open(spec, new SubscriptionGraph(time), new ScopeOwners());
  }
}
