package stage.api.supervision;

/** A scope was used in a way it does not allow: by another thread than its owner, out of order, after its end, or with a name twice. */
public final class ScopeMisuse extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what was wrong and what would do.
   *
   * @param message lower case, no full stop
   */
  public ScopeMisuse(String message) {
    super(message);
  }
}
