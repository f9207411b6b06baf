package stage.runtime.bridge;

/**
 * State of an operator of the runtime that changes with the turn, in a form of its own. See
 * {@link BridgeContext#transactional}. All of it is called on the stage's own thread.
 */
public interface Transactional {
  /**
   * The turn is over, and what it emitted is about to be published. Should this or the publishing throw, the turn is
   * rolled back.
   */
  default void prepare() {}

  /**
   * The turn was good, and what it emitted is published: keeps what it has changed. Should this throw, as on a full
   * heap, it is called again and goes on where it was; it is never followed by a rollback then.
   */
  void commit();

  /** The turn threw: forgets what it has changed. Does nothing if it has changed nothing. */
  void rollback();

  /**
   * {@return a state with what was committed, for the thread that takes the place of one that did not come back from
   * user code} The old one is left to that thread, which may still be changing what it had not committed, and never
   * commits: the two may share what only {@link #commit} writes to.
   */
  Transactional committedOnly();
}
