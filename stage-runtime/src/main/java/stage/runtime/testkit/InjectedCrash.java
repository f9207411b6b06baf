package stage.runtime.testkit;

/**
 * The exception of a crash that a {@link CrashRule} injects, as if user code had thrown it.
 *
 * @since 0.1
 */
public final class InjectedCrash extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InjectedCrash(String message) {
    super(message, null, false, false);   // there is nothing to see on the stack but the engine
  }
}
