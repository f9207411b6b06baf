package stage.runtime.engine;

import java.util.function.Consumer;
import java.util.function.Function;
import stage.api.DeadLetter;
import stage.api.DeadLetterHandler;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.SubscriptionSnapshot;
import stage.runtime.time.Activity;

/**
 * The supervisor of a cell, as the cell knows it. Unless a method says otherwise, it is called on the cell's own thread
 * and does not block for long.
 *
 * @param supervision decides what happens to the cell
 * @param news is told what has become of it
 * @param services do for it what it cannot do itself
 */
public record CellOwner(Supervision supervision, News news, Services services) {
  /** Decides what happens to cells, and knows what belongs together. */
  public interface Supervision {
    /**
     * A cell that had started has crashed, and does what this returns.
     *
     * @param cell which
     * @param incarnation which life of it
     * @param cause what was thrown
     * @param during what it was doing
     * @param canSkip whether there is something to skip: an event, a message, a timer's run
     * @return what happens to it
     */
    Directive crashed(Cell<?> cell, int incarnation, Throwable cause, Activity during, boolean canSkip);

    /**
     * A permanent cell has done all there was to do, and does what this returns.
     *
     * @param cell which
     * @param onceTooOften what its failure is if it does so too often
     * @return {@link Directive.Restart}, {@link Directive.Hold} or {@link Directive.End}
     */
    Directive completed(Cell<?> cell, Throwable onceTooOften);

    /**
     * {@return whether the cells of another supervision are ended together with those of this one, so that their ends
     * are waited for} Asked by a cell that is being drained.
     *
     * @param other that of a producer of the cell
     */
    boolean endsWith(Supervision other);

    /**
     * Starts a cell that serves another one, and looks after it: it is nobody's child, is never restarted, and ends
     * with the scope. Any thread; waits until it has started.
     *
     * @param companion makes the cell for the owner it is given
     * @param connect subscribes it, once it has started, to the other one or the other one to it; if that throws, the
     *     cell is stopped
     * @param <C> the cell
     * @throws IllegalStateException if the scope is closing, or the cell could not be started
     */
    <C extends Cell<?>> void startCompanion(Function<CellOwner, C> companion, Consumer<C> connect);
  }

  /** Is told what has become of cells. What is not overridden is of no interest. */
  public interface News {
    /**
     * The first incarnation of a cell has started; it has taken no turn yet.
     *
     * @param cell which
     */
    default void started(Cell<?> cell) {}

    /**
     * A cell has ended without having started. On its thread, or on that of who would have started it.
     *
     * @param cell which
     */
    default void notStarted(Cell<?> cell) {}

    /**
     * A cell that was asked to be held has no incarnation any more, or none that will go on.
     *
     * @param cell which
     * @param waits whether it waits for {@link Cell#release}; not if it is about to end by itself
     */
    default void held(Cell<?> cell, boolean waits) {}

    /**
     * A later incarnation of a cell has started.
     *
     * @param cell which
     */
    default void restarted(Cell<?> cell) {}

    /**
     * Another thread has taken the place of one that ignored its interrupt. On the new thread.
     *
     * @param cell whose thread
     * @param old the thread that was abandoned
     */
    default void tookOver(Cell<?> cell, Thread old) {}

    /**
     * A cell that had started has ended. It does nothing of note after this.
     *
     * @param cell which
     * @param last its last numbers; what is counted after this is told with {@link #returnedAfterEnd}
     * @param reason why
     * @param during what it was doing, such as {@code onEvents}
     * @param contained whether its failure, if it is one, has been dealt with
     */
    default void ended(Cell<?> cell, StageSnapshot last, StopReason reason, String during, boolean contained) {}

    /**
     * A consumer gave back events that nobody else will get.
     *
     * @param last the last ledger of its subscription
     */
    default void returned(SubscriptionSnapshot last) {}

    /**
     * A consumer gave back events of a producer whose last numbers were taken before. On the consumer's thread; may
     * come before {@link #ended} does.
     *
     * @param cell the producer
     * @param events how many events
     */
    default void returnedAfterEnd(Cell<?> cell, int events) {}

    /**
     * A cell has given up on an event, and has counted it.
     *
     * @param cell which
     * @param letter the event, and why
     * @param handler to hand the letter to
     * @param count how many dead letters the cell has had
     */
    default void deadLettered(Cell<?> cell, DeadLetter letter, DeadLetterHandler handler, long count) {}

    /**
     * A cell that was told to give up what it was doing threw something, and not because of the interrupt: that is no
     * crash.
     *
     * @param cell which
     * @param thrown what
     */
    default void suppressed(Cell<?> cell, Throwable thrown) {}

    /**
     * The factory of a cell has returned the behaviour of the incarnation before. At most once for each cell, on its
     * thread, before {@code onStart}.
     *
     * @param cell which
     * @param behaviour what it has returned
     */
    default void madeAgain(Cell<?> cell, Object behaviour) {}

    /**
     * A cell has dropped events, and has counted them. At most once per turn and reason.
     *
     * @param cell which
     * @param events how many
     * @param why in a few words
     */
    default void dropped(Cell<?> cell, long events, String why) {}
  }

  /** Does for cells what they cannot do themselves: ends them by force, and runs them within the context of a scope. */
  public interface Services {
    /** {@return what to run each incarnation within; null for nothing} */
    default Consumer<Runnable> around() {
      return null;
    }

    /** {@return whether the scope is watched its cells} Asked once for each cell. */
    default Watching watching() {
      return new Watching();
    }

    /** {@return how many consumers a producer of it may have at once} Any thread. */
    default int maxSubscribers() {
      return Integer.MAX_VALUE;
    }

    /** {@return the context class loader of the threads of its cells; null for what a thread has by itself} */
    default ClassLoader contextClassLoader() {
      return null;
    }

    /**
     * Somebody wants a cell's incarnation ended by force. Any thread.
     *
     * @param cell which
     */
    default void kill(Cell<?> cell) {
      cell.kill();
    }

    /**
     * A thread that waits for a cell was interrupted, and wants it to give up what it is doing. Any thread.
     *
     * @param cell which
     */
    default void cancel(Cell<?> cell) {
      cell.cancel();
    }

    /**
     * Tells a cell something and interrupts it. What the cell does about it can {@linkplain #awaitInterrupts wait} for
     * the interrupt. Any thread.
     *
     * @param cell which
     * @param tell sets the signal
     */
    void interrupt(Cell<?> cell, Runnable tell);

    /**
     * Waits until the interrupts are there of all that its cells have been told. On the thread of a cell.
     */
    default void awaitInterrupts() {}

    /**
     * A cell takes too long to start, and was interrupted. On the thread for timers.
     *
     * @param cell which
     */
    default void overdue(Cell<?> cell) {}
  }
}
