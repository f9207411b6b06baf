package stage.api;

import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A handle to a running stage that emits events. It is a publisher of them: any {@link Flow.Subscriber} may subscribe.
 *
 * <p>Implemented by the engine only.
 *
 * @param <O> the events it emits
 * @param <S> the behaviour's type
 * @since 0.1
 */
public non-sealed interface ProducerRef<O, S> extends StageRef<S>, Flow.Publisher<O>, Subscribable<O> {
  @Override
  default SubscriptionSpec<O> subscription() {
    return SubscriptionSpec.to(this);
  }

  /**
   * {@return a subscription to one partition of this stage} Subscribing is refused if it has no such partition.
   *
   * @param name the partition's name
   */
  default SubscriptionSpec<O> partition(String name) {
    return subscription().withPartition(name);
  }

  /**
   * {@return a subscription to one numbered partition of this stage}
   *
   * @param number the partition's number, from 0
   * @throws IllegalArgumentException if {@code number} is negative
   */
  default SubscriptionSpec<O> partition(int number) {
    return subscription().withPartition(number);
  }

  /**
   * {@return a subscription to some of the events of this stage} Subscribing is refused if it does not broadcast.
   *
   * @param selector chooses the events
   */
  default SubscriptionSpec<O> where(EventSelector<? super O> selector) {
    return subscription().withSelector(selector);
  }

  /**
   * Emits an event from outside the stage, as if the stage had emitted it. For producers, not for generators or
   * producer-consumers.
   *
   * <p>An event is accepted when this returns; accepted events are delivered in the order of their acceptance. Beyond
   * demand the producer's {@link Overflow} decides: by default the caller waits. With another policy only the very
   * first call may wait, for the turn that is running, so that demand is known.
   *
   * @param event the event; must not be changed after this
   * @throws NullPointerException if {@code event} is null; nothing was emitted
   * @throws DemandExceededException beyond demand, if the overflow policy is {@link Overflow#fail}
   * @throws StageEndedException if the producer has ended or is completing; the event was not accepted
   * @throws UnsupportedOperationException if the stage is a generator or a producer-consumer
   * @throws IllegalStateException if it would wait on the producer's own thread
   * @throws InterruptedException if interrupted while waiting; the event was not accepted
   */
  void emit(O event) throws InterruptedException;

  /**
   * As {@link #emit(Object)}, but never waits: for a caller that has other things to do while there is no demand, such
   * as an operator of another engine.
   *
   * <p>Whatever the {@link Overflow}: what is not accepted is neither dropped nor a failure, but still the caller's.
   * Only with {@link Overflow#dropOldest} each event is accepted, at the expense of older ones. Until the stage has
   * first looked at its demand, which this call asks it to do, none is accepted.
   *
   * @param event the event; must not be changed after this if it was accepted
   * @return whether it was accepted
   * @throws NullPointerException if {@code event} is null
   * @throws StageEndedException if the producer has ended or is completing
   * @throws UnsupportedOperationException if the stage is a generator or a producer-consumer
   */
  boolean tryEmit(O event);

  /**
   * As {@link #tryEmit}, but waits for demand, no longer than a time.
   *
   * @param event the event; must not be changed after this if it was accepted
   * @param timeout how long to wait at most, above zero
   * @return whether it was accepted
   * @throws NullPointerException if {@code event} or {@code timeout} is null
   * @throws IllegalArgumentException if {@code timeout} is not above zero
   * @throws StageEndedException if the producer has ended or is completing
   * @throws UnsupportedOperationException if the stage is a generator or a producer-consumer
   * @throws IllegalStateException if it would wait on the producer's own thread
   * @throws InterruptedException if interrupted while waiting; the event was not accepted
   */
  boolean emit(O event, Duration timeout) throws InterruptedException;

  /**
   * As {@link StageRef#cast}, with the stage's outlet at hand. Runs as soon as the stage can take a turn, whether there
   * is demand or not; if the stage has completed by then, it is dropped, as is any cast to a stage that ends.
   *
   * @param action what to run
   * @throws StageEndedException if the stage has ended
   * @throws IllegalStateException if called on the stage's own thread when its mailbox is full
   * @throws InterruptedException if interrupted while waiting for room; the action will not run
   */
  void castEmit(EmitAction<? super S, O> action) throws InterruptedException;

  /**
   * As {@link StageRef#call(StageFunction)}, with the stage's outlet at hand: what the function emits is published
   * before the caller has its answer. As GenStage's {@code handle_call/3} that returns events with its reply.
   *
   * <p>Runs as soon as the stage can take a turn, whether there is demand or not. What it emits beyond demand waits in
   * the backlog, as that of {@link #castEmit} does; the caller does not wait until it is delivered. If the function
   * throws, what it has emitted is discarded, the exception is the caller's, and the stage goes on. In a generator, as
   * always there, each {@code emit} waits for demand and is published at once.
   *
   * @param function what to run
   * @param <R> the answer's type
   * @return its answer
   * @throws CallFailedException if the function threw; the cause says what
   * @throws StageEndedException if the stage has ended or is completing, or ends before the function has run
   * @throws IllegalStateException if it would wait for itself: called on the stage's own thread, or by a stage that
   *     this one, directly or by way of others, waits for; the message names them
   * @throws InterruptedException if interrupted while waiting; the function does not run, unless it has begun
   */
  <R> R callEmit(EmitFunction<? super S, O, ? extends R> function) throws InterruptedException;

  /**
   * As {@link #callEmit(EmitFunction)}, but waits no longer than a time-out, for a place in the mailbox and for the
   * answer together.
   *
   * @param timeout how long to wait, above zero
   * @param function what to run
   * @param <R> the answer's type
   * @return its answer
   * @throws TimeoutException if there is no answer in time; the function does not run, unless it has begun
   * @throws CallFailedException if the function threw; the cause says what
   * @throws StageEndedException if the stage has ended or is completing, or ends before the function has run
   * @throws IllegalArgumentException if {@code timeout} is not above zero
   * @throws IllegalStateException as {@link #callEmit(EmitFunction)}
   * @throws InterruptedException if interrupted while waiting; the function does not run, unless it has begun
   */
  <R> R callEmit(Duration timeout, EmitFunction<? super S, O, ? extends R> function)
      throws InterruptedException, TimeoutException;

  /**
   * Subscribes a subscriber to this stage, by all rules of Reactive Streams 1.0.4. It is one consumer among others: the
   * stage's {@link Dispatcher} shares the events among all.
   *
   * <p>The subscriber gets a virtual thread of its own in the producer's scope, named after the producer, with
   * {@code /subscriber-1} and so on appended. All its signals come on that thread, one at a time, {@code onSubscribe}
   * first (rules 1.3, 1.9). It may block there without holding up anybody, except its fellow subscribers in a
   * broadcast. This call waits until that thread has started, not for any signal; an interrupt meanwhile is kept.
   *
   * <ul>
   *   <li>No event comes that was not requested (1.1); the producer is asked for no more, and for at most 1000 at a
   *       time. Requests add up and stay at {@link Long#MAX_VALUE} (3.8, 3.17). A request for less than 1 ends in
   *       {@code onError} with an {@link IllegalArgumentException} (3.9).
   *   <li>When the stage completes, or is stopped, {@code onComplete} comes after the last event; when it fails for
   *       good, {@code onError} with the cause. A restart in place sends no signal. If the scope is closed before the
   *       subscriber has taken everything, {@code onError} comes with a
   *       {@link java.util.concurrent.CancellationException}.
   *   <li>{@code cancel} and {@code request} may be called on any thread and return at once (3.4, 3.5). After a cancel,
   *       events that the subscriber has not seen go back to the producer, and nothing here refers to the subscriber
   *       any more (3.13).
   *   <li>A subscriber that throws counts as cancelled; the crash is reported under its path and fails nothing else,
   *       and the event it threw on counts as handled (2.13).
   *   <li>A subscriber must subscribe only once (1.10): a second time ends its first subscription with an
   *       {@link IllegalStateException}.
   *   <li>If this stage has already ended, the subscriber gets {@code onSubscribe} on the calling thread and then,
   *       unless it cancels, {@code onComplete} if the stage had completed, or else {@code onError}: with the stage's
   *       failure, or with {@link StageEndedException} if it was stopped. A subscriber that is refused for another
   *       reason, such as a missing partition, gets {@code onError} with {@link SubscriptionRefusedException} (1.9).
   * </ul>
   *
   * @param subscriber receives the events
   * @throws NullPointerException if {@code subscriber} is null; nothing else is ever thrown (1.9)
   */
  @Override
  default void subscribe(Flow.Subscriber<? super O> subscriber) {
    subscribe(subscriber, SubscriptionSpec.to(this));
  }

  /**
   * As {@link #subscribe(Flow.Subscriber)}, to a partition, with a selector, or with another bound for what is asked
   * for at a time.
   *
   * @param subscriber receives the events
   * @param how what the subscription is like; of its demand, {@code max} and {@code min} bound what is asked for, and
   *     the cancel policy means nothing
   * @throws NullPointerException if an argument is null
   * @throws IllegalArgumentException if the spec is for another producer
   */
  void subscribe(Flow.Subscriber<? super O> subscriber, SubscriptionSpec<O> how);

  /**
   * {@return the stage's events from now on as a sequential, lazy stream, which asks for events as it is read, 1000/500
   * at a time} As {@link #stream(Demand)}, which tells all about it.
   */
  default Stream<O> stream() {
    return stream(Demand.DEFAULT);
  }

  /**
   * {@return the stage's events from now on as a sequential, lazy stream, which asks for events as it is read}
   *
   * <p>It subscribes when its terminal operation begins, and asks for {@code max} events. It reads them batch by batch.
   * A batch that was read counts as handled; when no more than {@code min} events are left, demand is refilled to
   * {@code max}. The stream ends when the stage completes or is stopped.
   *
   * <p>It cancels its subscription when it is closed, and when a terminal operation returns or throws before the end,
   * as after {@code limit} or in {@code findFirst}. What was asked for and not read then goes back to the producer.
   * Close the stream yourself if you use {@code iterator()}, a stream of primitives, or anything that reads it by its
   * {@code spliterator()}, as {@link Stream#concat} does: {@code try (var events = numbers.stream())}.
   *
   * <p>Reading blocks the calling thread until there is an event. It throws {@link StageEndedException} with the cause
   * when the stage has failed; {@link java.util.concurrent.CancellationException} when the caller is interrupted, whose
   * interrupt flag is set again, or when the stream is closed meanwhile; and {@link IllegalStateException} on the
   * stage's own thread.
   *
   * @param demand how much to ask for
   * @throws IllegalArgumentException if {@code demand} is manual
   */
  Stream<O> stream(Demand demand);
}
