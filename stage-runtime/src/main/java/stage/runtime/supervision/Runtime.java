package stage.runtime.supervision;

import java.util.Objects;
import stage.api.supervision.StageRuntime;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorInit;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.engine.SubscriptionGraph;
import stage.runtime.time.RealTime;
import stage.runtime.simulation.SimulatedTime;

/** The engine: with real threads and the system's clock, or, on a thread of a simulation, within that. */
public final class Runtime implements StageRuntime {
  private final SubscriptionGraph graph = new SubscriptionGraph(new RealTime());
  private final ScopeOwners owners = new ScopeOwners();

  /** For {@link java.util.ServiceLoader}. */
  public Runtime() {}

  @Override
  public Supervisor open(SupervisorSpec spec, SupervisorInit init) {
    Objects.requireNonNull(init, "init must not be null");
    Scope scope = open(spec);
    scope.starts().runInit(init);
    return scope;
  }

  @Override
  public Scope open(SupervisorSpec spec) {
    SimulatedTime simulation = SimulatedTime.ofThisThread();
    if (simulation == null) return Scope.open(spec, graph, owners);
    Scope scope = Scope.open(spec, simulation.attached(SubscriptionGraph::new), owners);
    simulation.explainedBy(scope::whyStill);
    return scope;
  }
}
