package stage.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Describes a producer-consumer. An immutable value, checked when made; each {@code with…} method gives a changed copy.
 *
 * @param name the stage's name, unique in its scope
 * @param factory makes a new behaviour for each incarnation
 * @param subscriptions the subscriptions it makes when it starts, in this order
 * @param dispatcher how events are shared among its own subscriptions
 * @param buffer how many events beyond demand one turn may leave in the backlog; {@link Integer#MAX_VALUE} for as many
 *     as a turn emits
 * @param opening when it begins to deliver
 * @param options the options that every kind of stage has
 * @param <I> the events it consumes
 * @param <O> the events it emits
 * @param <S> the behaviour's type
 * @since 0.1
 */
public record ProducerConsumerSpec<I, O, S extends Stage.Behaviour>(
    String name,
    StageFactory<? extends S> factory,
    List<SubscriptionSpec<? extends I>> subscriptions,
    Dispatcher<O> dispatcher,
    int buffer,
    Opening opening,
    StageOptions options)
    implements StageSpec<S> {

  /**
   * Checks that the name is valid and nothing is missing.
   *
   * @throws NullPointerException if a component is null; the message names it
   * @throws IllegalArgumentException if the name is not valid or {@code buffer} is negative
   */
  public ProducerConsumerSpec {
    StageSpec.ensureName(name);
    Objects.requireNonNull(factory, "factory must not be null; pass a constructor such as Doubler::new");
    subscriptions = List.copyOf(Objects.requireNonNull(subscriptions, "subscriptions must not be null"));
    Objects.requireNonNull(dispatcher, "dispatcher must not be null; use Dispatcher.demand() for the default");
    if (buffer < 0) throw new IllegalArgumentException("buffer must be at least 0, but was " + buffer);
    Objects.requireNonNull(opening, "opening must not be null; use Opening.DEFAULT");
    Objects.requireNonNull(options, "options must not be null; use StageOptions.DEFAULT");
  }

  static <I, O, S extends Stage.Behaviour> ProducerConsumerSpec<I, O, S> of(String name,
      StageFactory<? extends S> factory) {
    return new ProducerConsumerSpec<>(name, factory, List.of(), Dispatcher.demand(), Integer.MAX_VALUE, Opening.DEFAULT,
        StageOptions.DEFAULT);
  }

  /**
   * {@return a copy that also subscribes to this} For a producer, with demand 1000/500.
   *
   * @param source a producer, or a subscription to one
   */
  public ProducerConsumerSpec<I, O, S> subscribeTo(Subscribable<? extends I> source) {
    return subscribeTo(List.of(SubscriptionSpec.of(source)));
  }

  /**
   * {@return a copy that also subscribes to this, with this demand}
   *
   * @param source a producer, or a subscription to one
   * @param demand how much to ask for
   */
  public ProducerConsumerSpec<I, O, S> subscribeTo(Subscribable<? extends I> source, Demand demand) {
    return subscribeTo(List.of(SubscriptionSpec.of(source).withDemand(demand)));
  }

  /**
   * {@return a copy that also gets some of the events of this broadcast} Subscribing is refused if the producer does
   * not broadcast.
   *
   * @param source a producer, or a subscription to one
   * @param selector chooses the events
   * @param <E> the producer's events
   */
  public <E extends I> ProducerConsumerSpec<I, O, S> subscribeTo(Subscribable<E> source,
      EventSelector<? super E> selector) {
    return subscribeTo(List.of(SubscriptionSpec.of(source).withSelector(selector)));
  }

  /**
   * {@return a copy that also subscribes to all of these, in this order}
   *
   * @param sources producers, or subscriptions to producers
   */
  public ProducerConsumerSpec<I, O, S> subscribeTo(List<? extends Subscribable<? extends I>> sources) {
    Objects.requireNonNull(sources, "sources must not be null");
    List<SubscriptionSpec<? extends I>> all = new ArrayList<>(subscriptions);
    for (Subscribable<? extends I> source : sources) all.add(SubscriptionSpec.of(source));
    return new ProducerConsumerSpec<>(name, factory, all, dispatcher, buffer, opening, options);
  }

  /**
   * {@return a copy that asks its one producer for this much}
   *
   * @param demand how much to ask for
   * @throws IllegalStateException if this has no subscription, or more than one
   */
  public ProducerConsumerSpec<I, O, S> withDemand(Demand demand) {
    List<SubscriptionSpec<? extends I>> asking = List.of(OneSubscription.of(name, subscriptions).withDemand(demand));
    return new ProducerConsumerSpec<>(name, factory, asking, dispatcher, buffer, opening, options);
  }

  /**
   * {@return a copy with this dispatcher}
   *
   * @param dispatcher how events are shared among its own subscriptions
   */
  public ProducerConsumerSpec<I, O, S> withDispatcher(Dispatcher<O> dispatcher) {
    return new ProducerConsumerSpec<>(name, factory, subscriptions, dispatcher, buffer, opening, options);
  }

  /**
   * {@return a copy with this bound for what waits in the backlog, beyond which {@code emit} throws
   * {@link DemandExceededException}}
   *
   * <p>What a turn emits beyond demand waits, and no further input is taken until it is delivered: so, without this
   * bound, as much waits as comes of one batch, however much that is. Timers, casts and calls run whether anything is
   * wanted or not; without this bound what they emit may make 65,536 events wait.
   *
   * @param buffer how many events beyond demand one turn may leave in the backlog, at least 0
   * @throws IllegalArgumentException if {@code buffer} is negative
   */
  public ProducerConsumerSpec<I, O, S> withBuffer(int buffer) {
    return new ProducerConsumerSpec<>(name, factory, subscriptions, dispatcher, buffer, opening, options);
  }

  /**
   * {@return a copy that begins to deliver when it has this many subscriptions} Until then it gets no demand, and what
   * it emits all the same waits; see {@link Opening}. For a broadcast, whose consumers would miss what was emitted
   * before they came.
   *
   * @param consumers how many subscriptions, at least 1
   * @throws IllegalArgumentException if {@code consumers} is below 1
   */
  public ProducerConsumerSpec<I, O, S> awaitingConsumers(int consumers) {
    if (consumers < 1)
      throw new IllegalArgumentException("the number of consumers to await must be at least 1, but was " + consumers);
    return new ProducerConsumerSpec<>(name, factory, subscriptions, dispatcher, buffer,
        new Opening(consumers, opening.isPaused()), options);
  }

  /**
   * {@return a copy that begins to deliver when it is resumed} Until then it gets no demand, and what it emits all the
   * same waits; see {@link Opening}.
   */
  public ProducerConsumerSpec<I, O, S> startPaused() {
    return new ProducerConsumerSpec<>(name, factory, subscriptions, dispatcher, buffer,
        new Opening(opening.consumers(), true), options);
  }

  /**
   * {@return a copy with these options}
   *
   * @param options the options that every kind of stage has
   */
  public ProducerConsumerSpec<I, O, S> withOptions(StageOptions options) {
    return new ProducerConsumerSpec<>(name, factory, subscriptions, dispatcher, buffer, opening, options);
  }

  /**
   * {@return a copy with a mailbox of this size}
   *
   * @param mailbox how many calls and casts may wait, at least 1; a caller beyond that blocks
   * @throws IllegalArgumentException if {@code mailbox} is below 1
   */
  public ProducerConsumerSpec<I, O, S> withMailbox(int mailbox) {
    return withOptions(options.withMailbox(mailbox));
  }

  /** {@return a copy that runs on a platform thread, for code that pins or hogs its carrier} */
  public ProducerConsumerSpec<I, O, S> onPlatformThread() {
    return withOptions(options.withPlatformThread());
  }

  /**
   * {@return a copy with this handler of dead letters}
   *
   * @param deadLetters the handler of events that the stage has given up on
   */
  public ProducerConsumerSpec<I, O, S> withDeadLetters(DeadLetterHandler deadLetters) {
    return withOptions(options.withDeadLetters(deadLetters));
  }

  /**
   * {@return a copy with this restart type}
   *
   * @param restart which ends of the stage are answered with a restart
   * @throws IllegalArgumentException if it is {@link Restart#PERMANENT} and the stage is significant
   */
  public ProducerConsumerSpec<I, O, S> withRestart(Restart restart) {
    return withOptions(options.withRestart(restart));
  }

  /**
   * {@return a copy with this redelivery}
   *
   * @param redelivery what happens to the batch in hand when the stage crashes
   */
  public ProducerConsumerSpec<I, O, S> withRedelivery(Redelivery redelivery) {
    return withOptions(options.withRedelivery(redelivery));
  }

  /**
   * {@return a copy that has this long to end when its supervisor stops it}
   *
   * @param shutdown how long
   */
  public ProducerConsumerSpec<I, O, S> withShutdown(Shutdown shutdown) {
    return withOptions(options.withShutdown(shutdown));
  }

  /**
   * {@return a copy whose starts have a time limit}
   *
   * <p>The limit is for the factory and {@code onStart} together. A start that takes longer is interrupted; if it
   * ignores that for the scope's grace time, its thread is abandoned. A first start that is late fails as any start
   * that throws: its caller gets the exception. A later one is a crash of the stage, and so is a late start by
   * {@link StageRef#replace} if it ignores its interrupt. Default: no limit, as in GenServer.
   *
   * @param startTimeout above 0, or {@link StageOptions#NO_START_TIMEOUT}
   * @throws IllegalArgumentException if {@code startTimeout} is not above 0
   */
  public ProducerConsumerSpec<I, O, S> withStartTimeout(Duration startTimeout) {
    return withOptions(options.withStartTimeout(startTimeout));
  }

  /**
   * {@return a copy whose end may shut its supervisor down, as the supervisor's {@code AutoShutdown} says} As OTP's
   * significant children.
   *
   * @throws IllegalArgumentException if the stage is permanent, and so never ends by itself
   */
  public ProducerConsumerSpec<I, O, S> asSignificant() {
    return withOptions(options.asSignificant());
  }
}
