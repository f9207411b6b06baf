package stage.runtime.time;

/**
 * Places that callers from outside take and the engine gives back: where a caller waits when something bounded is full.
 */
public interface Permits {
  /**
   * Takes a place, waiting until there is one.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  void acquire() throws InterruptedException;

  /**
   * Takes a place, waiting no longer than a time until there is one.
   *
   * @param nanos how long
   * @return whether a place was taken
   * @throws InterruptedException if interrupted while waiting
   */
  boolean tryAcquire(long nanos) throws InterruptedException;

  /** {@return whether there was a place to take} Never waits. */
  boolean tryAcquire();

  /**
   * Gives places.
   *
   * @param places how many
   */
  void release(int places);

  /** {@return how many places there are now} */
  int availablePermits();
}
