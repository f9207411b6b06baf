package stage.api;

import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.stream.Collector;
import java.util.stream.Stream;
import stage.api.internal.Description;

/**
 * The contracts of a stage, and the factory methods that describe one: what to type first.
 *
 * <p>A stage is a unit of user behaviour with one thread of its own: it produces events, consumes events, or both.
 * Implement one of the four nested contracts and describe the stage with the factory method of the same name; a
 * supervisor starts it. Every callback of a stage runs on the stage's own thread, one at a time (a <i>turn</i>), and
 * may block: the thread is virtual unless the spec says otherwise. A callback that throws is a crash of the stage; the
 * events that it had emitted in that turn are discarded.
 *
 * <p>A behaviour is made by a factory and never shared, so its fields need no synchronization. As GenStage's callback
 * modules.
 *
 * <p>Some stages need no code of yours. Producers of collections, iterators, streams, queues, text and files ({@code
 * of…}) are generators that are exact across restarts: no element is emitted twice or left out. Others begin with a
 * publisher, or end in a subscriber or a collector.
 *
 * @since 0.1
 */
public final class Stage {
  private Stage() {}

  /**
   * The common supertype of the four contracts of {@link Stage}. A class implements exactly one of them; a stage whose
   * behaviour implements two does not start.
   *
   * @since 0.1
   */
  public sealed interface Behaviour {

    /**
     * Called once per incarnation, before any other callback, on the stage's thread. May block; the call that starts
     * the stage waits for it.
     *
     * @param context the stage's access to the engine; valid as long as this incarnation lives
     * @throws Exception the start fails: the call that starts the stage throws with this cause, and at a restart it is
     *     a crash of the stage
     */
    default void onStart(StageContext context) throws Exception {}

    /**
     * Called once per incarnation, after every other callback, on the stage's thread. As GenStage's
     * {@code terminate/2}.
     *
     * <p>Not called if {@link #onStart} threw. An exception from here is reported and has no other effect.
     *
     * @param reason why this incarnation ends
     * @throws Exception reported, never propagated
     */
    default void onStop(StopReason reason) throws Exception {}
  }

  /**
   * Produces events when there is demand for them. As a GenStage {@code :producer}.
   *
   * @param <O> the events it emits
   * @since 0.1
   */
  @FunctionalInterface
  public non-sealed interface Producer<O> extends Behaviour {
    /**
     * Answers demand: emit up to {@code demand} events now, or fewer, or none.
     *
     * <p>{@code demand} is <b>all demand now outstanding</b>, at least 1 and in one call at most 65,536. Demand that is
     * not answered stays outstanding and is handed in again with the next call, so unlike GenStage's {@code
     * handle_demand/2} nothing has to be remembered. Called when there is demand that this incarnation has not seen;
     * again after each turn that has emitted something while demand is left, so a source may emit one page at a time;
     * and after {@link StageContext#wakeUp()}. After a turn that emitted nothing it is called with the next demand or
     * wake-up, not before. Events may also be emitted in later turns of this stage (a timer, a {@code cast}).
     *
     * @param demand how many events may be emitted now
     * @param out where to emit them
     * @throws Exception a crash of the stage; what this turn emitted is discarded
     */
    void onDemand(long demand, Outlet<O> out) throws Exception;
  }

  /**
   * Produces events in an ordinary loop: {@code emit} blocks until there is demand.
   *
   * <p>{@code call}, {@code cast}, timers and {@code replace} of a generator need its thread and are served when it
   * emits, not while it blocks in code of its own: a source that has to answer in the meantime should be a {@link
   * Producer} that polls. Work that does not need its code never waits for it: while {@code generate} blocks, consumers
   * come, go and give events back, and events that wait for a partition are delivered. A generator has no enclosing
   * turn: each {@code emit} that returned has published its event.
   *
   * @param <O> the events it emits
   * @since 0.1
   */
  @FunctionalInterface
  public non-sealed interface Generator<O> extends Behaviour {
    /**
     * Emits events until there are no more. Called once per incarnation; returning completes the stream.
     *
     * <p>When the stage is asked to stop, its thread is interrupted and {@code emit} throws
     * {@link java.util.concurrent.CancellationException}: let it pass, or clean up and return.
     * A loop that catches it, as by {@code catch (Exception e)} around {@code emit}, and goes on does not end, and
     * neither does its stage until its scope closes and gives it up.
     *
     * @param out where to emit; its {@code emit} blocks
     * @throws Exception a crash of the stage; events already emitted stay published
     */
    void generate(Outlet<O> out) throws Exception;
  }

  /**
   * Consumes events and emits others. As a GenStage {@code :producer_consumer}.
   *
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @since 0.1
   */
  @FunctionalInterface
  public non-sealed interface ProducerConsumer<I, O> extends Behaviour {
    /**
     * Handles a batch and emits the results. Runs only while there is downstream demand, and with at most as many
     * events as that demand.
     *
     * <p>It may emit more than was asked for (one line becomes ten words); the excess waits in the stage's backlog,
     * whose bound is {@link ProducerConsumerSpec#withBuffer}, and is delivered before the next batch is taken.
     *
     * @param events the batch: never empty, immutable, may be kept
     * @param from the subscription it came on
     * @param out where to emit
     * @throws Exception a crash of the stage; what this turn emitted is discarded and the batch counts as not handled
     */
    void onEvents(List<I> events, Inlet<I> from, Outlet<O> out) throws Exception;

    /**
     * Called once per incarnation for each subscription, before its first events: the place to {@link Inlet#request}
     * them where demand is manual. As GenStage's {@code handle_subscribe/4}.
     *
     * @param to the subscription; may be kept
     * @throws Exception a crash of the stage
     */
    default void onSubscribe(Inlet<I> to) throws Exception {}

    /**
     * Called once for each subscription that has ended: its producer has completed, or has failed and this stage goes
     * on without it ({@link CancelPolicy#TEMPORARY}). Its last event was handled before, and it is still there in this
     * turn, but not afterwards. After the last one, {@link #onComplete} follows.
     *
     * @param from the subscription
     * @param out where to emit
     * @throws Exception a crash of the stage; the next incarnation is called again
     */
    default void onInputEnd(Inlet<I> from, Outlet<O> out) throws Exception {}

    /**
     * Called once when the last subscription has completed, before this stage completes: the place to emit events that
     * were held back.
     *
     * @param out where to emit
     * @throws Exception a crash of the stage; what this turn emitted is discarded
     */
    default void onComplete(Outlet<O> out) throws Exception {}

    /**
     * {@return whether there is output left that {@link #onMore} has to emit} False by default.
     *
     * <p>For output that does not fit into memory, or is produced over time: the rows of a large table at its end, one
     * line that becomes a million events. Keep the remaining output, for example as a position, in a {@link State}, so
     * that it changes with the turn: then a crash neither repeats nor loses any of it. Asked once at the end of each
     * turn, as a part of it, and when an incarnation has started. While it is true, no further input is taken and the
     * stage does not complete.
     */
    default boolean hasMore() {
      return false;
    }

    /**
     * Emits the next part of the remaining output. Called, as a turn, while {@link #hasMore} is true and there is
     * downstream demand; also after the last subscription has completed, and after {@link #onComplete}.
     *
     * @param out where to emit; {@link Outlet#demand} says how much is wanted
     * @throws Exception a crash of the stage; what this turn emitted is discarded
     */
    default void onMore(Outlet<O> out) throws Exception {}
  }

  /**
   * Consumes events. As a GenStage {@code :consumer}.
   *
   * @param <I> the events it consumes
   * @since 0.1
   */
  @FunctionalInterface
  public non-sealed interface Consumer<I> extends Behaviour {
    /**
     * Handles a batch: the events that are there, at most {@code maxDemand - minDemand}; a batch never waits to be
     * filled.
     *
     * @param events the batch: never empty, immutable, may be kept
     * @param from the subscription it came on
     * @throws Exception a crash of the stage; the batch counts as not handled
     */
    void onEvents(List<I> events, Inlet<I> from) throws Exception;

    /**
     * Called once per incarnation for each subscription, before its first events: the place to {@link Inlet#request}
     * them where demand is manual. As GenStage's {@code handle_subscribe/4}.
     *
     * @param to the subscription; may be kept
     * @throws Exception a crash of the stage
     */
    default void onSubscribe(Inlet<I> to) throws Exception {}

    /**
     * Called once for each subscription that has ended: its producer has completed, or has failed and this stage goes
     * on without it ({@link CancelPolicy#TEMPORARY}). Its last event was handled before, and it is still there in this
     * turn, but not afterwards. After the last one, {@link #onComplete} follows.
     *
     * @param from the subscription
     * @throws Exception a crash of the stage; the next incarnation is called again
     */
    default void onInputEnd(Inlet<I> from) throws Exception {}

    /**
     * Called once when the last subscription has completed, before this stage ends.
     *
     * @throws Exception a crash of the stage
     */
    default void onComplete() throws Exception {}
  }

  /**
   * Describes a producer.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <O> the events it emits
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec with the defaults: demand dispatcher, blocking overflow
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <O, S extends Producer<O>> ProducerSpec<O, S> producer(String name, StageFactory<? extends S> factory) {
    return ProducerSpec.of(name, factory, false);
  }

  /**
   * As {@link #producer(String, StageFactory)}, for a lambda that is kept in a {@code var}: nothing else says what it
   * emits.
   *
   * {@snippet :
   * var tens = app.start(Stage.producer("tens", Integer.class, () -> (demand, out) -> out.emit(10)));
   * }
   *
   * <p>For events of a generic type write a class, or give the spec's variable a type.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param type the type of the events, for the compiler alone
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <O> the events it emits
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec with the defaults: demand dispatcher, blocking overflow
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <O, S extends Producer<O>> ProducerSpec<O, S> producer(String name, Class<O> type,
      StageFactory<? extends S> factory) {
    ensureType("type", type);
    return ProducerSpec.of(name, factory, false);
  }

  /**
   * Describes a producer without code of its own: its events come from outside, by {@link ProducerRef#emit}.
   *
   * {@snippet :
   * var readings = app.start(Stage.source("readings", Reading.class).withOverflow(Overflow.dropOldest(100)));
   * readings.emit(reading);   // on any thread; by default blocks until there is demand
   * readings.stop();          // consumers get what was emitted, then completion
   * }
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param type the type of the events, for the compiler alone
   * @param <O> the events it emits
   * @return a spec with the defaults: demand dispatcher, blocking overflow
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <O> ProducerSpec<O, Producer<O>> source(String name, Class<O> type) {
    ensureType("type", type);
    return ProducerSpec.of(name, () -> (demand, out) -> {}, false);
  }

  /**
   * Describes a producer that emits the events of a publisher, by all rules of Reactive Streams 1.0.4.
   *
   * <p>Each incarnation subscribes, once. The publisher is asked for exactly what this stage's consumers want, on the
   * stage's thread; its signals only queue an event and return (rule 2.2). When the publisher completes, so does the
   * stage. When it fails, or sends more than was requested (1.1), the stage first emits the events that had arrived and
   * then crashes: its supervisor restarts it, with its backoff, and the new incarnation subscribes again. A publisher
   * that always begins at the beginning then repeats its events. When an incarnation ends in any other way, the
   * publisher is cancelled (2.6), and events that had arrived are still emitted.
   *
   * <p>A {@link Flow.Publisher} has one method, so a lambda that makes a new request for each subscription is enough:
   * {@code subscriber -> request().body().subscribe(subscriber)}. An exception of {@code subscribe} is a failed start.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param publisher whose events to emit; subscribed to once per incarnation
   * @param <O> the events it emits
   * @return a spec with the defaults: demand dispatcher, blocking overflow
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <O> ProducerSpec<O, Producer<O>> fromPublisher(String name, Flow.Publisher<? extends O> publisher) {
    var described = new Description.FromPublisher<O>(publisher);
    return ProducerSpec.of(name, () -> new DescribedStage.OfProducer<>(described), false);
  }

  /**
   * Describes a generator: a producer written as a loop.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <O> the events it emits
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <O, S extends Generator<O>> ProducerSpec<O, S> generator(String name,
      StageFactory<? extends S> factory) {
    return ProducerSpec.of(name, factory, true);
  }

  /**
   * As {@link #generator(String, StageFactory)}, for a lambda that is kept in a {@code var}: nothing else says what it
   * emits.
   *
   * {@snippet :
   * var digits = app.start(Stage.generator("digits", Integer.class, () -> out -> {
   *   for (int i = 0; i < 10; i++) out.emit(i);
   * }));
   * }
   *
   * <p>For events of a generic type write a class, or give the spec's variable a type.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param type the type of the events, for the compiler alone
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <O> the events it emits
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <O, S extends Generator<O>> ProducerSpec<O, S> generator(String name, Class<O> type,
      StageFactory<? extends S> factory) {
    ensureType("type", type);
    return ProducerSpec.of(name, factory, true);
  }

  /**
   * Describes a producer-consumer.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec without subscriptions
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, O, S extends ProducerConsumer<I, O>> ProducerConsumerSpec<I, O, S> producerConsumer(
      String name, StageFactory<? extends S> factory) {
    return ProducerConsumerSpec.of(name, factory);
  }

  /**
   * As {@link #producerConsumer(String, StageFactory)}, for a lambda whose spec is subscribed later: nothing else says
   * what it consumes and emits.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param consumed the type of the events it consumes, for the compiler alone
   * @param emitted the type of the events it emits, for the compiler alone
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec without subscriptions
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, O, S extends ProducerConsumer<I, O>> ProducerConsumerSpec<I, O, S> producerConsumer(
      String name, Class<I> consumed, Class<O> emitted, StageFactory<? extends S> factory) {
    ensureType("consumed", consumed);
    ensureType("emitted", emitted);
    return ProducerConsumerSpec.of(name, factory);
  }

  /**
   * Describes a producer-consumer, in the order of the data: its name, from where, what it does.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param source a producer, or a subscription to one
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec with this subscription; its demand is 1000/500 unless the source says otherwise
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, O, S extends ProducerConsumer<I, O>> ProducerConsumerSpec<I, O, S> producerConsumer(
      String name, Subscribable<? extends I> source, StageFactory<? extends S> factory) {
    return Stage.<I, O, S>producerConsumer(name, factory).subscribeTo(source);
  }

  /**
   * As {@link #producerConsumer(String, Subscribable, StageFactory)}, with several sources.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param sources producers, or subscriptions to producers, for example a {@link List#of}
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec with these subscriptions, in this order; their demand is 1000/500 unless the source says otherwise
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, O, S extends ProducerConsumer<I, O>> ProducerConsumerSpec<I, O, S> producerConsumer(
      String name, List<? extends Subscribable<? extends I>> sources, StageFactory<? extends S> factory) {
    return Stage.<I, O, S>producerConsumer(name, factory).subscribeTo(sources);
  }

  /**
   * As {@link #producerConsumer(String, Subscribable, StageFactory)}, for a lambda that is kept in a {@code var}:
   * nothing else says what it emits.
   *
   * {@snippet :
   * var words = app.start(Stage.producerConsumer("words", lines, String.class, () -> (events, from, out) -> {
   *   for (String line : events) out.emitAll(List.of(line.split(" ")));
   * }));
   * }
   *
   * <p>For events of a generic type write a class, or give the spec's variable a type.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param source a producer, or a subscription to one
   * @param type the type of the events it emits, for the compiler alone
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec with this subscription; its demand is 1000/500 unless the source says otherwise
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, O, S extends ProducerConsumer<I, O>> ProducerConsumerSpec<I, O, S> producerConsumer(
      String name, Subscribable<? extends I> source, Class<O> type, StageFactory<? extends S> factory) {
    ensureType("type", type);
    return Stage.<I, O, S>producerConsumer(name, factory).subscribeTo(source);
  }

  /**
   * As {@link #producerConsumer(String, Subscribable, Class, StageFactory)}, with several sources.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param sources producers, or subscriptions to producers, for example a {@link List#of}
   * @param type the type of the events it emits, for the compiler alone
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec with these subscriptions, in this order; their demand is 1000/500 unless the source says otherwise
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, O, S extends ProducerConsumer<I, O>> ProducerConsumerSpec<I, O, S> producerConsumer(
      String name, List<? extends Subscribable<? extends I>> sources, Class<O> type,
      StageFactory<? extends S> factory) {
    ensureType("type", type);
    return Stage.<I, O, S>producerConsumer(name, factory).subscribeTo(sources);
  }

  /**
   * Describes a consumer.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <I> the events it consumes
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec without subscriptions
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, S extends Consumer<I>> ConsumerSpec<I, S> consumer(String name, StageFactory<? extends S> factory) {
    return ConsumerSpec.of(name, factory);
  }

  /**
   * As {@link #consumer(String, StageFactory)}, for a lambda whose spec is subscribed later: nothing else says what it
   * consumes.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param type the type of the events, for the compiler alone
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <I> the events it consumes
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec without subscriptions
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, S extends Consumer<I>> ConsumerSpec<I, S> consumer(String name, Class<I> type,
      StageFactory<? extends S> factory) {
    ensureType("type", type);
    return ConsumerSpec.of(name, factory);
  }

  /**
   * Describes a consumer, in the order of the data: its name, from where, what it does.
   *
   * {@snippet :
   * app.start(Stage.consumer("printer", numbers, Printer::new));
   * app.start(Stage.consumer("log", numbers, () -> (events, from) -> System.out.println(events))
   *     .withDemand(Demand.max(2)));
   * }
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param source a producer, or a subscription to one
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <I> the events it consumes
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec with this subscription; its demand is 1000/500 unless the source says otherwise
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, S extends Consumer<I>> ConsumerSpec<I, S> consumer(
      String name, Subscribable<? extends I> source, StageFactory<? extends S> factory) {
    return Stage.<I, S>consumer(name, factory).subscribeTo(source);
  }

  /**
   * As {@link #consumer(String, Subscribable, StageFactory)}, with several sources.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param sources producers, or subscriptions to producers, for example a {@link List#of}
   * @param factory makes a new behaviour for each incarnation; runs on the stage's thread
   * @param <I> the events it consumes
   * @param <S> the behaviour's type, as {@code call} and {@code cast} see it
   * @return a spec with these subscriptions, in this order; their demand is 1000/500 unless the source says otherwise
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, S extends Consumer<I>> ConsumerSpec<I, S> consumer(
      String name, List<? extends Subscribable<? extends I>> sources, StageFactory<? extends S> factory) {
    return Stage.<I, S>consumer(name, factory).subscribeTo(sources);
  }

  /**
   * Describes a consumer that hands its events to a subscriber, on the stage's thread, by all rules of Reactive Streams
   * 1.0.4.
   *
   * <p>What the subscriber requests, and no more, is requested from the stage's producers, up to the {@code max} of
   * each subscription at a time. The subscriber gets {@code onSubscribe} once, at the stage's first subscription; a
   * restart in place sends it no signal (2.12). It gets {@code onComplete} when the last subscription has completed,
   * and {@code onError} when a producer has failed or the stage is given up. When it cancels, the stage ends normally,
   * and events that it had not seen go back to the producers. When it throws, the stage crashes; since it must not be
   * signalled again after that (2.13), the next incarnation ends the stage.
   *
   * <p>A subscriber can be used only once, so the spec is for one stage and for one start of it.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param subscriber receives the events
   * @param <I> the events it consumes
   * @return a spec without subscriptions
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I> ConsumerSpec<I, Consumer<I>> toSubscriber(String name, Flow.Subscriber<? super I> subscriber) {
    var described = new Description.ToSubscriber<I>(subscriber);
    return ConsumerSpec.of(name, () -> new DescribedStage.OfConsumer<>(described));
  }

  /**
   * As {@link #toSubscriber(String, Flow.Subscriber)}, with its source.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param source a producer, or a subscription to one
   * @param subscriber receives the events
   * @param <I> the events it consumes
   * @return a spec with this subscription; its demand is 1000/500 unless the source says otherwise
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I> ConsumerSpec<I, Consumer<I>> toSubscriber(
      String name, Subscribable<? extends I> source, Flow.Subscriber<? super I> subscriber) {
    return Stage.<I>toSubscriber(name, subscriber).subscribeTo(source);
  }

  /**
   * Describes a consumer that handles many events at once, each on a virtual thread of its own.
   * As GenStage's {@code ConsumerSupervisor}.
   *
   * <p>Demand is given back as each event finishes. An event that fails is tried again by itself, as often as the
   * spec's {@link Redelivery} says, then it becomes a dead letter (or is dropped, with {@link Redelivery#none()});
   * other events are not disturbed, and the stage does not crash. The threads belong to the stage: it ends when they
   * have ended, and they are interrupted when it is cancelled. While one event takes long, up to 1024 later
   * ones may finish before the stage waits for it.
   *
   * <p>When a thread has finished its event, it goes on with another one of the same stage if there is one, and ends
   * otherwise. So an event sees what an earlier one has left in a thread-local, as in any pool; remove what you set, or
   * bind it for the call only. It does not see an earlier event's interrupt flag, nor a name or a context class loader
   * that an earlier event has given its thread, nor, after a restart, a thread of an earlier incarnation.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param concurrency how many events are handled at once, at most; at least 1
   * @param handler handles an event
   * @param <I> the events it consumes
   * @return a spec without subscriptions
   * @throws IllegalArgumentException if the name is not valid or {@code concurrency} is below 1
   */
  public static <I> ConsumerSpec<I, Consumer<I>> perEvent(String name, int concurrency, EventHandler<I> handler) {
    var described = new Description.PerEvent(concurrency, handler);
    return ConsumerSpec.of(name, () -> new DescribedStage.OfConsumer<>(described));
  }

  /**
   * As {@link #perEvent(String, int, EventHandler)}, with its source.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param source a producer, or a subscription to one
   * @param concurrency how many events are handled at once, at most; at least 1
   * @param handler handles an event
   * @param <I> the events it consumes
   * @return a spec with this subscription; its demand is 1000/500 unless the source says otherwise
   * @throws IllegalArgumentException if the name is not valid or {@code concurrency} is below 1
   */
  public static <I> ConsumerSpec<I, Consumer<I>> perEvent(
      String name, Subscribable<? extends I> source, int concurrency, EventHandler<I> handler) {
    return perEvent(name, concurrency, handler).subscribeTo(source);
  }

  /**
   * Describes a producer-consumer that turns each event into another one, many at once, each on a virtual thread of its
   * own, and emits the results in the order of their events.
   *
   * <p>Demand is given back as each event finishes. An event that fails is tried again by itself, as often as the
   * spec's {@link Redelivery} says, then it becomes a dead letter (or is dropped, with {@link Redelivery#none()});
   * other events are not disturbed, and the stage does not crash. The threads belong to the stage: it ends when they
   * have ended, and they are interrupted when it is cancelled. While one event takes long, up to 1024 later
   * ones may finish before the stage waits for it. Works on no more events than there is downstream demand for.
   *
   * <p>When a thread has finished its event, it goes on with another one, as with {@link #perEvent(String, int,
   * EventHandler)}: a thread-local that one event has set and not removed is visible to another.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param concurrency how many events are worked on at once, at most; at least 1
   * @param function turns an event into another
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @return a spec without subscriptions
   * @throws IllegalArgumentException if the name is not valid or {@code concurrency} is below 1
   */
  public static <I, O> ProducerConsumerSpec<I, O, ProducerConsumer<I, O>> mapConcurrent(String name, int concurrency,
      EventFunction<I, O> function) {
    var described = new Description.MapConcurrent(concurrency, true, function);
    return ProducerConsumerSpec.of(name, () -> new DescribedStage.OfProducerConsumer<>(described));
  }

  /**
   * As {@link #mapConcurrent(String, int, EventFunction)}, with its source.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param source a producer, or a subscription to one
   * @param concurrency how many events are worked on at once, at most; at least 1
   * @param function turns an event into another
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @return a spec with this subscription; its demand is 1000/500 unless the source says otherwise
   * @throws IllegalArgumentException if the name is not valid or {@code concurrency} is below 1
   */
  public static <I, O> ProducerConsumerSpec<I, O, ProducerConsumer<I, O>> mapConcurrent(
      String name, Subscribable<? extends I> source, int concurrency, EventFunction<I, O> function) {
    return mapConcurrent(name, concurrency, function).subscribeTo(source);
  }

  /**
   * As {@link #mapConcurrent}, but emits each result as soon as it is there.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param concurrency how many events are worked on at once, at most; at least 1
   * @param function turns an event into another
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @return a spec without subscriptions
   * @throws IllegalArgumentException if the name is not valid or {@code concurrency} is below 1
   */
  public static <I, O> ProducerConsumerSpec<I, O, ProducerConsumer<I, O>> mapConcurrentUnordered(
      String name, int concurrency, EventFunction<I, O> function) {
    var described = new Description.MapConcurrent(concurrency, false, function);
    return ProducerConsumerSpec.of(name, () -> new DescribedStage.OfProducerConsumer<>(described));
  }

  /**
   * As {@link #mapConcurrentUnordered(String, int, EventFunction)}, with its source.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param source a producer, or a subscription to one
   * @param concurrency how many events are worked on at once, at most; at least 1
   * @param function turns an event into another
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @return a spec with this subscription; its demand is 1000/500 unless the source says otherwise
   * @throws IllegalArgumentException if the name is not valid or {@code concurrency} is below 1
   */
  public static <I, O> ProducerConsumerSpec<I, O, ProducerConsumer<I, O>> mapConcurrentUnordered(
      String name, Subscribable<? extends I> source, int concurrency, EventFunction<I, O> function) {
    return mapConcurrentUnordered(name, concurrency, function).subscribeTo(source);
  }

  /**
   * Describes a consumer that collects its events. Each event is handed to the collector's accumulator on the stage's
   * thread, one at a time; the container survives restarts, and an event that was accumulated is not delivered again.
   * The result is a future of the handle that {@code start} returns.
   *
   * {@snippet :
   * var byParity = app.start(Stage.collect("parity", numbers, Collectors.partitioningBy(n -> n % 2 == 0)));
   * Map<Boolean, List<Integer>> result = byParity.result().join();
   * }
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param source a producer, or a subscription to one
   * @param collector what to do with the events
   * @param <I> the events
   * @param <R> the result
   * @return a spec with this subscription
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, R> CollectorSpec<I, R> collect(String name, Subscribable<? extends I> source,
      Collector<? super I, ?, R> collector) {
    return Stage.<I, R>collect(name, collector).subscribeTo(source);
  }

  /**
   * As {@link #collect(String, Subscribable, Collector)}, without a source: subscribe the spec, or the stage when it
   * runs.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param collector what to do with the events
   * @param <I> the events
   * @param <R> the result
   * @return a spec without subscriptions
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <I, R> CollectorSpec<I, R> collect(String name, Collector<? super I, ?, R> collector) {
    return CollectorSpec.of(name, collector);
  }

  /**
   * Describes a generator that emits the elements of a collection, and then completes. A restart iterates from the
   * beginning and skips what was emitted.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param elements the elements, none null, in the same order each time
   * @param <O> the elements
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <O> ProducerSpec<O, Generator<O>> ofIterable(String name, Iterable<? extends O> elements) {
    Objects.requireNonNull(elements, "elements must not be null");
    return ProducerSpec.of(name, () -> new ElementsAnew<O>(() -> ElementReader.of(elements.iterator())), true);
  }

  /**
   * Describes a generator that emits the remaining elements of an iterator, and then completes. A restart goes on where
   * the last incarnation was. When the stage is stopped, the iterator may be one element ahead of the last one emitted.
   * Starting the spec again after its elements have been read to their end fails.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param elements the elements, none null; used by the stage alone from its start on, so the spec is for one stage
   * @param <O> the elements
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <O> ProducerSpec<O, Generator<O>> ofIterator(String name, Iterator<? extends O> elements) {
    return once(name, ElementReader.of(Objects.requireNonNull(elements, "elements must not be null")));
  }

  /**
   * Describes a generator that emits the elements of a stream, and then completes. Otherwise as {@link #ofIterator}.
   * Does not close the stream.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param elements the elements, none null; used by the stage alone, so the spec is for one stage
   * @param <O> the elements
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   * @throws IllegalStateException if the stream was used or closed already
   */
  public static <O> ProducerSpec<O, Generator<O>> ofStream(String name, Stream<? extends O> elements) {
    Objects.requireNonNull(elements, "elements must not be null");
    try {
      return ofIterator(name, elements.iterator());   // reads nothing yet
    } catch (IllegalStateException used) {
      throw new IllegalStateException("elements must be a stream that nothing has used yet, but that of stage \"" + name
          + "\" is used or closed; make a new stream for each stage", used);
    }
  }

  /**
   * Describes a generator that takes from a queue, waiting while it is empty, and never completes by itself. An element
   * is taken only when the one before it has been emitted. If the stage is stopped before it can emit an element that
   * it has taken, it puts that back: at the front of a {@link java.util.concurrent.BlockingDeque}, at the end of any
   * other queue. If there is no room, the element is logged as lost.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param queue the queue; others may take from it too. The spec is for one stage
   * @param <O> the elements
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static <O> ProducerSpec<O, Generator<O>> ofQueue(String name, BlockingQueue<O> queue) {
    return once(name, new QueuedElements<>(Objects.requireNonNull(queue, "queue must not be null")));
  }

  /**
   * Describes a generator that emits the lines of a text, read as {@link LineFormat#DEFAULT} says, without their ends,
   * and then completes. Otherwise as {@link #ofIterator}. Does not close the text. A read from a file or the console
   * ignores interrupts, so a stage that blocks in one may become a straggler.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param text the text; read by the stage alone, so the spec is for one stage
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static ProducerSpec<String, Generator<String>> ofLines(String name, InputStream text) {
    return ofLines(name, text, LineFormat.DEFAULT);
  }

  /**
   * As {@link #ofLines(String, InputStream)}, for a text in another character set.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param text the text; read by the stage alone, so the spec is for one stage
   * @param charset its character set
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static ProducerSpec<String, Generator<String>> ofLines(String name, InputStream text, Charset charset) {
    return ofLines(name, text, LineFormat.of(charset));
  }

  /**
   * As {@link #ofLines(String, InputStream)}, for a text in another format.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param text the text; read by the stage alone, so the spec is for one stage
   * @param format its character set, what happens to bytes that are not in it, and the longest line
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static ProducerSpec<String, Generator<String>> ofLines(String name, InputStream text, LineFormat format) {
    Objects.requireNonNull(text, "text must not be null");
    Objects.requireNonNull(format, "format must not be null; use LineFormat.DEFAULT");
    return once(name, ElementReader.ofLines(text, format));
  }

  /**
   * Describes a generator that emits the lines of a file, read as {@link LineFormat#DEFAULT} says, without their ends,
   * and then completes. The file is opened for each incarnation and closed after it; a restart reads it again and skips
   * the lines that were emitted.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param file the file
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static ProducerSpec<String, Generator<String>> ofPath(String name, Path file) {
    return ofPath(name, file, LineFormat.DEFAULT);
  }

  /**
   * As {@link #ofPath(String, Path)}, for a file in another format.
   *
   * @param name the stage's name, as {@link StageSpec#name} says
   * @param file the file
   * @param format its character set, what happens to bytes that are not in it, and the longest line
   * @return a spec with the defaults: demand dispatcher
   * @throws IllegalArgumentException if the name is not valid
   */
  public static ProducerSpec<String, Generator<String>> ofPath(String name, Path file, LineFormat format) {
    Objects.requireNonNull(file, "file must not be null");
    Objects.requireNonNull(format, "format must not be null; use LineFormat.DEFAULT");
    return ProducerSpec.of(name, () -> new ElementsAnew<>(() -> ElementReader.ofFile(file, format)), true);
  }

  private static <O> ProducerSpec<O, Generator<O>> once(String name, ElementReader<O> elements) {
    var left = new ElementsOnce.Left<>(elements);
    return ProducerSpec.of(name, () -> new ElementsOnce<>(left), true);
  }

  private static void ensureType(String name, Class<?> type) {
    Objects.requireNonNull(type, name + " must not be null; pass the class of the events, such as String.class");
  }
}
