package stage.runtime.testkit;

/**
 * Thrown when a simulation has failed. The message says why, what happened in it, and how to repeat it.
 *
 * @since 0.1
 */
public final class SimulationFailed extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final transient String choices;

  SimulationFailed(String message, String choices, Throwable cause) {
    super(message, cause);
    this.choices = choices;
  }

  /** {@return the choices that led to the failure, for {@link SimulatedRuntime#replaying}} */
  public String choices() {
    return choices;
  }
}
