package stage.api;

import java.util.Objects;

/**
 * Where a stage emits its events.
 *
 * <p>Belongs to one incarnation, whose author may keep it in a field, and is used on that stage's own thread during a
 * turn. Events emitted in a turn are published when the turn returns, and discarded if it throws. A
 * {@link Stage.Generator}'s events are published at once.
 *
 * @param <O> the events
 * @since 0.1
 */
public interface Outlet<O> {
  /**
   * Emits one event.
   *
   * <p>Without demand a generator's {@code emit} blocks until there is some. Other stages never block here: beyond
   * demand the event waits in the stage's backlog, and where that is full, the {@link Overflow} policy decides.
   *
   * @param event the event; must not be changed after this
   * @throws NullPointerException if {@code event} is null (Reactive Streams rule 2.13); nothing was emitted
   * @throws ForeignThreadException if called on another thread than the stage's own; nothing was emitted
   * @throws IllegalStateException if no turn of this incarnation is running, or the outlet is completed; nothing was
   *     emitted
   * @throws DemandExceededException if the bound of the backlog is reached and the overflow policy refuses
   * @throws java.util.concurrent.CancellationException in a generator that has been asked to stop; nothing was emitted
   */
  void emit(O event);

  /**
   * Emits events in order, as {@link #emit} one by one.
   *
   * @param events the events
   * @throws NullPointerException if {@code events} or one of them is null; those before that one were emitted
   */
  default void emitAll(Iterable<? extends O> events) {
    Objects.requireNonNull(events, "events must not be null");
    for (O event : events) emit(event);
  }

  /**
   * {@return how many more events may be emitted in this turn within demand; 0 if none} Does not block.
   */
  long demand();

  /**
   * Completes the stream: subscriptions end after their last event, then the stage ends normally. Events emitted
   * earlier, including those in the backlog, are delivered first. Returns at once; calling it again changes nothing.
   *
   * @throws ForeignThreadException if called on another thread than the stage's own
   */
  void complete();
}
