package stage.runtime.bridge;

/** An event of a bridge that stands for a user's, and wants to know if the engine gives it up. */
public interface Carrier {
  /** {@return the user's event, which dead letters show} */
  Object carried();

  /**
   * A stage has crashed for this event as often as its redelivery allows, or nobody can take it: it is settled as a
   * dead letter. Called once, on the thread of that stage's cell.
   *
   * @param cause what was thrown
   */
  void gaveUp(Throwable cause);
}
