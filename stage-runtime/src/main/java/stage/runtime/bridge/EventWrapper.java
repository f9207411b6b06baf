package stage.runtime.bridge;

/** A built-in event that wraps a user's, and is told if the engine gives it up. */
public interface EventWrapper {
  /** {@return the user's event, which dead letters show} */
  Object wrapped();

  /**
   * A stage has crashed for this event as often as its redelivery allows, or nobody can take it: it is settled as a
   * dead letter. Called once, on the thread of that stage's cell.
   *
   * @param cause what was thrown
   */
  void gaveUp(Throwable cause);
}
