package stage.api;

/**
 * One subscription, as its consumer sees it in a turn.
 *
 * <p>For the consumer's own thread only; nothing here blocks. A subscription has the same {@code Inlet} in every turn
 * of an incarnation, so that it may serve as a key.
 *
 * @param <I> the events
 * @since 0.1
 */
public interface Inlet<I> {
  /** {@return the path of the producer, such as {@code shop/orders}} */
  String producer();

  /** {@return the subscription's number, unique in this JVM} */
  long id();

  /**
   * Asks the producer for {@code events} more events on this subscription.
   *
   * <p>For manual demand only. Returns at once; the events come with later turns. Requests add up and stay at
   * {@link Long#MAX_VALUE} once there. As GenStage's {@code ask/3}.
   *
   * <p>Demand outlives an incarnation. So in {@code onSubscribe}, events that an earlier incarnation requested and that
   * are still {@linkplain #outstanding outstanding} count towards the request: {@code request(1)} leaves one event
   * outstanding, before a restart and after it. This no longer holds once {@code onSubscribe} has called {@link
   * #outstanding}: a stage that has read the number is assumed to have taken it into account. An event that is given
   * up, as a dead letter or by {@link Redelivery#none}, is replaced by another one without a request.
   *
   * @param events how many, at least 1
   * @throws IllegalArgumentException if {@code events} is below 1; nothing has changed then
   * @throws IllegalStateException if demand is automatic on this subscription
   * @throws ForeignThreadException if called on another thread; the message names both
   */
  void request(long events);

  /**
   * {@return how many events were asked for and are not yet handled} Those of the batch in hand count; those requested
   * in this turn do not yet.
   */
  long outstanding();

  /**
   * Makes a commit point within the turn: what was emitted so far is published, states are kept, and the next events of
   * the batch in hand are settled. If the turn throws later, only the rest is undone and delivered again.
   *
   * @param events how many more events of the batch in hand are handled, from 0 to what is left of it
   * @throws IllegalArgumentException if {@code events} is not in that range; nothing has changed then
   * @throws ForeignThreadException if called on another thread; the message names both
   */
  void commit(int events);

  /**
   * Pauses this subscription when the turn returns: until it is {@linkplain #resume resumed}, this stage is given none
   * of its events, and asks for none beyond those it has asked for. A stage that first needs events of another
   * subscription, as an ordered merge does, need not keep copies. As {@code pause} of a Kafka consumer, for one
   * producer.
   *
   * <p>Changes with the turn: if it throws, nothing has happened. A new incarnation finds no subscription paused; pause
   * them again in {@code onSubscribe} if need be.
   *
   * @throws ForeignThreadException if called on another thread; the message names both
   */
  void pause();

  /**
   * Resumes this subscription when the turn returns.
   *
   * @throws ForeignThreadException if called on another thread; the message names both
   */
  void resume();

  /** {@return whether this subscription is paused} Within a turn, as the turn has set it. */
  boolean isPaused();

  /**
   * Ends this subscription when the turn returns. The batch in hand counts as handled; events already sent but not yet
   * delivered go back to the producer for its other consumers.
   *
   * @throws ForeignThreadException if called on another thread; the message names both
   */
  void cancel();

  /**
   * Ends this subscription when the turn returns, having handled only the first events of the batch in hand. The rest
   * of it goes back to the producer with what had not been delivered yet.
   *
   * @param handled how many events of the batch in hand count as handled, from 0 to its size
   * @throws IllegalArgumentException if {@code handled} is not in that range; nothing has changed then
   * @throws ForeignThreadException if called on another thread; the message names both
   */
  void cancel(int handled);
}
