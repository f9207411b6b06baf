package stage.api.supervision;

import java.util.ServiceLoader;
import stage.api.lookup.ServiceLookup;

/**
 * The engine that runs stages: the one service between the two modules. Users need it only to write an engine of their
 * own.
 *
 * @since 0.1
 */
public interface StageRuntime {
  /**
   * Opens a scope owned by the calling thread.
   *
   * @param spec the scope's name and options
   * @return the open scope
   */
  Supervisor open(SupervisorSpec spec);

  /**
   * Opens a scope with its children; see {@link Supervisor#open(SupervisorSpec, SupervisorInit)}.
   *
   * @param spec the scope's name and options
   * @param init starts its children
   * @return the open scope
   */
  Supervisor open(SupervisorSpec spec, SupervisorInit init);

  /**
   * Finds the engine with {@link ServiceLoader}: with this module's own loader, else with the thread's context class
   * loader. An engine that was found is kept, as long as its class loader is; that none was found is not, since the
   * next caller may have another loader.
   *
   * @return the engine
   * @throws IllegalStateException if there is none
   */
  static StageRuntime find() {
    return Found.RUNTIME.find();
  }
}

/** One for all, so that the scopes of a program share its timer thread and may subscribe to each other's stages. */
final class Found {
  static final ServiceLookup<StageRuntime> RUNTIME = new ServiceLookup<>(StageRuntime.class, "stage runtime");

  private Found() {}
}
