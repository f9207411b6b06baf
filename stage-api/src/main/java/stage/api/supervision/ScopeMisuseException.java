package stage.api.supervision;

/**
 * Thrown when a scope is used in a way it does not allow: by another thread than its owner, out of order, after its
 * end, with a name twice.
 *
 * @since 0.1
 */
public final class ScopeMisuseException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what was wrong and what to do instead.
   *
   * @param message lower case, no full stop
   */
  public ScopeMisuseException(String message) {
    super(message);
  }

  /**
   * Says what was wrong, and what has led to it.
   *
   * @param message lower case, no full stop
   * @param cause such as the failure for which the scope is closing; may be null
   */
  public ScopeMisuseException(String message, Throwable cause) {
    super(message, cause);
  }
}
