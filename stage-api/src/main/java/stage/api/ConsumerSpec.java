package stage.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Describes a consumer. An immutable value, checked when made; each {@code with…} method gives a changed copy.
 *
 * @param name the stage's name, unique in its scope
 * @param factory makes a new behaviour for each incarnation
 * @param subscriptions the subscriptions it makes when it starts, in this order
 * @param options the options that every kind of stage has
 * @param <I> the events it consumes
 * @param <S> the behaviour's type
 * @since 0.1
 */
public record ConsumerSpec<I, S extends Stage.Behaviour>(
    String name, StageFactory<? extends S> factory, List<SubscriptionSpec<? extends I>> subscriptions,
    StageOptions options)
    implements StageSpec<S> {

  /**
   * Checks that the name is valid and nothing is missing.
   *
   * @throws NullPointerException if a component is null; the message names it
   * @throws IllegalArgumentException if the name is not valid
   */
  public ConsumerSpec {
    StageSpec.ensureName(name);
    Objects.requireNonNull(factory, "factory must not be null; pass a constructor such as Printer::new");
    subscriptions = List.copyOf(Objects.requireNonNull(subscriptions, "subscriptions must not be null"));
    Objects.requireNonNull(options, "options must not be null; use StageOptions.DEFAULT");
  }

  static <I, S extends Stage.Behaviour> ConsumerSpec<I, S> of(String name, StageFactory<? extends S> factory) {
    return new ConsumerSpec<>(name, factory, List.of(), StageOptions.DEFAULT);
  }

  /**
   * {@return a copy that also subscribes to this} For a producer, with demand 1000/500.
   *
   * @param source a producer, or a subscription to one
   */
  public ConsumerSpec<I, S> subscribeTo(Subscribable<? extends I> source) {
    return subscribeTo(List.of(SubscriptionSpec.of(source)));
  }

  /**
   * {@return a copy that also subscribes to this, with this demand}
   *
   * @param source a producer, or a subscription to one
   * @param demand how much to ask for
   */
  public ConsumerSpec<I, S> subscribeTo(Subscribable<? extends I> source, Demand demand) {
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
  public <E extends I> ConsumerSpec<I, S> subscribeTo(Subscribable<E> source, EventSelector<? super E> selector) {
    return subscribeTo(List.of(SubscriptionSpec.of(source).withSelector(selector)));
  }

  /**
   * {@return a copy that also subscribes to all of these, in this order}
   *
   * @param sources producers, or subscriptions to producers
   */
  public ConsumerSpec<I, S> subscribeTo(List<? extends Subscribable<? extends I>> sources) {
    Objects.requireNonNull(sources, "sources must not be null");
    List<SubscriptionSpec<? extends I>> all = new ArrayList<>(subscriptions);
    for (Subscribable<? extends I> source : sources) all.add(SubscriptionSpec.of(source));
    return new ConsumerSpec<>(name, factory, all, options);
  }

  /**
   * {@return a copy that asks its one producer for this much}
   *
   * @param demand how much to ask for
   * @throws IllegalStateException if this has no subscription, or more than one
   */
  public ConsumerSpec<I, S> withDemand(Demand demand) {
    List<SubscriptionSpec<? extends I>> asking = List.of(OneSubscription.of(name, subscriptions).withDemand(demand));
    return new ConsumerSpec<>(name, factory, asking, options);
  }

  /**
   * {@return a copy with these options}
   *
   * @param options the options that every kind of stage has
   */
  public ConsumerSpec<I, S> withOptions(StageOptions options) {
    return new ConsumerSpec<>(name, factory, subscriptions, options);
  }

  /**
   * {@return a copy with a mailbox of this size}
   *
   * @param mailbox how many calls and casts may wait, at least 1; a caller beyond that blocks
   * @throws IllegalArgumentException if {@code mailbox} is below 1
   */
  public ConsumerSpec<I, S> withMailbox(int mailbox) {
    return withOptions(options.withMailbox(mailbox));
  }

  /** {@return a copy that runs on a platform thread, for code that pins or hogs its carrier} */
  public ConsumerSpec<I, S> onPlatformThread() {
    return withOptions(options.withPlatformThread());
  }

  /**
   * {@return a copy with this handler of dead letters}
   *
   * @param deadLetters the handler of events that the stage has given up on
   */
  public ConsumerSpec<I, S> withDeadLetters(DeadLetterHandler deadLetters) {
    return withOptions(options.withDeadLetters(deadLetters));
  }

  /**
   * {@return a copy with this restart type}
   *
   * @param restart which ends of the stage are answered with a restart
   * @throws IllegalArgumentException if it is {@link Restart#PERMANENT} and the stage is significant
   */
  public ConsumerSpec<I, S> withRestart(Restart restart) {
    return withOptions(options.withRestart(restart));
  }

  /**
   * {@return a copy with this redelivery}
   *
   * @param redelivery what happens to the batch in hand when the stage crashes
   */
  public ConsumerSpec<I, S> withRedelivery(Redelivery redelivery) {
    return withOptions(options.withRedelivery(redelivery));
  }

  /**
   * {@return a copy that has this long to end when its supervisor stops it}
   *
   * @param shutdown how long
   */
  public ConsumerSpec<I, S> withShutdown(Shutdown shutdown) {
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
  public ConsumerSpec<I, S> withStartTimeout(Duration startTimeout) {
    return withOptions(options.withStartTimeout(startTimeout));
  }

  /**
   * {@return a copy whose end may shut its supervisor down, as the supervisor's {@code AutoShutdown} says} As OTP's
   * significant children.
   *
   * @throws IllegalArgumentException if the stage is permanent, and so never ends by itself
   */
  public ConsumerSpec<I, S> asSignificant() {
    return withOptions(options.asSignificant());
  }
}
