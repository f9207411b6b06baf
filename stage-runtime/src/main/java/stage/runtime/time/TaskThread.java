package stage.runtime.time;

/**
 * A virtual thread that runs pieces of work one after the other, as they are handed to it. It is handed the first one
 * before it starts, each other one when the one before is all but over, and waits in between. One thread at a time
 * hands and dismisses.
 */
public interface TaskThread {
  /** {@return the thread} */
  Thread thread();

  /**
   * Hands it the next piece of work; the first one starts it. The interrupt flag is left as it is: a piece clears what
   * was meant for it before it tells anybody that it is over.
   *
   * @param piece what to run; throws nothing
   */
  void hand(Runnable piece);

  /** Lets it end: when its piece is over, or at once if it has not begun with that. */
  void dismiss();
}
