package stage.api.supervision;

import java.time.Duration;
import java.util.List;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.StageRef;

/**
 * A scope: it holds running stages, and nothing it started outlives it.
 *
 * <p>The thread that opened a scope owns it: it alone may join and close it, and it closes the scopes it opened in reverse order. Any
 * thread may start stages. A stage that crashes is restarted in place as often as {@link SupervisorSpec#withIntensity} allows, by default
 * never; beyond that it fails the scope: the others are drained, {@link #join()} and {@link #close()} throw with the cause. As an OTP supervisor and a structured task scope in one.
 *
 * <pre>{@code
 * try (var app = Supervisor.open("hello")) {
 *   var numbers = app.start(Stage.producer("numbers", Counter::new));
 *   app.start(Stage.consumer("printer", Printer::new).subscribeTo(numbers, Demand.max(2)));
 *   app.join();
 * }
 * }</pre>
 */
public interface Supervisor extends AutoCloseable {
  /**
   * Opens a scope with a shutdown time of 5 seconds.
   *
   * @param name the scope's name: 1–64 of {@code [A-Za-z0-9._-]}
   * @return the open scope, owned by this thread
   * @throws IllegalArgumentException if the name is not valid
   * @throws IllegalStateException if there is no runtime on the module path or class path
   */
  static Supervisor open(String name) {
    return open(SupervisorSpec.of(name));
  }

  /**
   * Opens a scope.
   *
   * @param spec the scope's name and options
   * @return the open scope, owned by this thread
   * @throws IllegalStateException if there is no runtime on the module path or class path
   */
  static Supervisor open(SupervisorSpec spec) {
    return StageRuntime.find().open(spec);
  }

  /** {@return the scope's name} */
  String name();

  /**
   * Starts a producer or generator and waits until its {@code onStart} has returned. Any thread.
   *
   * @param spec what to start
   * @param <O> the events it emits
   * @param <S> the behaviour's type
   * @return a handle to it
   * @throws StageFailed if its factory or {@code onStart} threw; it is not part of the scope then, and the scope goes on
   * @throws ScopeMisuse if the scope is closed or closing, or the name is taken
   */
  <O, S extends Stage> ProducerRef<O, S> start(ProducerSpec<O, S> spec);

  /**
   * Starts a producer-consumer and waits until its {@code onStart} has returned and its subscriptions are accepted. Any thread.
   *
   * @param spec what to start
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @param <S> the behaviour's type
   * @return a handle to it
   * @throws StageFailed if its factory or {@code onStart} threw; it is not part of the scope then, and the scope goes on
   * @throws stage.api.SubscriptionRefused if a subscription was refused; the stage was stopped again
   * @throws ScopeMisuse if the scope is closed or closing, or the name is taken
   */
  <I, O, S extends Stage> ProducerConsumerRef<I, O, S> start(ProducerConsumerSpec<I, O, S> spec);

  /**
   * Starts a consumer and waits until its {@code onStart} has returned and its subscriptions are accepted. Any thread.
   *
   * @param spec what to start
   * @param <I> the events it consumes
   * @param <S> the behaviour's type
   * @return a handle to it
   * @throws StageFailed if its factory or {@code onStart} threw; it is not part of the scope then, and the scope goes on
   * @throws stage.api.SubscriptionRefused if a subscription was refused; the stage was stopped again
   * @throws ScopeMisuse if the scope is closed or closing, or the name is taken
   */
  <I, S extends Stage> ConsumerRef<I, S> start(ConsumerSpec<I, S> spec);

  /** {@return handles to the stages that have not ended, in start order} */
  List<StageRef<?>> children();

  /**
   * {@return the handle to a stage that has not ended}
   *
   * @param name the stage's name
   * @throws ScopeMisuse if there is none; the message lists the names there are
   */
  StageRef<?> child(String name);

  /**
   * Waits until every stage has ended. A scope without stages is joined at once. Only the owner may.
   *
   * @throws StageFailed if a stage failed; the others were drained and have ended
   * @throws ScopeMisuse if called by another thread than the owner
   * @throws InterruptedException if interrupted while waiting; the stages go on
   */
  void join() throws InterruptedException;

  /**
   * As {@link #join()}, but waits no longer than a time-out.
   *
   * @param timeout how long to wait
   * @return whether every stage has ended
   * @throws StageFailed if a stage failed; the others were drained and have ended
   * @throws ScopeMisuse if called by another thread than the owner
   * @throws InterruptedException if interrupted while waiting; the stages go on
   */
  boolean join(Duration timeout) throws InterruptedException;

  /**
   * Closes the scope. Producers get no more demand, everything in flight is handled, then every stage ends; what has not ended after the
   * shutdown time is told to give up and interrupted. When this returns, no thread of the scope is alive. Closing twice changes nothing.
   *
   * <p>Only the owner may. Blocks for the shutdown time and a grace period at most. An interrupt of the owner does not cut it short but
   * cancels the stages at once; the owner's interrupt flag is set again.
   *
   * @throws StageFailed if a stage failed and {@link #join()} has not thrown it yet
   * @throws Stragglers if a thread is still alive although it was interrupted; lists each with its stack
   * @throws ScopeMisuse if called by another thread than the owner, or before a scope that the owner opened later (that one is closed
   *     too)
   */
  @Override
  void close();

  /**
   * {@return what became of the events that had not been handled when the scope closed}
   *
   * @throws ScopeMisuse if the scope is not closed
   */
  ShutdownReport report();
}
