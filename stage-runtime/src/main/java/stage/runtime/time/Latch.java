package stage.runtime.time;

/** Opens once. Threads outside the engine wait for it. */
public interface Latch {
  /** Lets everybody pass, now and later. */
  void open();

  /** {@return whether it is open} */
  boolean isOpen();

  /**
   * Waits until it is open.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  void await() throws InterruptedException;

  /**
   * Waits until it is open, or a time has passed.
   *
   * @param nanos how long to wait
   * @return whether it is open
   * @throws InterruptedException if interrupted while waiting
   */
  boolean await(long nanos) throws InterruptedException;
}
