package stage.runtime.testkit;

/** A simulation has failed: why, what happened in it, and how to see it again. */
public final class SimulationFailed extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final transient String choices;

  SimulationFailed(String message, String choices, Throwable cause) {
    super(message, cause);
    this.choices = choices;
  }

  /** {@return the choices that led to it, for {@link SimulatedRuntime#replaying}} */
  public String choices() {
    return choices;
  }
}
