package stage.api;

import java.time.Duration;
import java.util.Objects;

/**
 * Describes a producer or a generator. An immutable value, checked when made; each {@code with…} method gives a changed
 * copy.
 *
 * @param name the stage's name, unique in its scope
 * @param factory makes a new behaviour for each incarnation
 * @param dispatcher how events are shared among subscriptions
 * @param overflow what happens to events beyond demand
 * @param isGenerator whether the behaviour is a {@link Stage.Generator}
 * @param opening when it begins to deliver
 * @param options the options that every kind of stage has
 * @param <O> the events it emits
 * @param <S> the behaviour's type
 * @since 0.1
 */
public record ProducerSpec<O, S extends Stage.Behaviour>(
    String name,
    StageFactory<? extends S> factory,
    Dispatcher<O> dispatcher,
    Overflow overflow,
    boolean isGenerator,
    Opening opening,
    StageOptions options)
    implements StageSpec<S> {

  /**
   * Checks that the name is valid and nothing is missing.
   *
   * @throws NullPointerException if a component is null; the message names it
   * @throws IllegalArgumentException if the name is not valid
   */
  public ProducerSpec {
    StageSpec.ensureName(name);
    Objects.requireNonNull(factory, "factory must not be null; pass a constructor such as Counter::new");
    Objects.requireNonNull(dispatcher, "dispatcher must not be null; use Dispatcher.demand() for the default");
    Objects.requireNonNull(overflow, "overflow must not be null; use Overflow.DEFAULT");
    Objects.requireNonNull(opening, "opening must not be null; use Opening.DEFAULT");
    Objects.requireNonNull(options, "options must not be null; use StageOptions.DEFAULT");
  }

  static <O, S extends Stage.Behaviour> ProducerSpec<O, S> of(String name, StageFactory<? extends S> factory,
      boolean isGenerator) {
    return new ProducerSpec<>(name, factory, Dispatcher.demand(), Overflow.DEFAULT, isGenerator, Opening.DEFAULT,
        StageOptions.DEFAULT);
  }

  /**
   * {@return a copy with this dispatcher}
   *
   * @param dispatcher how events are shared among subscriptions
   */
  public ProducerSpec<O, S> withDispatcher(Dispatcher<O> dispatcher) {
    return new ProducerSpec<>(name, factory, dispatcher, overflow, isGenerator, opening, options);
  }

  /**
   * {@return a copy with this overflow policy}
   *
   * @param overflow what happens to events beyond demand
   */
  public ProducerSpec<O, S> withOverflow(Overflow overflow) {
    return new ProducerSpec<>(name, factory, dispatcher, overflow, isGenerator, opening, options);
  }

  /**
   * {@return a copy that begins to deliver when it has this many subscriptions} Until then it gets no demand, and what
   * it emits all the same waits; see {@link Opening}. For a broadcast, whose consumers would miss what was emitted
   * before they came.
   *
   * @param consumers how many subscriptions, at least 1
   * @throws IllegalArgumentException if {@code consumers} is below 1
   */
  public ProducerSpec<O, S> awaitingConsumers(int consumers) {
    if (consumers < 1)
      throw new IllegalArgumentException("the number of consumers to await must be at least 1, but was " + consumers);
    return new ProducerSpec<>(name, factory, dispatcher, overflow, isGenerator,
        new Opening(consumers, opening.isPaused()), options);
  }

  /**
   * {@return a copy that begins to deliver when it is resumed} Until then it gets no demand, and what it emits all the
   * same waits; see {@link Opening}.
   */
  public ProducerSpec<O, S> startPaused() {
    return new ProducerSpec<>(name, factory, dispatcher, overflow, isGenerator, new Opening(opening.consumers(), true),
        options);
  }

  /**
   * {@return a copy with these options}
   *
   * @param options the options that every kind of stage has
   */
  public ProducerSpec<O, S> withOptions(StageOptions options) {
    return new ProducerSpec<>(name, factory, dispatcher, overflow, isGenerator, opening, options);
  }

  /**
   * {@return a copy with a mailbox of this size}
   *
   * @param mailbox how many calls and casts may wait, at least 1; a caller beyond that blocks
   * @throws IllegalArgumentException if {@code mailbox} is below 1
   */
  public ProducerSpec<O, S> withMailbox(int mailbox) {
    return withOptions(options.withMailbox(mailbox));
  }

  /** {@return a copy that runs on a platform thread, for code that pins or hogs its carrier} */
  public ProducerSpec<O, S> onPlatformThread() {
    return withOptions(options.withPlatformThread());
  }

  /**
   * {@return a copy with this handler of dead letters}
   *
   * @param deadLetters the handler of events that the stage has given up on
   */
  public ProducerSpec<O, S> withDeadLetters(DeadLetterHandler deadLetters) {
    return withOptions(options.withDeadLetters(deadLetters));
  }

  /**
   * {@return a copy with this restart type}
   *
   * @param restart which ends of the stage are answered with a restart
   * @throws IllegalArgumentException if it is {@link Restart#PERMANENT} and the stage is significant
   */
  public ProducerSpec<O, S> withRestart(Restart restart) {
    return withOptions(options.withRestart(restart));
  }

  /**
   * {@return a copy that has this long to end when its supervisor stops it}
   *
   * @param shutdown how long
   */
  public ProducerSpec<O, S> withShutdown(Shutdown shutdown) {
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
  public ProducerSpec<O, S> withStartTimeout(Duration startTimeout) {
    return withOptions(options.withStartTimeout(startTimeout));
  }

  /**
   * {@return a copy whose end may shut its supervisor down, as the supervisor's {@code AutoShutdown} says} As OTP's
   * significant children.
   *
   * @throws IllegalArgumentException if the stage is permanent, and so never ends by itself
   */
  public ProducerSpec<O, S> asSignificant() {
    return withOptions(options.asSignificant());
  }
}
