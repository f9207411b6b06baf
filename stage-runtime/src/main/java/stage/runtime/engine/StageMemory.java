package stage.runtime.engine;

/**
 * What a stage remembers from turn to turn, beside its lanes: its states, whether it has something left to emit, and
 * what it has given up on. It changes with a good turn and outlives incarnations. The cell's thread only.
 */
final class StageMemory {
  private States states;         // null until there was one
  private Letters letters;       // null until an operator has given up on something that it held
  private boolean hasMore;       // whether there was something left for onMore after the last good turn or commit point
  private boolean asksForMore;   // the same as the turn that is running has said

  /** {@return its states, made for this cell if there are none} */
  States states(CellPort cell) {
    if (states == null) states = new States(cell);
    return states;
  }

  /** {@return what it has given up on, made for this cell if there is nothing} */
  Letters letters(CellPort cell) {
    if (letters == null) letters = new Letters(cell);
    return letters;
  }

  /** {@return whether the last good turn has left something for {@code onMore}} */
  boolean hasMore() {
    return hasMore;
  }

  /** The turn that is running says whether it leaves something for {@code onMore}. */
  void asksForMore(boolean asks) {
    asksForMore = asks;
  }

  /** The turn, or the part of it up to a commit point, is over, and nothing of it is published yet. */
  void prepare() {
    if (states != null) states.prepare();
  }

  /** The turn, or the part of it up to a commit point, was good. */
  void commit() {
    if (states != null) states.commit();
    hasMore = asksForMore;
    if (letters != null) letters.commit();
  }

  /** The turn was not good. */
  void rollback() {
    if (states != null) states.rollback();
    asksForMore = hasMore;
    if (letters != null) letters.rollback();
  }

  /** Another thread has taken over. What the old one may still change is left to it. */
  void recover() {
    if (states != null) states = states.committedOnly();
    asksForMore = hasMore;
    if (letters != null) letters.rollback();
  }

  /** The next incarnation begins as the first one did. */
  void forget() {
    states = null;
    hasMore = false;
  }

  /** Forgets the states for good, when the cell has ended. */
  void letGo() {
    states = null;
  }

  /** A turn is run within that of a generator, whose changes are kept apart until {@link #takeUp}. */
  void putAside() {
    if (states != null) states.putAside();
  }

  void takeUp() {
    if (states != null) states.takeUp();
  }
}
