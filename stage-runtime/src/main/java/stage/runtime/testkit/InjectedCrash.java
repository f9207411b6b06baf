package stage.runtime.testkit;

/** What a {@link CrashRule} has user code seem to throw. */
public final class InjectedCrash extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InjectedCrash(String message) {
    super(message, null, false, false);   // there is nothing to see on the stack but the engine
  }
}
