package stage.runtime.observe.jmx;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Supplier;
import javax.management.JMException;
import javax.management.ObjectName;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.observe.Registration;
import stage.api.observe.SupervisorSnapshot;
import stage.runtime.supervision.Observed;

/** A scope as a managed bean named {@code stage:type=Scope,name=shop}, registered until it closes or is told to go. */
public final class ManagedScope implements ScopeMXBean {
  private final Observed scope;
  private final Supplier<Explanation> explanation;
  private final Supplier<String> json;

  private ManagedScope(Observed scope, Supplier<Explanation> explanation, Supplier<String> json) {
    this.scope = scope;
    this.explanation = explanation;
    this.json = json;
  }

  /**
   * Registers a scope with the platform's server of beans.
   *
   * @param scope which
   * @param explanation explains it
   * @param json writes it down
   * @return to take it away again
   * @throws IllegalStateException if a scope of that name is registered already
   */
  public static Registration register(Observed scope, Supplier<Explanation> explanation, Supplier<String> json) {
    try {
      var name = new ObjectName("stage:type=Scope,name=" + ObjectName.quote(scope.path()));
      ManagementFactory.getPlatformMBeanServer().registerMBean(new ManagedScope(scope, explanation, json), name);
      Registration farewell = scope.onClose(() -> unregister(name));
      return () -> {
        farewell.close();
        unregister(name);
      };
    } catch (JMException refused) {
      throw new IllegalStateException("scope " + scope.path() + " could not be registered as a managed bean: "
          + refused, refused);
    }
  }

  private static void unregister(ObjectName name) {
    try {
      var server = ManagementFactory.getPlatformMBeanServer();
      if (server.isRegistered(name)) server.unregisterMBean(name);
    } catch (JMException gone) {
      throw new IllegalStateException("managed bean " + name + " could not be taken away", gone);
    }
  }

  @Override
  public String getPath() {
    return scope.path();
  }

  @Override
  public List<StageData> getStages() {
    return scope.tree().stages().stream().map(StageData::new).toList();
  }

  @Override
  public long getCrashes() {
    return scope.tree().supervisors().stream().mapToLong(SupervisorSnapshot::crashes).sum();
  }

  @Override
  public long getRestarts() {
    return scope.tree().supervisors().stream().mapToLong(SupervisorSnapshot::restarts).sum();
  }

  @Override
  public List<String> explain() {
    return explanation.get().findings().stream().map(Finding::sentence).toList();
  }

  @Override
  public String json() {
    return json.get();
  }
}
