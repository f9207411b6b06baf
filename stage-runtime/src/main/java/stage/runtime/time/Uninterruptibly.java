package stage.runtime.time;

/** Waits that go on when the waiting thread is interrupted. Its interrupt flag is set again when they are over. */
public final class Uninterruptibly {
  private Uninterruptibly() {}

  /**
   * What may be waited for.
   *
   * @param <R> the answer
   */
  @FunctionalInterface
  public interface Wait<R> {
    /**
     * Waits once.
     *
     * @return what came of it
     * @throws InterruptedException if the calling thread is interrupted; the wait is then made again
     */
    R once() throws InterruptedException;
  }

  /**
   * Waits, however often the calling thread is interrupted meanwhile.
   *
   * @param wait made again after each interrupt
   * @return what came of it
   * @param <R> the answer
   */
  public static <R> R await(Wait<R> wait) {
    return await(wait, null);
  }

  /**
   * As {@link #await(Wait)}, and does something at each interrupt.
   *
   * @param wait made again after each interrupt
   * @param atInterrupt what to do before that; null for nothing
   * @return what came of it
   * @param <R> the answer
   */
  public static <R> R await(Wait<R> wait, Runnable atInterrupt) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return wait.once();
        } catch (InterruptedException e) {
          interrupted = true;
          if (atInterrupt != null) atInterrupt.run();
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }
}
