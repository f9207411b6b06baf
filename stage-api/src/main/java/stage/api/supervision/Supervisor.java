package stage.api.supervision;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import stage.api.CollectorRef;
import stage.api.CollectorSpec;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.DeadLetter;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.StageRef;
import stage.api.observe.Explanation;
import stage.api.observe.PageSpec;
import stage.api.observe.Registration;
import stage.api.observe.TreeSnapshot;
import stage.api.observe.WatchPage;

/**
 * A scope: it holds running stages, and nothing it started outlives it.
 *
 * <p>The thread that opened a scope owns it: it alone may join and close it, and it closes the scopes it opened in
 * reverse order. Any thread may start stages. A stage that crashes is restarted in place, as often as the
 * {@link Intensity} allows: by default 3 times in 5 seconds. One crash more, and the supervisor gives up: the other
 * stages are drained, and {@link #join()} or {@link #close()} throws {@link StageFailedException} with the crashes. An
 * OTP supervisor and a structured task scope in one.
 *
 * <p>A thread that is interrupted, before or while it starts a stage, starts nothing: {@code start} throws {@link
 * StageFailedException} with an {@link InterruptedException} as its cause, a stage that had started is stopped again,
 * and the interrupt flag stays set.
 *
 * <p>A stage may start children itself, in {@code onStart} for instance. They outlive its incarnation. If a later
 * incarnation starts one of the same name again, the earlier one is stopped first, as by {@link #stopChild}, and the
 * new one takes its place.
 *
 * <p>A supervisor can be a child of another one. It then has no owner of its own: any thread outside its stages may use
 * it, and it is closed with the scope it belongs to. When it gives up, its parent restarts all its stages in place, or
 * gives up in turn.
 *
 * {@snippet :
 * try (var app = Supervisor.open("hello")) {
 *   var numbers = app.start(Stage.producer("numbers", Counter::new));
 *   app.start(Stage.consumer("printer", Printer::new).subscribeTo(numbers, Demand.max(2)));
 *   app.join();
 * }
 * }
 *
 * @since 0.1
 */
public interface Supervisor extends AutoCloseable {
  /**
   * Opens a scope with the defaults of {@link SupervisorSpec#of}.
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
    Objects.requireNonNull(spec, "spec must not be null");
    return StageRuntime.find().open(spec);
  }

  /**
   * Opens a scope with its children: no producer begins before all of them are there, so no consumer misses anything.
   *
   * {@snippet :
   * try (var app = Supervisor.open(SupervisorSpec.of("ticks"), scope -> {
   *   var ticks = scope.start(Stage.producer("ticks", Ticks::new).withDispatcher(Dispatcher.broadcast()));
   *   scope.start(Stage.consumer("all", ticks, Log::new));
   *   scope.start(Stage.consumer("even", ticks.where(tick -> tick % 2 == 0), Log::new));
   * })) {
   *   app.join();
   * }
   * }
   *
   * <p>Blocks until {@code init} has returned and all stages that it started have run their {@code onStart} and made
   * their subscriptions: one after the other, in the order in which they were started. {@code start} itself does not
   * wait, on the thread that runs {@code init}. Stages that have started, those of child supervisors too, take calls,
   * casts and timers; those that emit get demand, and deliver what they have emitted, when {@code init} has returned.
   *
   * <p>If {@code init} throws, or one of the stages cannot be started, those that come after are not started, and the
   * scope is closed.
   *
   * @param spec the scope's name and options
   * @param init starts its children; must not wait for their events or their end
   * @return the open scope, owned by this thread
   * @throws StageFailedException if {@code init} threw or a stage could not be started; the cause says what
   * @throws IllegalStateException if there is no runtime on the module path or class path
   */
  static Supervisor open(SupervisorSpec spec, SupervisorInit init) {
    Objects.requireNonNull(spec, "spec must not be null");
    Objects.requireNonNull(init, "init must not be null");
    return StageRuntime.find().open(spec, init);
  }

  /**
   * As {@link #open(SupervisorSpec, SupervisorInit)}, with the defaults of {@link SupervisorSpec#of}.
   *
   * @param name the scope's name: 1–64 of {@code [A-Za-z0-9._-]}
   * @param init starts its children; must not wait for their events or their end
   * @return the open scope, owned by this thread
   * @throws StageFailedException if {@code init} threw or a stage could not be started; the cause says what
   */
  static Supervisor open(String name, SupervisorInit init) {
    return open(SupervisorSpec.of(name), init);
  }

  /** {@return the scope's name} */
  String name();

  /**
   * Starts a producer or generator and waits until its {@code onStart} has returned; on the thread that runs the
   * {@link SupervisorInit} of this supervisor it does not wait. Any thread.
   *
   * @param spec what to start
   * @param <O> the events it emits
   * @param <S> the behaviour's type
   * @return a handle to it
   * @throws StageFailedException if its factory or {@code onStart} threw; it is not part of the scope then, and the
   *     scope goes on
   * @throws ScopeMisuseException if the scope is closed or closing, the name is taken, or there are {@code maxChildren}
   *     already
   */
  <O, S extends Stage.Behaviour> ProducerRef<O, S> start(ProducerSpec<O, S> spec);

  /**
   * Starts a producer-consumer and waits until its {@code onStart} has returned and its subscriptions are accepted; on
   * the thread that runs the {@link SupervisorInit} of this supervisor it does not wait. Any thread.
   *
   * @param spec what to start
   * @param <I> the events it consumes
   * @param <O> the events it emits
   * @param <S> the behaviour's type
   * @return a handle to it
   * @throws StageFailedException if its factory or {@code onStart} threw; it is not part of the scope then, and the
   *     scope goes on
   * @throws stage.api.SubscriptionRefusedException if a subscription was refused; the stage was stopped again
   * @throws ScopeMisuseException if the scope is closed or closing, the name is taken, or there are {@code maxChildren}
   *     already
   */
  <I, O, S extends Stage.Behaviour> ProducerConsumerRef<I, O, S> start(ProducerConsumerSpec<I, O, S> spec);

  /**
   * Starts a consumer and waits until its {@code onStart} has returned and its subscriptions are accepted; on the
   * thread that runs the {@link SupervisorInit} of this supervisor it does not wait. Any thread.
   *
   * @param spec what to start
   * @param <I> the events it consumes
   * @param <S> the behaviour's type
   * @return a handle to it
   * @throws StageFailedException if its factory or {@code onStart} threw; it is not part of the scope then, and the
   *     scope goes on
   * @throws stage.api.SubscriptionRefusedException if a subscription was refused; the stage was stopped again
   * @throws ScopeMisuseException if the scope is closed or closing, the name is taken, or there are {@code maxChildren}
   *     already
   */
  <I, S extends Stage.Behaviour> ConsumerRef<I, S> start(ConsumerSpec<I, S> spec);

  /**
   * Starts a consumer that collects its events, and waits until its subscriptions are accepted. Any thread.
   *
   * @param spec what to start
   * @param <I> the events
   * @param <R> the result
   * @return a handle to it, which has the result
   * @throws StageFailedException if the collector's supplier threw; it is not part of the scope then, and the scope
   *     goes on
   * @throws stage.api.SubscriptionRefusedException if a subscription was refused; the stage was stopped again
   * @throws ScopeMisuseException if the scope is closed or closing, the name is taken, or there are {@code maxChildren}
   *     already
   */
  default <I, R> CollectorRef<I, R> start(CollectorSpec<I, R> spec) {
    Objects.requireNonNull(spec, "spec must not be null");
    var result = new CompletableFuture<R>();
    return new CollectorRef<>(start(spec.into(result)), result);
  }

  /**
   * Starts a supervisor without children as a child of this one. Any thread.
   *
   * @param spec what to start
   * @return the new supervisor
   * @throws ScopeMisuseException if this one is closed or closing, the name is taken, or there are {@code maxChildren}
   *     already
   */
  Supervisor start(SupervisorSpec spec);

  /**
   * Starts a supervisor with its children as a child of this one. Any thread; blocks until {@code init} has returned
   * and its stages have started, after those that were started before it. Those of its stages that emit begin then, as
   * in {@link #open(SupervisorSpec, SupervisorInit)}; within another init, when the outermost one has returned.
   *
   * <p>If {@code init} throws, or a stage of it cannot be started, the children it started are stopped in reverse
   * order, the new supervisor ends, nothing is retried, and the exception comes back as the cause of
   * {@link StageFailedException}. As OTP's {@code failed_to_start_child}.
   *
   * @param spec what to start
   * @param init starts its children
   * @return the new supervisor
   * @throws StageFailedException if {@code init} threw or a stage could not be started; this supervisor goes on
   * @throws ScopeMisuseException if this one is closed or closing, the name is taken, or there are {@code maxChildren}
   *     already
   */
  Supervisor start(SupervisorSpec spec, SupervisorInit init);

  /**
   * Stops a child, as its {@link stage.api.Shutdown} says, and waits until it has ended. Its spec is kept, so that
   * {@link #restartChild} can start it again, unless the child is temporary or this supervisor dynamic; of a child
   * that is a supervisor, its {@link SupervisorInit} is kept with it. If the caller is interrupted, the child is
   * cancelled at once. A child that is being restarted is stopped too; stopping a stopped one changes nothing. Does
   * not count as a failure. Any thread but those of its stages. As OTP's {@code terminate_child}.
   *
   * @param name the child's name
   * @throws ScopeMisuseException if there is no such child, or on a thread of one of its stages
   */
  void stopChild(String name);

  /**
   * Starts a stopped child again, from its spec: a new stage with new subscriptions, whose handle is returned; the old
   * handle stays ended. A child that is a supervisor runs the {@link SupervisorInit} it was started with again; what
   * was started in it by others is not started. Not counted in the intensity. Any thread. As OTP's
   * {@code restart_child}.
   *
   * @param name the child's name
   * @return the handle to the new stage; {@code null} if the child is a supervisor: {@link #restartSupervisor} returns
   *     that
   * @throws ScopeMisuseException if there is no such child, it is running or restarting, or this supervisor is dynamic
   * @throws StageFailedException if its factory, {@code onStart} or {@code init} threw; it stays stopped
   * @throws stage.api.SubscriptionRefusedException if a subscription was refused, for instance because that producer
   *     has ended; it stays stopped
   */
  StageRef<?> restartChild(String name);

  /**
   * Starts a stopped child that is a supervisor again, as {@link #restartChild} does, and returns the new supervisor;
   * the old one stays ended. Any thread; blocks until its {@link SupervisorInit} has returned.
   *
   * @param name the child's name
   * @return the new supervisor
   * @throws ScopeMisuseException if there is no such child, it is a stage, it is running or restarting, or this
   *     supervisor is dynamic
   * @throws StageFailedException if its {@code init} threw; it stays stopped
   */
  Supervisor restartSupervisor(String name);

  /**
   * Forgets a stopped child, so that its name is free. Any thread. As OTP's {@code delete_child}.
   *
   * @param name the child's name
   * @throws ScopeMisuseException if there is no such child, it is running or restarting, or this supervisor is dynamic
   */
  void deleteChild(String name);

  /** {@return the children, stopped ones too, in start order} Never waits for a child. Any thread. */
  List<ChildSnapshot> childSnapshots();

  /** {@return how many children there are} Never waits for a child. Any thread. */
  ChildCounts counts();

  /** {@return what this supervisor and those below it have counted} Never waits. Any thread. */
  SupervisionSnapshot snapshot();

  /**
   * {@return the numbers of every stage, subscription and supervisor below this one, and of itself} Never waits for a
   * stage, even if it is stuck, and stops none. Any thread. Two of them make {@linkplain stage.api.observe.TreeRates
   * rates}.
   *
   * @since 0.1
   */
  TreeSnapshot tree();

  /**
   * Adds up the times of callbacks and waits in the whole scope, until the registration is closed. Without them, {@link
   * #tree()} shows what each stage waits for now and since when, but not how it divides its time. Costs each turn two
   * looks at the clock. Any thread; several may watch at a time, each with a registration of its own.
   *
   * @return ends the registration; the end of the scope does so too
   * @since 0.1
   */
  Registration watch();

  /**
   * {@return why this scope is stuck or slow, in words} Starts at each stage that makes no progress, follows the chain
   * of waits, and names its cause: a callback that does not return, with its stack; a stage that is paused, backs off,
   * or has no subscriber; or a cycle. If nothing is stuck, it names the stage that limits the others.
   *
   * <p>Blocks for 50 ms, since only what stood still in two snapshots is claimed. Where something does, and may just be
   * slow, it looks again, for up to three seconds: a stage that has stood still for less, or in a callback that has not
   * taken twice as long as the longest of late, is not called stuck. Stops no stage. Any thread, but on a stage's own
   * thread it finds that stage inside a callback. If the caller is interrupted it answers at once from what it has
   * seen, and the interrupt flag stays set.
   *
   * @since 0.1
   */
  Explanation explain();

  /**
   * Shows this scope to JMX: a managed bean {@code stage:type=Scope,name="shop"}, by which a console reads the stages'
   * numbers and asks for the explanation. It is gone when the scope has closed. Without this call the runtime does not
   * use JMX. Any thread; returns at once.
   *
   * @return removes the bean earlier
   * @throws IllegalStateException if a scope of this path is shown already
   * @throws UnsupportedOperationException if this JVM has no module {@code java.management}
   * @since 0.1
   */
  Registration manage();

  /**
   * Shows this scope on a web page: its stages and the flow between them, what slows it down, and each crash. The page
   * is served on the loopback address only, to browsers on this machine, and changes nothing. It is gone when the scope
   * has closed. Without this call the library opens no socket. Any thread; returns once the port is open.
   *
   * <p>The page shows names, numbers and classes of exceptions, but no event and no message. Anyone who can open a
   * connection on this machine can see it.
   *
   * @param port from 0 to 65535; 0 picks a free one
   * @return the page, which knows its address
   * @throws IllegalArgumentException if there is no such port
   * @throws java.io.UncheckedIOException if the port is taken or may not be opened
   * @throws UnsupportedOperationException in a simulation
   * @since 0.1
   */
  default WatchPage openPage(int port) {
    return openPage(PageSpec.onPort(port));
  }

  /**
   * Shows this scope on a web page, as {@link #openPage(int)}, with more detail for readers who have the page's token.
   *
   * @param page the port, and the additional features
   * @return the page, which knows its address
   * @throws java.io.UncheckedIOException if the port is taken or may not be opened
   * @throws UnsupportedOperationException in a simulation
   * @since 0.1
   */
  WatchPage openPage(PageSpec page);

  /**
   * Writes a snapshot of everything known about the scope to a file: the numbers of {@link #tree()} as JSON, what
   * {@link #explain()} says, and the stack of each stage's thread. Replaces a file that is there. Blocks as
   * {@code explain()} does. Any thread.
   *
   * <p>Holds no event and no message of an exception, but the names of your classes and methods.
   *
   * @param file where to
   * @throws IOException if the file cannot be written
   * @since 0.1
   */
  void dump(Path file) throws IOException;

  /**
   * {@return a producer of the scope's dead letters from now on; subscribe consumers to it} All supervisors of a tree
   * share one. Letters wait in a backlog of {@value #DEAD_LETTER_BACKLOG}; those beyond that are counted as unhandled
   * and logged. A stage's own handler is called as well. A dead letter of a stage that takes dead letters itself, from
   * this producer or from a stage that it feeds, is not sent there again: only that stage's own handler is called.
   *
   * <p>The producer is not one of {@link #children()}. It ends when the scope closes and all other stages have ended,
   * so that events given up while they drain still reach its consumers, which end after it. {@link #join()} does not
   * wait for stages that take dead letters.
   *
   * @throws ScopeMisuseException if the scope is closed or closing
   */
  ProducerRef<DeadLetter, ?> deadLetters();

  /** How many dead letters may wait for a handler or a consumer that is slow. */
  int DEAD_LETTER_BACKLOG = 1000;

  /** {@return handles to the stages that have not ended, in start order} Never waits. Any thread. */
  List<StageRef<?>> children();

  /**
   * {@return the handle to a stage that has not ended} Never waits. Any thread.
   *
   * @param name the stage's name
   * @throws ScopeMisuseException if there is none; the message lists the names there are
   */
  StageRef<?> child(String name);

  /**
   * Waits until every stage has ended, except those that take {@linkplain #deadLetters() dead letters}. Returns at once
   * if there are no stages. Only the owner may call it.
   *
   * @throws StageFailedException if a stage failed; the others were drained and have ended
   * @throws ScopeMisuseException if called by another thread than the owner, or the scope is closed
   * @throws InterruptedException if interrupted while waiting; the stages go on
   */
  void join() throws InterruptedException;

  /**
   * As {@link #join()}, but waits no longer than a time-out.
   *
   * @param timeout how long to wait; zero or less only looks
   * @return whether every stage has ended
   * @throws StageFailedException if a stage failed; the others were drained and have ended
   * @throws ScopeMisuseException if called by another thread than the owner, or the scope is closed
   * @throws InterruptedException if interrupted while waiting; the stages go on
   */
  boolean join(Duration timeout) throws InterruptedException;

  /**
   * Begins to close: nothing more may be started, producers get no more demand, and everything in flight is handled.
   * What has not ended after the shutdown time is cancelled. Returns at once: {@link #join()} waits, and
   * {@link #close()} still has to be called. Any thread, even one of its stages.
   */
  void stop();

  /**
   * {@return a handle by which any thread may stop this scope, wait for its end and ask for the report} For containers
   * that open a scope on one thread and close it on another. Any thread.
   */
  ScopeHandle handle();

  /**
   * Closes the scope as {@link #close()} does, but with another deadline, and reports what became of everything instead
   * of throwing. Only the owner may call it.
   *
   * @param limit how long everything may take to be handled before it is cancelled
   * @return what was handled and what was not; threads that would not end are listed with their stacks
   * @throws IllegalArgumentException if {@code limit} is negative
   * @throws ScopeMisuseException if called by another thread than the owner, or from one of its stages
   */
  ShutdownReport drain(Duration limit);

  /**
   * Closes the scope: producers get no more demand, everything in flight is handled, then every stage ends. What has
   * not ended after the shutdown time is cancelled and interrupted. When this returns, no thread of the scope is alive.
   * Closing twice changes nothing.
   *
   * <p>Only the owner may call it. Blocks for the shutdown time and the grace period at most. If the owner is
   * interrupted, the stages are cancelled at once instead of at the deadline, and the owner's interrupt flag is set
   * again.
   *
   * @throws StageFailedException if a stage failed and {@link #join()} has not thrown it yet
   * @throws StragglersException if a thread is still alive although it was interrupted; lists each with its stack
   * @throws ScopeMisuseException if called by another thread than the owner, or before a scope that the owner opened
   *     later (that one is closed too)
   */
  @Override
  void close();

  /**
   * {@return what was left over when the scope closed: events that were not handled, stages that were cancelled,
   * threads that would not end}
   *
   * @throws ScopeMisuseException if the scope is not closed
   */
  ShutdownReport report();
}
