package stage.api;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * A handle to a running stage. It stays valid over restarts and replacements of the behaviour.
 *
 * <p>Any thread may use it. Methods that wait must not be called on the stage's own thread.
 *
 * @param <S> the behaviour's type
 * @since 0.1
 */
public sealed interface StageRef<S> permits ProducerRef, ConsumerRef {
  /** {@return the stage's name in its scope} */
  String name();

  /** {@return the path from the root scope, such as {@code shop/orders}} */
  String path();

  /**
   * Runs a function on the stage's own thread, as a turn with its current behaviour, and waits for the answer. As
   * {@code GenStage.call/3}.
   *
   * <p>Blocks while the stage is busy or its mailbox is full. An exception of the function is the caller's, not the
   * stage's: it comes back as the cause of {@link CallFailedException}, and the stage goes on. In a paused stage it
   * runs too.
   *
   * @param function what to run
   * @param <R> the answer's type
   * @return its answer
   * @throws CallFailedException if the function threw; the cause says what
   * @throws StageEndedException if the stage has ended, or ends before the function has run
   * @throws IllegalStateException if it would wait for itself: called on the stage's own thread, or by a stage that
   *     this one, directly or by way of others, waits for; the message names them
   * @throws InterruptedException if interrupted while waiting; the function does not run, unless it has begun
   */
  <R> R call(StageFunction<? super S, ? extends R> function) throws InterruptedException;

  /**
   * As {@link #call(StageFunction)}, but waits no longer than a time-out, for a place in the mailbox and for the answer
   * together.
   *
   * @param timeout how long to wait, above zero
   * @param function what to run
   * @param <R> the answer's type
   * @return its answer
   * @throws TimeoutException if there is no answer in time; the function does not run, unless it has begun
   * @throws CallFailedException if the function threw; the cause says what
   * @throws StageEndedException if the stage has ended, or ends before the function has run
   * @throws IllegalStateException if it would wait for itself: called on the stage's own thread, or by a stage that
   *     this one, directly or by way of others, waits for; the message names them
   * @throws InterruptedException if interrupted while waiting; the function does not run, unless it has begun
   */
  <R> R call(Duration timeout, StageFunction<? super S, ? extends R> function)
      throws InterruptedException, TimeoutException;

  /**
   * Runs an action on the stage's own thread, as a turn with its current behaviour, some time soon. As
   * {@code GenStage.cast/2}.
   *
   * <p>Returns when the action is in the mailbox; blocks while that is full. An exception of the action is a crash of
   * the stage. Casts of one thread run in the order they were made.
   *
   * @param action what to run
   * @throws StageEndedException if the stage has ended; an action accepted before is dropped when it ends
   * @throws IllegalStateException if the mailbox is full and it would wait for itself: called on the stage's own
   *     thread, or by a stage that this one waits for
   * @throws InterruptedException if interrupted while waiting for room; the action will not run
   */
  void cast(StageAction<? super S> action) throws InterruptedException;

  /**
   * Stops the stage from taking turns for events or demand, once the current one has returned. Calls, casts and timers
   * go on, and what they emit is delivered. Returns at once. For a producer that delivers nothing before all its
   * consumers are there, see {@link ProducerSpec#awaitingConsumers} and {@link ProducerSpec#startPaused}.
   */
  void pause();

  /**
   * Ends a pause, and what holds a producer back at its start, as {@link Opening} says. Returns at once. Resuming a
   * stage that is not paused changes nothing.
   */
  void resume();

  /**
   * Replaces the behaviour at the next turn boundary, and waits until the new one has started. Nothing else changes:
   * subscriptions, events in flight, demand and mailbox stay. The old behaviour's {@code onStop} gets
   * {@link StopReason.Replaced}.
   *
   * <p>If the factory or {@code onStart} throws, the old behaviour stays and goes on. A generator is replaced at its
   * next {@code emit}.
   *
   * @param factory makes the new behaviour, now and at each later restart
   * @throws CallFailedException if the factory or {@code onStart} threw; the cause says what
   * @throws StageEndedException if the stage has ended
   * @throws IllegalStateException if called on the stage's own thread
   * @throws InterruptedException if interrupted while waiting; the replacement may still take place
   */
  void replace(StageFactory<? extends S> factory) throws InterruptedException;

  /**
   * Asks the stage to end normally after the turn that is running. Its subscriptions to producers are cancelled, and
   * events not yet handled go back to them. Its own consumers get what is in its backlog, then completion. Returns at
   * once; {@link #join} waits. Stopping an ended stage changes nothing.
   */
  void stop();

  /**
   * Ends the incarnation by force, as a crash with {@link StageKilledException}. What follows is what follows any
   * crash: by default a restart in place.
   *
   * <p>A turn that is running is interrupted. If it ignores that for the scope's grace time, its thread is abandoned:
   * whatever that does later is refused and counted, and the next incarnation gets the batch that it had in hand.
   * {@code onStop} is not run for an abandoned incarnation. Returns at once. Killing a stage that has ended, or that
   * only delivers the last of what it has emitted, changes nothing. As {@code Process.exit(pid, :kill)}.
   */
  void kill();

  /**
   * Waits until the stage has ended, and says why.
   *
   * @return why it ended
   * @throws IllegalStateException if called on the stage's own thread
   * @throws InterruptedException if interrupted while waiting
   */
  StopReason join() throws InterruptedException;

  /** {@return whether the stage has not ended yet} Never waits. */
  boolean isAlive();

  /**
   * {@return the stage's numbers at this instant} Never waits for the stage, even if it is stuck. The counters of each
   * subscription are consistent with each other.
   */
  StageSnapshot snapshot();
}
