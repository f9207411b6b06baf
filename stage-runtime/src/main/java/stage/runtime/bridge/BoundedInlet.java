package stage.runtime.bridge;

import stage.api.Demand;
import stage.api.Inlet;

/**
 * A subscription as the runtime's own behaviours see it.
 *
 * @param <I> the events
 */
public interface BoundedInlet<I> extends Inlet<I> {
  /** {@return what its spec says of demand} */
  Demand demand();

  /** {@return whether the subscription is over} */
  boolean hasLeft();

  /**
   * Gives up on an event of the batch in hand: it counts as a dead letter, not as handled, when it is settled, with the
   * turn or at a commit point, and only then the stage's handler gets it. If the turn throws, nothing has happened.
   *
   * @param index where it is in the batch, as the batch was given to {@code onEvents}; not settled by a commit point
   *     yet
   * @param event what the handler gets to see of it
   * @param cause what was thrown
   * @param attempts how often it was tried
   * @param path where: the stage's path, or a name for what is inside of it
   * @throws IllegalArgumentException if the index is not that of an event that is in hand and has no such fate yet;
   *     nothing has changed then
   */
  void deadLetter(int index, Object event, Throwable cause, int attempts, String path);

  /**
   * As {@link #deadLetter}, but the event counts as dropped.
   *
   * @param index where it is in the batch, as the batch was given to {@code onEvents}
   * @param why in a few words
   * @throws IllegalArgumentException as {@link #deadLetter}
   */
  void drop(int index, String why);

  /**
   * Leaves the last events of the batch in hand in the lane, as if they had not been taken: they come again, first of
   * all, with the next batch.
   *
   * @param events how many, from 0 to what is left of the batch
   * @throws IllegalArgumentException if it is not in that range; nothing has changed then
   */
  void leave(int events);
}
