package stage.api.supervision;

import java.util.Optional;
import java.util.ServiceLoader;

/** The engine that runs stages: the one service between the two modules. Users need it only to write an engine of their own. */
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
   * Finds the engine with {@link ServiceLoader}: with this module's own loader, else with the thread's context class loader.
   *
   * @return the engine
   * @throws IllegalStateException if there is none
   */
  static StageRuntime find() {
    return Found.RUNTIME.orElseThrow(() -> new IllegalStateException("no stage runtime was found; put the module stage.runtime"
        + " (stage-runtime.jar) on the module path, or its jar on the class path, beside stage.api"));
  }
}

/** Holds the one engine of this JVM, so that all scopes share its timer thread and may subscribe to each other's stages. */
final class Found {
  static final Optional<StageRuntime> RUNTIME = ServiceLoader.load(StageRuntime.class, StageRuntime.class.getClassLoader())
      .findFirst()
      .or(() -> ServiceLoader.load(StageRuntime.class).findFirst());

  private Found() {}
}
