package stage.runtime.engine;

/** What happens to a cell that crashed. */
public sealed interface Directive {
  /**
   * What each of them comes to. In place of a switch over their types: that would be linked at the first crash, and
   * fail for good if the heap is full then.
   */
  interface Follower {
    /** See {@link Restart}. */
    void restart(long delayNanos);

    /** See {@link Retry}. */
    void retry(long delayNanos);

    /** See {@link Hold}. */
    void hold(boolean forgives);

    /** See {@link Resume}. */
    void resume();

    /** See {@link End}. */
    void end(boolean contained);
  }

  /** Has it followed. */
  void follow(Follower by);

  /**
   * Another incarnation takes over.
   *
   * @param delayNanos how long to wait before
   */
  record Restart(long delayNanos) implements Directive {
    @Override
    public void follow(Follower by) {
      by.restart(delayNanos);
    }
  }

  /**
   * Another incarnation takes over, and what was in hand is not to blame.
   *
   * @param delayNanos how long to wait before
   */
  record Retry(long delayNanos) implements Directive {
    @Override
    public void follow(Follower by) {
      by.retry(delayNanos);
    }
  }

  /**
   * The incarnation ends, and the cell waits for {@link Cell#release}: others are restarted with it.
   *
   * @param forgives whether what was in hand is not to blame
   */
  record Hold(boolean forgives) implements Directive {
    @Override
    public void follow(Follower by) {
      by.hold(forgives);
    }
  }

  /** The incarnation goes on, and skips what it was doing. */
  record Resume() implements Directive {
    @Override
    public void follow(Follower by) {
      by.resume();
    }
  }

  /**
   * It ends, and has failed.
   *
   * @param contained whether that is a failure of its own consumers only
   */
  record End(boolean contained) implements Directive {
    @Override
    public void follow(Follower by) {
      by.end(contained);
    }
  }
}
