package stage.api;

/**
 * A handle to a running stage that emits events.
 *
 * <p>Implemented by the engine only.
 *
 * @param <O> the events it emits
 * @param <S> the behaviour's type
 */
public non-sealed interface ProducerRef<O, S> extends StageRef<S> {
  /**
   * Emits an event from outside the stage, as if the stage had emitted it. For producers, not for generators or producer-consumers.
   *
   * <p>An event that this method accepted is delivered in the order of acceptance. Beyond demand the producer's
   * {@link Overflow} decides: by default the caller waits. With another policy the very first call waits for the turn that is running, so that
   * demand is known.
   *
   * @param event the event; must not be changed after this
   * @throws NullPointerException if {@code event} is null; nothing was emitted
   * @throws DemandExceeded beyond demand, if the overflow policy is to fail
   * @throws StageEnded if the producer has ended or is completing; the event was not accepted
   * @throws UnsupportedOperationException if the stage is a generator or a producer-consumer
   * @throws IllegalStateException if it would wait on the producer's own thread
   * @throws InterruptedException if interrupted while waiting; the event was not accepted
   */
  void emit(O event) throws InterruptedException;

  /**
   * As {@link StageRef#cast}, with the stage's outlet at hand. Runs when the stage takes its next turn, whether there is demand or not;
   * if the stage has completed by then, it is dropped as a cast to a stage that ends.
   *
   * @param action what to run
   * @throws StageEnded if the stage has ended
   * @throws IllegalStateException if called on the stage's own thread when its mailbox is full
   * @throws InterruptedException if interrupted while waiting for room; the action will not run
   */
  void castEmit(EmitAction<? super S, O> action) throws InterruptedException;
}
