package stage.runtime.time;

/** Places that callers from outside take and the engine gives back: where a caller waits when something bounded is full. */
public interface Room {
  /**
   * Takes a place, waiting until there is one.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  void take() throws InterruptedException;

  /** {@return whether there was a place to take} Never waits. */
  boolean tryTake();

  /**
   * Gives places.
   *
   * @param places how many
   */
  void give(int places);

  /** {@return how many places there are now} */
  int places();
}
