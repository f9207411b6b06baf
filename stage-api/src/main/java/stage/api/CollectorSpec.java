package stage.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collector;
import stage.api.internal.Description;

/**
 * Describes a consumer that collects its events; see {@link Stage#collect(String, Subscribable, Collector)}. An
 * immutable value, for any number of stages; each {@code with…} method gives a changed copy.
 *
 * @param name the stage's name, as {@link StageSpec#name} says
 * @param collector what to do with the events
 * @param subscriptions the subscriptions it makes when it starts, in this order
 * @param options the options that every kind of stage has
 * @param <I> the events
 * @param <R> the result
 * @since 0.1
 */
public record CollectorSpec<I, R>(
    String name, Collector<? super I, ?, R> collector, List<SubscriptionSpec<? extends I>> subscriptions,
    StageOptions options) {
  /**
   * Checks that the name is valid and nothing is missing.
   *
   * @throws NullPointerException if a component is null; the message names it
   * @throws IllegalArgumentException if the name is not valid
   */
  public CollectorSpec {
    StageSpec.ensureName(name);
    Objects.requireNonNull(collector, "collector must not be null; use one of java.util.stream.Collectors");
    subscriptions = List.copyOf(Objects.requireNonNull(subscriptions, "subscriptions must not be null"));
    Objects.requireNonNull(options, "options must not be null; use StageOptions.DEFAULT");
  }

  static <I, R> CollectorSpec<I, R> of(String name, Collector<? super I, ?, R> collector) {
    return new CollectorSpec<>(name, collector, List.of(), StageOptions.DEFAULT);
  }

  /**
   * {@return the consumer that completes this result} It is for one stage. The result is completed, on the stage's
   * thread, when the last subscription has completed; exceptionally with the cause if the stage fails, with
   * {@link java.util.concurrent.CancellationException} if it is stopped. If someone else completes the result first,
   * cancels it or lets it time out, the stage is stopped.
   *
   * @param result what is completed
   */
  public ConsumerSpec<I, Stage.Consumer<I>> into(CompletableFuture<R> result) {
    return collecting(collector, result);
  }

  private <A> ConsumerSpec<I, Stage.Consumer<I>> collecting(Collector<? super I, A, R> collector,
      CompletableFuture<R> result) {
    var described = new Description.Collecting<I, A, R>(collector, result);
    return new ConsumerSpec<>(name, () -> new DescribedStage.OfConsumer<>(described), subscriptions, options);
  }

  /**
   * {@return a copy that also subscribes to this} For a producer, with demand 1000/500.
   *
   * @param source a producer, or a subscription to one
   */
  public CollectorSpec<I, R> subscribeTo(Subscribable<? extends I> source) {
    List<SubscriptionSpec<? extends I>> all = new ArrayList<>(subscriptions);
    all.add(SubscriptionSpec.of(source));
    return new CollectorSpec<>(name, collector, all, options);
  }

  /**
   * {@return a copy that also subscribes to this, with this demand}
   *
   * @param source a producer, or a subscription to one
   * @param demand how much to ask for
   */
  public CollectorSpec<I, R> subscribeTo(Subscribable<? extends I> source, Demand demand) {
    return subscribeTo(SubscriptionSpec.of(source).withDemand(demand));
  }

  /**
   * {@return a copy that asks its one producer for this much}
   *
   * @param demand how much to ask for
   * @throws IllegalStateException if this has no subscription, or more than one
   */
  public CollectorSpec<I, R> withDemand(Demand demand) {
    return new CollectorSpec<>(name, collector, List.of(OneSubscription.of(name, subscriptions).withDemand(demand)),
        options);
  }

  /**
   * {@return a copy with these options}
   *
   * @param options the options that every kind of stage has
   */
  public CollectorSpec<I, R> withOptions(StageOptions options) {
    return new CollectorSpec<>(name, collector, subscriptions, options);
  }
}
