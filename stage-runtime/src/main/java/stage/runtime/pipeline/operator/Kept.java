package stage.runtime.pipeline.operator;

/**
 * What outlives a turn and an incarnation, and is undone with an element or a turn.
 *
 * <p>There are two levels. {@link #mark} begins an element and {@link #undo} takes back what was done since; {@link
 * #commit} keeps what was done since the last commit, an element's or a whole turn's, and {@link #rollback} takes it
 * back. Each may be called any number of times. A commit between the portions of an element that did not fit into a
 * turn keeps where it stands.
 *
 * <p>One thread at a time. A thread that was replaced goes on with its own object, which it can no longer commit:
 * committed arrays are written in {@link #commit} only, and everything else belongs to one incarnation. Its successor
 * works with what {@link #successor} answered.
 *
 * @param <S> the type itself
 */
public interface Kept<S extends Kept<S>> {
  /** Begins an element: what follows can be taken back by {@link #undo}. Forgets the mark before. */
  void mark();

  /** Takes back what was done since the last {@link #mark}. */
  void undo();

  /**
   * Keeps what was done since the last commit. Runs no user code except {@code equals} and {@code hashCode} of
   * keys.
   */
  void commit();

  /** Takes back what was done since the last {@link #commit}. */
  void rollback();

  /**
   * {@return the same with what was committed, for the next incarnation} Shares with this one only what is written in
   * {@link #commit}; this one is left to a thread that was replaced, and is never committed again.
   */
  S successor();
}
