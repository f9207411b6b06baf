package stage.runtime.engine;

/**
 * How the input of one cell has ended, and whether its behaviour knows. There are eight of them, which all
 * cells share: so none is made for a cell whose input goes on, or while the heap is full.
 */
final class InputEnd {
  private static final int REACHED = 1;   // the last subscription has completed
  private static final int CUT = 2;       // an input has ended because of a drain
  private static final int TOLD = 4;      // and onComplete was a good turn

  private static final InputEnd[] ALL = new InputEnd[8];

  static {
    for (int facts = 0; facts < ALL.length; facts++) ALL[facts] = new InputEnd(facts);
  }

  /** Of one that goes on. */
  static final InputEnd NONE = ALL[0];

  private final int facts;

  private InputEnd(int facts) {
    this.facts = facts;
  }

  /** {@return whether there is no more, because its subscriptions have completed} */
  boolean isReached() {
    return (facts & REACHED) != 0;
  }

  /** {@return whether a drain has taken some of it away} */
  boolean isCut() {
    return (facts & CUT) != 0;
  }

  /** {@return whether the behaviour has been told that there is no more} */
  boolean isTold() {
    return (facts & TOLD) != 0;
  }

  /** {@return the same, and the last subscription has completed} */
  InputEnd reached() {
    return ALL[facts | REACHED];
  }

  /** {@return the same, and a drain has taken away what would have come} */
  InputEnd cut() {
    return ALL[facts | CUT];
  }

  /** {@return the same, and the behaviour was told, in a good turn} */
  InputEnd told() {
    return ALL[facts | TOLD];
  }
}
