package stage.api;

/**
 * Thrown when something that belongs to one thread was used on another.
 *
 * @since 0.1
 */
public final class ForeignThreadException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final transient String expected;
  private final transient String actual;

  /**
   * Names both threads.
   *
   * @param what what was called, such as {@code request()}
   * @param expected the thread it belongs to
   * @param actual the thread it was called on
   */
  public ForeignThreadException(String what, String expected, String actual) {
    super(what + " belongs to thread " + expected + ", but was called on " + actual);
    this.expected = expected;
    this.actual = actual;
  }

  /** {@return the name of the thread it belongs to} */
  public String expected() {
    return expected;
  }

  /** {@return the name of the thread it was called on} */
  public String actual() {
    return actual;
  }
}
