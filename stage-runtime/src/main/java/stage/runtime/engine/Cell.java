package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import stage.api.ConsumerSpec;
import stage.api.ForeignThreadException;
import stage.api.Opening;
import stage.api.Overflow;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerSpec;
import stage.api.Restart;
import stage.api.RunSnapshot;
import stage.api.Stage;
import stage.api.StageOptions;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.StageSpec;
import stage.api.StopReason;
import stage.api.SubscriptionSpec;
import stage.runtime.lane.Ending;
import stage.runtime.lane.Lane;
import stage.runtime.lane.LaneEnd;
import stage.runtime.mailbox.Mailbox;
import stage.runtime.mailbox.Message;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Driver;
import stage.runtime.time.Handles;
import stage.runtime.time.Probe;
import stage.runtime.time.ThreadNames;
import stage.runtime.time.Uninterruptibly;

/**
 * The engine's part of one stage: its mailbox, its lanes and the current behaviour, and the requests that others may
 * make. One thread makes its {@linkplain CellSteps steps}.
 *
 * @param <S> the behaviour's type
 */
public final class Cell<S extends Stage.Behaviour> implements LaneEnd, Waits.Awaited {
  /**
   * How many events that timers, casts and calls of a producer-consumer have emitted beyond demand may wait, unless its
   * spec says otherwise.
   */
  private static final int MOST_UNASKED = 65_536;

  private static final VarHandle THREADS = Handles.of(MethodHandles.lookup(), "threads", CellThreads.class);
  private static final VarHandle MAILBOX = Handles.of(MethodHandles.lookup(), "mailbox", Mailbox.class);

  private final long id;
  private final String name;
  private final String scope;
  private final SubscriptionGraph graph;
  private final CellOwner owner;
  private final Watching watching;
  private final StageOptions options;
  private final Driver driver;
  private final Signals signals;
  private volatile Mailbox mailbox;               // set once, by the thread that needs it first
  private final Incarnations<S> incarnations;
  private final BothPorts port = new BothPorts(this);
  private final CellSteps steps = new CellSteps(this);
  private final ConsumerHalf consumerHalf;        // null for producers and generators
  private final ProducerHalf<?> producerHalf;     // null for consumers
  private final boolean isGenerator;
  private final CellRef<S> ref;

  private volatile CellThreads threads;           // set once, by the thread that needs it first
  // of its spec, until it has started; written before the start, then the cell's thread
  private List<? extends SubscriptionSpec<?>> subscriptions;
  private final Lifecycle lifecycle;
  private final Assembly assembly;                // null if no init started it
  private volatile long pausedNanos;              // the pausing thread; two at once mean the same time
  private boolean endsWithItsConsumer;            // written before the start
  private volatile boolean drains;                // written by the draining thread, before the signal
  private volatile Supplier<RunSnapshot> run;     // set once, by the job that starts it; null outside of pipelines

  private static Accumulation accumulation(Opening opening, Assembly assembly) {
    // field by field: the equals of a record is made when it is first called, of half a hundred classes
    boolean isAtOnce = opening.consumers() == 0 && !opening.isPaused();
    return isAtOnce && assembly == null ? null : new Accumulation(opening, assembly);
  }

  private Cell(StageSpec<S> spec, String scope, SubscriptionGraph graph, CellOwner owner, Assembly assembly) {
    this.id = graph.nextCellId();
    this.name = spec.name();
    this.scope = scope;
    this.graph = graph;
    this.owner = owner;
    this.watching = owner.services().watching();
    this.assembly = assembly;
    this.options = spec.options();
    this.driver = graph.time().driver(steps, spec.options().onPlatformThread());
    this.signals = new Signals(driver);
    switch (spec) {
      case ProducerSpec<?, S> producer -> {
        subscriptions = List.of();
        consumerHalf = null;
        producerHalf = new ProducerHalf<>(port, producer.dispatcher(), producer.overflow(), false,
            accumulation(producer.opening(), assembly));
        isGenerator = producer.isGenerator();
        ref = new CellRef.OfProducer<>(this);
      }
      case ProducerConsumerSpec<?, ?, S> both -> {
        subscriptions = both.subscriptions();
        consumerHalf = new ConsumerHalf(port);
        boolean isBounded = both.buffer() < Integer.MAX_VALUE;
        var overflow = new Overflow(Overflow.Kind.BLOCK, isBounded ? both.buffer() : MOST_UNASKED);
        producerHalf =
            new ProducerHalf<>(port, both.dispatcher(), overflow, !isBounded, accumulation(both.opening(), assembly));
        isGenerator = false;
        ref = new CellRef.OfProducerConsumer<>(this);
      }
      case ConsumerSpec<?, S> consumer -> {
        subscriptions = consumer.subscriptions();
        consumerHalf = new ConsumerHalf(port);
        producerHalf = null;
        isGenerator = false;
        ref = new CellRef.OfConsumer<>(this);
      }
    }
    this.incarnations = new Incarnations<>(this, spec.factory());
    if (isGenerator) incarnations.handover().hasChores(steps.new Chores());
    this.lifecycle = new Lifecycle(this);
    Consumer<Runnable> around = owner.services().around();
    steps.complete(around == null ? null : new ContextPropagation(steps, around));
  }

  /**
   * {@return a cell for a stage; it is not started yet}
   *
   * @param spec the stage
   * @param scope the path of its scope
   * @param graph what it shares with other cells
   * @param owner its supervisor
   * @param <S> the behaviour's type
   */
  public static <S extends Stage.Behaviour> Cell<S> of(StageSpec<S> spec, String scope, SubscriptionGraph graph,
      CellOwner owner) {
    return new Cell<>(spec, scope, graph, owner, null);
  }

  /**
   * {@return as {@link #of(StageSpec, String, SubscriptionGraph, CellOwner)}, a cell that an init starts}
   *
   * @param spec the stage
   * @param scope the path of its scope
   * @param graph what it shares with other cells
   * @param owner its supervisor
   * @param assembly what it is started in; null if no init is running
   * @param <S> the behaviour's type
   */
  public static <S extends Stage.Behaviour> Cell<S> of(
      StageSpec<S> spec, String scope, SubscriptionGraph graph, CellOwner owner, Assembly assembly) {
    var cell = new Cell<>(spec, scope, graph, owner, assembly);
    if (assembly != null && cell.producerHalf != null) assembly.add(cell.driver);
    return cell;
  }

  /**
   * Refuses to wait for a stage in the init that starts it.
   *
   * @param what what was called
   * @throws IllegalStateException if it would wait forever
   */
  public void ensureBegun(String what) {
    if (assembly != null && !assembly.isOver()) assembly.ensureMayWait(what, "stage " + path());
  }

  /** {@return whether it emits, and delivers nothing yet} Any thread. */
  boolean isAccumulating() {
    return producerHalf != null && producerHalf.isAccumulating();
  }

  /** Has it end when its last consumer has left: it is there for that one only. Before it is started. */
  public void endWithItsConsumer() {
    endsWithItsConsumer = true;
  }

  boolean endsWithItsConsumer() {
    return endsWithItsConsumer;
  }

  // ---- properties; any thread

  /** {@return the stage's number, unique in its graph, by which it is known when it has ended} */
  public long id() {
    return id;
  }

  /** {@return what kind of stage it is} */
  StageSnapshot.Kind kind() {
    if (producerHalf == null) return StageSnapshot.Kind.CONSUMER;
    if (consumerHalf != null) return StageSnapshot.Kind.PRODUCER_CONSUMER;
    return isGenerator ? StageSnapshot.Kind.GENERATOR : StageSnapshot.Kind.PRODUCER;
  }

  /** {@return the stage's name} */
  public String name() {
    return name;
  }

  /** {@return its path, made each time: of many stages, few are asked for it, and not often} */
  @Override
  public String path() {
    // not with a plus sign, for which the JDK makes classes: some hundred KiB for the first ones
    return scope.concat("/").concat(name);
  }

  /** {@return tells what it does in a pipeline; null if it is in none} Any thread. */
  Supplier<RunSnapshot> run() {
    return run;
  }

  void run(Supplier<RunSnapshot> told) {
    run = told;
  }

  @Override
  public void wake() {
    driver.wake();
    if (isGenerator) incarnations.handover().doChores();   // it may be in code of its own forever, and not look
  }

  @Override
  public void wakeUnlessResting() {
    driver.wakeUnlessResting();
  }

  @Override
  public void inputEnded() {
    signals.set(Signals.INPUT_ENDED);
  }

  @Override
  public void consumerLeft(Lane<?> lane) {
    producerHalf.left(lane);
  }

  @Override
  public void askToCancel(Lane<?> lane) {
    consumerHalf.askToCancel(lane);
  }

  @Override
  public boolean emitsOneByOne() {
    return isGenerator;
  }

  @Override
  public long nanos() {
    return graph.time().nanos();
  }

  @Override
  public boolean isWatched() {
    return watching.isOn();
  }

  /** {@return the probe that is told of each turn and wait; null if there is none} */
  Probe probe() {
    return watching.probe();
  }

  @Override
  public boolean isGated() {
    return incarnations.isGated();
  }

  @Override
  public long waitingNanos(long nowNanos) {
    return driver.waits(nowNanos).waitingNanos();
  }

  /** {@return the cell at the end of a lane} There is nothing else: a lane only knows less of it. */
  static Cell<?> at(LaneEnd end) {
    return (Cell<?>) end;
  }

  /** {@return the handle that users get, of the interface that fits the kind of stage} */
  @SuppressWarnings("unchecked")   // each subclass of CellRef is one of the public interfaces
  public StageRef<S> ref() {
    return (StageRef<S>) (StageRef<?>) ref;
  }

  /** {@return the thread that carries it, as others see it} */
  @Override
  public Driver driver() {
    return driver;
  }

  /** {@return what its supervisor goes by} */
  public StageOptions options() {
    return options;
  }

  /** {@return a number that has changed if it has got anywhere: has emitted, or settled an event} On its own thread. */
  public long progress() {
    long progress = producerHalf == null ? 0 : producerHalf.counts().emitted();
    return consumerHalf == null ? progress : progress + consumerHalf.settled();
  }

  /** {@return whether it has not ended} */
  public boolean isAlive() {
    return !lifecycle.hasEnded();
  }

  /** {@return its supervisor} */
  public CellOwner owner() {
    return owner;
  }

  boolean isRunning() {
    return lifecycle.isRunning();
  }

  Incarnations<S> incarnations() {
    return incarnations;
  }

  /** {@return its mailbox} Makes it, if nobody has needed it yet. Any thread. */
  Mailbox mailbox() {
    Mailbox there = mailbox;
    if (there != null) return there;
    var made = new Mailbox(graph.time().permits(mailboxCapacity(), "a free place in the mailbox of", path()));
    // Pairs with the reads here, in hasMail and mailSize: they see a mailbox whole. That the cell does not park beside
    // one it has not seen yet, the sender's wake-up sees to, as for each message.
    return MAILBOX.compareAndSet(this, null, made) ? made : mailbox;
  }

  int mailboxCapacity() {
    return Math.min(options.mailbox(), Mailbox.MOST);
  }

  /** {@return whether there may be a message} The cell's thread. */
  boolean hasMail() {
    Mailbox there = mailbox;
    return there != null && there.hasMail();
  }

  /** {@return how many messages wait} Any thread; a glance. */
  int mailSize() {
    Mailbox there = mailbox;
    return there == null ? 0 : there.size();
  }

  /** {@return how many events were given up on} */
  long deadLettered() {
    return port.deadLettered();
  }

  /** {@return what it shares with the other cells of its runtime} */
  public SubscriptionGraph graph() {
    return graph;
  }

  boolean isGenerator() {
    return isGenerator;
  }

  boolean isConsumer() {
    return consumerHalf != null;
  }

  ConsumerHalf consumerHalf() {
    return consumerHalf;
  }

  ProducerHalf<?> producerHalf() {
    return producerHalf;
  }

  /** {@return the cells that are subscribed to it} Any thread. */
  List<Cell<?>> consumers() {
    if (producerHalf == null) return List.of();
    List<Cell<?>> consumers = new ArrayList<>();
    for (Lane<?> lane : producerHalf.lanes()) if (!lane.hasLeft()) consumers.add(at(lane.consumer()));
    return consumers;
  }

  /** {@return the cells that it is subscribed to} Any thread. */
  List<Cell<?>> producers() {
    if (consumerHalf == null) return List.of();
    List<Cell<?>> producers = new ArrayList<>();
    for (LaneInlet<?> inlet : consumerHalf.inlets()) producers.add(at(inlet.lane().producer()));
    return producers;
  }

  /** {@return how many incarnations have started} Any thread. */
  public int incarnation() {
    return incarnations.incarnation();
  }

  Lifecycle lifecycle() {
    return lifecycle;
  }

  System.Logger logger() {
    return System.getLogger("stage." + path().replace('/', '.'));
  }

  String threadName(int incarnation) {
    // as the path; in one piece, because each start makes one
    int length = BlockedThread.STAGE_PREFIX.length() + scope.length() + name.length() + 12;
    return new StringBuilder(length).append(BlockedThread.STAGE_PREFIX).append(scope).append('/').append(name)
        .append('#').append(incarnation).toString();
  }

  /** {@return why it has ended, or is about to; null if it is not} */
  public StopReason endReason() {
    return lifecycle.endReason();
  }

  /** {@return where it stands, as users see it} */
  public StageSnapshot.Status status() {
    Phase phase = lifecycle.phase();
    boolean isPaused = phase instanceof Phase.Running && (signals.has(Signals.PAUSED) || isAccumulating());
    return isPaused ? StageSnapshot.Status.PAUSED : phase.status();
  }

  /** {@return the numbers of this instant} */
  public StageSnapshot snapshot() {
    return Snapshots.of(this);
  }

  /** {@return the last numbers, for the owner} What is returned after this is told to it by itself. */
  StageSnapshot lastSnapshot() {
    if (producerHalf == null) return snapshot();
    graph.lock().lock();
    try {
      producerHalf.accounted();
      return snapshot();
    } finally {
      graph.lock().unlock();
    }
  }

  /** {@return makes its steps} */
  CellSteps steps() {
    return steps;
  }

  /** {@return how the parts of this cell know it} */
  BothPorts port() {
    return port;
  }

  // ---- requests; any thread

  /** {@return its last behaviour, unless that is gone; null if it had none} When it has ended. */
  public WeakReference<Object> lastBehaviour() {
    return incarnations.before();
  }

  /**
   * It is started in the place of a cell of the same spec that has ended.
   *
   * @param last its last behaviour; if the factory returns it again, that is warned of; null if it had none
   */
  public void follows(WeakReference<Object> last) {
    incarnations.follows(last);
  }

  /** Starts its thread; the sequence is told when it has started, or has failed to. */
  void startFor(FirstStart sequence) {
    lifecycle.startsIn(sequence);
    driver.start();
  }

  /** Its thread was not started, and will not be. Any thread. */
  void neverStart(StartFailure why) {
    lifecycle.neverStart(why);
  }

  /** {@return whether its first start is over and has succeeded} Any thread. */
  public boolean hasStarted() {
    return lifecycle.hasStarted();
  }

  /** {@return whether it does not run because its start has failed, or a subscription of its spec was refused} */
  public boolean hasFailedToStart() {
    return lifecycle.startFailure() != null;
  }

  /** {@return what its spec says that it subscribes to, once} The cell's thread. */
  List<? extends SubscriptionSpec<?>> takeSubscriptions() {
    List<? extends SubscriptionSpec<?>> all = subscriptions;
    subscriptions = List.of();
    return all;
  }

  /**
   * Waits until it has ended; an interrupt of the caller makes it give up what it is doing.
   *
   * @param nanos how long to wait at most
   * @return whether it has ended
   */
  public boolean awaitEnd(long nanos) {
    long until = graph.time().nanos() + Math.min(nanos, Long.MAX_VALUE / 2);
    return Uninterruptibly.await(new Uninterruptibly.Wait<Boolean>() {
      @Override
      public Boolean once() throws InterruptedException {
        return lifecycle.ended().await(graph.time(), "the end of", path(), Math.max(0, until - graph.time().nanos()));
      }
    }, new Cancelling());
  }

  /** Stops it and waits until it has ended. */
  public void stopAndAwait() {
    stop();
    Uninterruptibly.await(new Uninterruptibly.Wait<StopReason>() {
      @Override
      public StopReason once() throws InterruptedException {
        return awaitEnd();
      }
    }, new Cancelling());
  }

  /** What happens when a thread that waits for the end is interrupted. */
  private final class Cancelling implements Runnable {
    @Override
    public void run() {
      owner.services().cancel(Cell.this);
    }
  }

  Signals signals() {
    return signals;
  }

  /** Takes no turns for events or demand until it is resumed. Any thread. */
  void pause() {
    if (!signals.has(Signals.PAUSED)) pausedNanos = graph.time().nanos();
    signals.set(Signals.PAUSED);
  }

  /** {@return since when it has had its status} Any thread. */
  long statusSinceNanos() {
    return status() == StageSnapshot.Status.PAUSED ? pausedNanos : lifecycle.phaseSinceNanos();
  }

  boolean isCancelled() {
    return signals.has(Signals.CANCELLED) || isGenerator && signals.has(Signals.STOPPED);
  }

  /** Asks it to end normally. */
  public void stop() {
    tell(Signals.STOPPED);
  }

  /** Sets a signal, for which a generator is interrupted: its one turn would go on forever. */
  private void tell(int signal) {
    if (!isGenerator || driver.isCurrent()) signals.set(signal);
    else owner.services().interrupt(this, new Told(signals, signal));
  }

  private record Told(Signals signals, int signal) implements Runnable {
    @Override
    public void run() {
      signals.set(signal);
    }
  }

  /**
   * Asks it to end when all that is in flight has been handled: producers stop, consumers end with their subscriptions.
   */
  public void drain() {
    drains = true;
    signals.clear(Signals.PAUSED);
    if (isConsumer()) signals.set(Signals.DRAINED);
    else stop();
  }

  /** {@return whether it was asked to end when all that is in flight has been handled} */
  boolean drains() {
    return drains;
  }

  /**
   * The stage itself wants to end. A permanent one is restarted, unless it has said so in its start: then it is not to
   * run.
   */
  void leave() {
    boolean ignores = lifecycle.ignoreStart();
    if (ignores || options.restart() != Restart.PERMANENT) {
      stop();
      return;
    }
    tell(Signals.LEAVES);
  }

  /**
   * Asks it to end its incarnation and to wait for {@link #release}. It answers with {@link CellOwner.News#held}.
   *
   * @param crashed the path of the stage that crashed
   */
  public void hold(String crashed) {
    lifecycle.holdFor(crashed);
    tell(Signals.HELD);
  }

  /**
   * Lets a cell that is held start its next incarnation. It answers with {@link CellOwner.News#restarted}, or crashes.
   *
   * @param fresh whether it forgets its states
   */
  public void release(boolean fresh) {
    lifecycle.startFresh(fresh);
    signals.set(Signals.RELEASED);
  }

  /** Ends its incarnation by force; a cell that was asked to be held is held then. */
  public void kill() {
    signals.set(Signals.KILLED);
    driver.interrupt();
  }

  /** {@return whether user code that is running must be left: it is interrupted, once} */
  boolean shouldExit() {
    int told = signals.bits();
    return (told & (Signals.CANCELLED | Signals.KILLED)) != 0
        || isGenerator && (told & (Signals.STOPPED | Signals.HELD | Signals.LEAVES)) != 0;
  }

  /** {@return whether it was told to give up what it is doing, and has not done so} */
  public boolean isOverdue() {
    return isAlive() && (signals.has(Signals.CANCELLED | Signals.KILLED) || incarnations.isOverdue());
  }

  /**
   * Lets another thread take over, if its own is in user code. What the old one does from now on is refused.
   *
   * <p>May throw if no thread can be started; then it must be called again. One caller at a time.
   *
   * @return the old thread; null if it is not in user code, or the cell has ended
   */
  public Thread takeOver() {
    return isAlive() ? threads().takeOver(lifecycle) : null;
  }

  /** {@return the threads that work for it} */
  public CellThreads threads() {
    CellThreads there = threads;
    if (there != null) return there;
    var made = new CellThreads(port);
    return THREADS.compareAndSet(this, null, made) ? made : threads;   // volatile: it is seen whole
  }

  /** {@return which of its producers was the last to end, and how, in words; null if none has} Any thread. */
  public String lastProducer() {
    ConsumerHalf half = consumerHalf();
    return half == null ? null : half.lastProducer();
  }

  /** {@return the path of the consumer that was the last to leave it; null if none has} Any thread. */
  public String lastConsumer() {
    ProducerHalf<?> half = producerHalf();
    return half == null ? null : half.lastConsumer();
  }

  /** Tells it to give up what it is doing. */
  public void cancel() {
    signals.set(Signals.CANCELLED);
    driver.interrupt();
  }

  /**
   * Hands an event to a producer that does not block: one that has a place in its backlog. Any thread.
   *
   * @param event the event
   * @return whether it was accepted; not if its backlog is full, or it has ended
   */
  public boolean tryEmit(Object event) {
    return intakeDoor().tryEmit(event);
  }

  /** Lets others hand in events without a wait for the first of them. */
  public void openIntake() {
    intake();
  }

  <O> Intake<O> intake() {
    return this.<O>intakeDoor().open();
  }

  /** {@return where events from outside come in} Any thread. */
  @SuppressWarnings("unchecked")   // a caller with a producer's cell knows its events
  private <O> IntakeDoor<O> intakeDoor() {
    if (!isGenerator && consumerHalf == null) return ((ProducerHalf<O>) producerHalf).ensureIntakeDoor();
    throw new UnsupportedOperationException("emit() from outside is for producers, but stage " + path() + " is a "
        + (isGenerator ? "generator" : "producer-consumer") + "; use castEmit, or a producer of its own");
  }

  void closeIntake() {
    IntakeDoor<?> door = producerHalf == null ? null : producerHalf.intakeDoor();
    if (door != null) door.close();
  }

  StopReason awaitEnd() throws InterruptedException {
    lifecycle.ended().await(graph.time(), "the end of", path());
    return endReason();
  }

  void ensureOwnThread(String what) {
    if (driver.isCurrent()) return;
    Thread caller = graph.time().current();
    if (incarnations.handover().isReplaced(caller)) incarnations.handover().refuse();
    throw new ForeignThreadException(what, steps.threadName(), ThreadNames.of(caller));
  }

  /**
   * Refuses to wait on the cell's own thread.
   *
   * @param what what would wait
   * @throws IllegalStateException if called on it
   */
  public void ensureForeignThread(String what) {
    if (driver.isCurrent()) {
      throw new IllegalStateException(what + " on stage " + path()
          + " would wait for itself, because it was called on the stage's own thread");
    }
  }

  /**
   * Logs what must not stop anybody.
   *
   * @param what what happened
   * @param failure what was thrown
   */
  public void report(String what, Throwable failure) {
    try {
      if (!graph.time().isQuiet()) logger().log(System.Logger.Level.WARNING, what, failure);
    } catch (Throwable loggerFailure) {
      failure.addSuppressed(loggerFailure);   // a logger that throws must not take the stage with it
    }
  }

  /** Refuses all further requests. */
  void closeDoors(Ending ending, StopReason reason) {
    try {
      closeIntake();
    } catch (OutOfMemoryError full) {
      throw full;   // and is called again
    // what was handed in waits with the rest, and counts as undelivered; the others must still be told
    } catch (Throwable ruleFailure) {
      report("the dispatcher of stage " + path() + " threw as the stage ended", ruleFailure);
    }
    if (consumerHalf != null) consumerHalf.close();
    if (producerHalf != null) producerHalf.close(ending);
    Message refused = mailbox().close();
    while (refused != null) {
      Message next = refused.next();
      refused.refuse(reason);
      refused = next;
    }
  }
}
