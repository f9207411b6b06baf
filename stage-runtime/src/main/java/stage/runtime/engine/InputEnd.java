package stage.runtime.engine;

/** How the input of one cell has come to its end, and whether its behaviour knows. The cell's thread only. */
final class InputEnd {
  private boolean reached;   // the last subscription has completed
  private boolean cut;       // an input has ended because of a drain
  private boolean told;      // and onComplete was a good turn

  /** {@return whether there is no more, because its subscriptions have completed} */
  boolean isReached() {
    return reached;
  }

  /** {@return whether a drain has taken some of it away} */
  boolean isCut() {
    return cut;
  }

  /** {@return whether the behaviour has been told that there is no more} */
  boolean isTold() {
    return told;
  }

  /** The last subscription has completed. */
  void reach() {
    reached = true;
  }

  /** A drain has taken away what would have come. */
  void cut() {
    cut = true;
  }

  /** The behaviour was told, in a good turn. */
  void tell() {
    told = true;
  }

  /** Another incarnation follows on one that has completed, and begins anew. */
  void forget() {
    reached = false;
    cut = false;
    told = false;
  }
}
