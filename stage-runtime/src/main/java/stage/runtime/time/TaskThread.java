package stage.runtime.time;

/**
 * A virtual thread that runs pieces of work one after the other, and waits in between. One thread at a time hands it
 * work and dismisses it: the first piece before it starts, each other one when the one before is all but over.
 */
public interface TaskThread {
  /** What it runs, on that thread. */
  interface Work {
    /**
     * Runs one piece of work. Throws nothing.
     *
     * @return whether there is another one at once, which nobody hands to it
     */
    boolean runOne();

    /** The thread ends with this. */
    void end();
  }

  /** {@return the thread} */
  Thread thread();

  /**
   * Hands it a piece of work; the first one starts it. The interrupt flag is left as it is: a piece clears what was
   * meant for it before it tells anybody that it is over. An interrupt that comes before the piece has begun may be
   * lost.
   */
  void hand();

  /** Lets it end: when its piece is over, or at once if it has not begun with that. */
  void dismiss();
}
