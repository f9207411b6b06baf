package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import stage.api.CancelPolicy;
import stage.api.ConsumerSpec;
import stage.api.DeadLetter;
import stage.api.DemandExceeded;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerSpec;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEnded;
import stage.api.StageKilled;
import stage.api.StageOptions;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.StageSpec;
import stage.api.StopReason;
import stage.api.SubscriptionSnapshot;
import stage.api.SubscriptionSpec;
import stage.api.TimerAction;
import stage.api.WrongThread;
import stage.runtime.time.Awaiting;
import stage.runtime.time.Carrier;
import stage.runtime.time.Gate;
import stage.runtime.time.Machine;
import stage.runtime.time.Time;

/**
 * What the engine keeps for one stage: its mailbox, its lanes and the current behaviour. A step machine, stepped by one thread.
 *
 * <p>Each step looks for the most urgent {@link Work} and does it. {@link #look} only looks, so that a carrier can ask it again after
 * announcing that it is about to park.
 *
 * @param <S> the behaviour's type
 */
public final class Cell<S extends Stage> implements Machine {
  private final String name;
  private final String path;
  private final Realm realm;
  private final CellOwner owner;
  private final StageOptions options;
  private final Carrier carrier;
  private final Signals signals;
  private final Mailbox mailbox;
  private final Turns<S> turns;
  private final ConsumerHalf consumerHalf;        // null for producers and generators
  private final ProducerHalf<?> producerHalf;     // null for consumers
  private final boolean isGenerator;
  private final CellRef<S> ref;
  private final Gate ended;
  private final Consumer<Runnable> around;        // the scope's context; null if there is none

  private final Counter deadLettered = new Counter();
  private volatile Intake<?> intake;              // set once, under the realm's lock, by the first thread that emits from outside

  // written by the cell's thread only
  private volatile Phase phase = new Phase.Starting();
  private long nowNanos;
  private boolean mailLast;                       // the last step handled a message
  private boolean inputEnded;                     // the last subscription has completed
  private Gate started;                           // forgotten by the starter once it is open; 100,000 idle stages add up
  private Throwable startFailure;                 // read by the starter after the gate has opened

  // written by the supervisor, before the signal that makes the cell look
  private volatile String heldFor;                // the path of the stage whose crash this one is held for
  private volatile boolean freshStart;            // whether the next incarnation finds its states empty
  private volatile Thread replaced;               // the thread whose place this one has just taken; null otherwise
  private boolean isWithin;                       // the cell's thread only: whether it runs within the context
  private boolean hasStartedWithin;               // the cell's thread only: and has started an incarnation there
  private volatile List<Thread> lastTaskThreads = List.of();   // those that were still running when it ended
  private Leaving leaving;                        // the cell's thread only: how it ends, from when onStop is run
  private boolean heldToTell;                     // the cell's thread only: whether the supervisor still has to be told that it is held

  private Cell(StageSpec<S> spec, String scope, Realm realm, CellOwner owner) {
    this.name = spec.name();
    this.path = scope + "/" + name;
    this.realm = realm;
    this.owner = owner;
    this.around = owner.around();
    this.options = spec.options();
    this.mailbox = new Mailbox(realm.time().room(spec.options().mailbox()));
    this.carrier = realm.time().carrier(this, spec.options().onPlatformThread());
    this.signals = new Signals(carrier);
    this.turns = new Turns<>(this, signals, spec.factory());
    this.started = realm.time().gate();
    this.ended = realm.time().gate();
    switch (spec) {
      case ProducerSpec<?, S> producer -> {
        consumerHalf = null;
        producerHalf = new ProducerHalf<>(this, producer.dispatch(), producer.overflow());
        isGenerator = producer.isGenerator();
        ref = new CellRef.OfProducer<>(this);
      }
      case ProducerConsumerSpec<?, ?, S> both -> {
        consumerHalf = new ConsumerHalf(this);
        var overflow = new Overflow(Overflow.Kind.BLOCK, both.buffer());
        producerHalf = new ProducerHalf<>(this, both.dispatch(), overflow);
        isGenerator = false;
        ref = new CellRef.OfProducerConsumer<>(this);
      }
      case ConsumerSpec<?, S> consumer -> {
        consumerHalf = new ConsumerHalf(this);
        producerHalf = null;
        isGenerator = false;
        ref = new CellRef.OfConsumer<>(this);
      }
    }
  }

  /**
   * {@return a cell for a stage; it is not started yet}
   *
   * @param spec the stage
   * @param scope the path of its scope
   * @param realm what it shares with other cells
   * @param owner who is told when it ends
   * @param <S> the behaviour's type
   */
  public static <S extends Stage> Cell<S> of(StageSpec<S> spec, String scope, Realm realm, CellOwner owner) {
    return new Cell<>(spec, scope, realm, owner);
  }

  // ---- what it is; any thread

  /** {@return the stage's name} */
  public String name() {
    return name;
  }

  /** {@return the stage's path} */
  public String path() {
    return path;
  }

  /** {@return the handle that users get, of the interface that fits the kind of stage} */
  @SuppressWarnings("unchecked")   // each subclass of CellRef is one of the public interfaces
  public StageRef<S> ref() {
    return (StageRef<S>) (StageRef<?>) ref;
  }

  /** {@return the thread that carries it, as others see it} */
  public Carrier carrier() {
    return carrier;
  }

  /** {@return what its supervisor goes by} */
  public StageOptions options() {
    return options;
  }

  /** {@return where it stands, as users see it} */
  public StageSnapshot.Status statusNow() {
    return status();
  }

  /** {@return whether it has not ended} */
  public boolean isAlive() {
    return !(phase instanceof Phase.Ended);
  }

  /** {@return who supervises it} */
  public CellOwner owner() {
    return owner;
  }

  boolean isRunning() {
    return phase instanceof Phase.Running;
  }

  Turns<S> turns() {
    return turns;
  }

  Mailbox mailbox() {
    return mailbox;
  }

  /** {@return how many events were given up on} */
  long deadLettered() {
    return deadLettered.read();
  }

  Realm realm() {
    return realm;
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

  /** {@return the producer half, as the behaviour of this cell sees it} The spec has tied the two types together. */
  @SuppressWarnings("unchecked")
  <O> ProducerHalf<O> producerHalfOf(Stage behaviour) {
    return (ProducerHalf<O>) producerHalf;
  }

  int incarnation() {
    return turns.incarnation();
  }

  System.Logger logger() {
    return System.getLogger("stage." + path.replace('/', '.'));
  }

  @Override
  public String threadName() {
    return "stage:" + path + "#" + Math.max(1, turns.incarnation());
  }

  StopReason endReason() {
    return switch (phase) {
      case Phase.Ended(var reason) -> reason;
      case Phase.Draining(var reason) -> reason;
      case Phase.Starting starting -> null;
      case Phase.BackingOff backingOff -> null;
      case Phase.Held held -> null;
      case Phase.Running running -> null;
    };
  }

  StageSnapshot.Status status() {
    return switch (phase) {
      case Phase.Starting starting -> StageSnapshot.Status.STARTING;
      case Phase.Running running -> signals.has(Signals.PAUSED) ? StageSnapshot.Status.PAUSED : StageSnapshot.Status.RUNNING;
      case Phase.BackingOff backingOff -> StageSnapshot.Status.BACKING_OFF;
      case Phase.Held held -> StageSnapshot.Status.HELD;
      case Phase.Draining draining -> StageSnapshot.Status.DRAINING;
      case Phase.Ended endedPhase -> StageSnapshot.Status.ENDED;
    };
  }

  /** {@return the numbers of this instant} */
  public StageSnapshot snapshot() {
    return Snapshots.of(this);
  }

  // ---- what others ask of it; any thread

  /**
   * Starts it and waits until {@code onStart} has returned.
   *
   * @return why it could not start; null if it has started
   */
  public Throwable startAndAwait() {
    carrier.start();
    boolean interrupted = false;
    while (true) {
      try {
        started.await();
        started = null;
        if (interrupted) Thread.currentThread().interrupt();
        return startFailure;
      } catch (InterruptedException e) {
        interrupted = true;
        cancel();
      }
    }
  }

  /**
   * Waits until it has ended; an interrupt of the caller makes it give up what it is doing.
   *
   * @param nanos how long to wait at most
   * @return whether it has ended
   */
  public boolean awaitEnd(long nanos) {
    boolean interrupted = false;
    long until = realm.time().nanos() + Math.min(nanos, Long.MAX_VALUE / 2);
    while (true) {
      try {
        boolean over = ended.await(Math.max(0, until - realm.time().nanos()));
        if (interrupted) Thread.currentThread().interrupt();
        return over;
      } catch (InterruptedException e) {
        interrupted = true;
        cancel();
      }
    }
  }

  /** Stops it and waits until it has ended. */
  public void stopAndAwait() {
    stop();
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        if (interrupted) Thread.currentThread().interrupt();
        return;
      } catch (InterruptedException e) {
        interrupted = true;
        cancel();
      }
    }
  }

  /**
   * Makes the subscriptions of its spec. It has started.
   *
   * @param spec its spec
   */
  public void subscribe(StageSpec<S> spec) {
    switch (spec) {
      case ProducerSpec<?, S> producer -> {}
      case ProducerConsumerSpec<?, ?, S> both -> subscribeToAll(both.subscriptions());
      case ConsumerSpec<?, S> consumer -> subscribeToAll(consumer.subscriptions());
    }
  }

  /** Under one lock, which ending a subscription needs too: if the first completed before the second is made, it was not the last. */
  private void subscribeToAll(List<? extends SubscriptionSpec<?>> subscriptions) {
    realm.locked(() -> subscriptions.forEach(subscription -> realm.subscribe(this, subscription)));
  }

  Signals signals() {
    return signals;
  }

  boolean isCancelled() {
    return signals.has(Signals.CANCELLED) || isGenerator && signals.has(Signals.STOPPED);
  }

  /** Asks it to end normally. */
  public void stop() {
    signals.set(Signals.STOPPED);
    if (isGenerator && !carrier.isCurrent()) carrier.interrupt();   // its one turn would go on for ever
  }

  /** Asks it to end when all that is in flight has been handled: producers stop, consumers end with their subscriptions. */
  public void drain() {
    signals.clear(Signals.PAUSED);
    if (isConsumer()) signals.set(Signals.DRAINED);
    else stop();
  }

  /** The stage itself wants to end. A permanent one is restarted. */
  void leave() {
    if (options.restart() != Restart.PERMANENT) {
      stop();
      return;
    }
    signals.set(Signals.LEAVES);
    if (isGenerator && !carrier.isCurrent()) carrier.interrupt();
  }

  /**
   * Asks it to end its incarnation and to wait for {@link #release}. It answers with {@link CellOwner#held}.
   *
   * @param crashed the path of the stage that crashed
   */
  public void hold(String crashed) {
    heldFor = crashed;
    signals.set(Signals.HELD);
    if (isGenerator) carrier.interrupt();   // its one turn would go on for ever
  }

  /**
   * Lets a cell that is held start its next incarnation. It answers with {@link CellOwner#restarted}, or crashes.
   *
   * @param fresh whether its states are to be forgotten
   */
  public void release(boolean fresh) {
    freshStart = fresh;
    signals.set(Signals.RELEASED);
  }

  /** Ends its incarnation by force; one that is to be held is held then. */
  public void kill() {
    signals.set(Signals.KILLED);
    carrier.interrupt();
  }

  /** {@return whether user code that is running is to be left: told by an interrupt, which is sent once} */
  boolean isToLeave() {
    int told = signals.bits();
    return (told & (Signals.CANCELLED | Signals.KILLED)) != 0
        || isGenerator && (told & (Signals.STOPPED | Signals.HELD | Signals.LEAVES)) != 0;
  }

  /** {@return whether it was told to give up what it is doing, and has not done so} */
  public boolean isOverdue() {
    return isAlive() && signals.has(Signals.CANCELLED | Signals.KILLED);
  }

  /**
   * Lets another thread take over, if its own is in user code. What the old one does from now on is refused.
   *
   * @return the old thread; null if it is not in user code, or the cell has ended
   */
  public Thread takeOver() {
    Thread old = carrier.thread();
    if (!isAlive() || !turns.fence().takeOver(old)) return null;
    replaced = old;
    carrier.replaceThread();
    return old;
  }

  /** {@return the threads that handle events for it, if it has such, after its end} */
  public List<Thread> taskThreads() {
    return lastTaskThreads;
  }

  /** {@return how much of threads that were replaced was refused} */
  public long refused() {
    return turns.fence().refused();
  }

  /** Tells it to give up what it is doing. */
  public void cancel() {
    signals.set(Signals.CANCELLED);
    carrier.interrupt();
  }

  /**
   * Hands an event to a producer that does not block: one that has a place in its backlog. Any thread.
   *
   * @param event the event
   * @return whether it was accepted; not if its backlog is full, or it has ended
   */
  public boolean tryEmit(Object event) {
    try {
      intake().emit(event);
      return true;
    } catch (DemandExceeded | StageEnded refused) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Lets others hand in events without a wait for the first of them. */
  public void openIntake() {
    intake();
  }

  /** {@return the cells that get events from this one, directly or through others} Any thread. */
  public Set<Cell<?>> consumers() {
    Set<Cell<?>> found = new LinkedHashSet<>();
    addConsumers(found);
    return found;
  }

  private void addConsumers(Set<Cell<?>> found) {
    if (producerHalf == null) return;
    for (Lane<?> lane : producerHalf.lanes()) {
      if (!lane.hasLeft() && found.add(lane.consumer())) lane.consumer().addConsumers(found);
    }
  }

  @SuppressWarnings("unchecked")
  <O> Intake<O> intake() {
    if (isGenerator || isConsumer()) {
      throw new UnsupportedOperationException("emit() from outside is for producers, but stage " + path + " is a "
          + (isGenerator ? "generator" : "producer-consumer") + "; use castEmit, or a producer of its own");
    }
    Intake<?> there = intake;
    if (there == null) {
      realm.locked(() -> {
        if (intake == null) intake = new Intake<>(this, producerHalf.overflow(), realm.time().room(0));
      });
      there = intake;
      signals.set(Signals.HANDED_IN);
    }
    // After the intake is visible: either the cell sees and closes it when it ends, or this sees that the cell has ended.
    if (!isAlive()) throw new StageEnded(path, endReason());
    return (Intake<O>) there;
  }

  StopReason awaitEnd() throws InterruptedException {
    ended.await();
    return endReason();
  }

  void ensureOwnThread(String what) {
    if (carrier.isCurrent()) return;
    if (turns.fence().isReplaced(Thread.currentThread())) turns.fence().refuse();
    throw new WrongThread(what, threadName(), Thread.currentThread().getName());
  }

  void ensureForeignThread(String what) {
    if (carrier.isCurrent()) {
      throw new IllegalStateException(what + " on stage " + path
          + " would wait for itself, because it was called on the stage's own thread");
    }
  }

  void report(String what, Throwable failure) {
    try {
      logger().log(System.Logger.Level.WARNING, what, failure);
    } catch (Throwable loggerFailure) {
      failure.addSuppressed(loggerFailure);   // a logger that throws must not take the stage with it
    }
  }

  // ---- steps; the carrier's thread from here on

  @Override
  public boolean isReady(long nowNanos) {
    return look(nowNanos) != Work.NOTHING;
  }

  @Override
  public boolean keepsTime() {
    return turns.timers() != null || phase instanceof Phase.BackingOff;
  }

  @Override
  public boolean wantsRest(Time time) {
    return consumerHalf != null && phase instanceof Phase.Running && turns.role().wantsRest(time);
  }

  @Override
  public boolean mayRest() {
    return signals.bits() == 0 && !mailbox.hasMail() && turns.role().mayRest();
  }

  @Override
  public Awaiting step(long nowNanos) {
    this.nowNanos = nowNanos;
    if (phase instanceof Phase.Ended) return Awaiting.Now.DONE;
    try {
      if (replaced != null) recover();
      Work work = look(nowNanos);
      if (isToReenter(work)) return Awaiting.Now.REENTRY;
      return work == Work.NOTHING ? idle() : perform(work);
    } catch (Fence.Refused refused) {
      return Awaiting.Now.DONE;   // another thread has taken over; this one's carrier lets it go
    } catch (Throwable failure) {
      // User code is run where its exceptions are caught; what gets here came from a dispatcher's rule, or is our own fault.
      crash("the dispatcher", failure);
      return Awaiting.Now.READY;
    }
  }

  // ---- what the scope wants around each incarnation: its context

  @Override
  public void around(Runnable steps) {
    if (around == null || isWithin || !isToStart()) {
      steps.run();
      return;
    }
    boolean[] ran = {false};
    Throwable failure = null;
    try {
      around.accept(() -> {
        if (ran[0]) throw new IllegalStateException("the context ran an incarnation of stage " + path + " twice; it must run it once");
        ran[0] = true;
        isWithin = true;
        hasStartedWithin = false;
        steps.run();
      });
    } catch (Throwable thrown) {
      failure = thrown;
    }
    if (!carrier.isCurrent()) return;
    isWithin = false;
    if (!ran[0]) {
      var notRun = new IllegalStateException("the context did not run the incarnation of stage " + path + "; it must run it once");
      startFailed(failure == null ? notRun : failure);
    } else if (failure != null) {
      report("the context of stage " + path + " threw after its incarnation", failure);
    }
  }

  /** {@return whether the next step is to be made outside, or inside, what is around an incarnation} */
  private boolean isToReenter(Work work) {
    if (around == null) return false;
    return work == Work.START ? !isWithin || hasStartedWithin : isWithin && hasStartedWithin && turns.hasNoIncarnation();
  }

  private boolean isToStart() {
    return replaced == null && (phase instanceof Phase.Starting || phase instanceof Phase.BackingOff) && lookNow() == Work.START;
  }

  /** {@return the most urgent work} Looks only. */
  private Work look(long nowNanos) {
    int told = signals.bits();
    if ((told & Signals.CANCELLED) != 0) return Work.CANCEL;
    return switch (phase) {
      case Phase.Starting starting -> {
        if (turns.incarnation() == 0) yield Work.START;
        if ((told & Signals.STOPPED) != 0) yield Work.STOP;
        yield (told & Signals.HELD) != 0 ? Work.HOLD : Work.START;
      }
      case Phase.BackingOff(var untilNanos) -> {
        if ((told & (Signals.STOPPED | Signals.DRAINED)) != 0) yield Work.STOP;
        if ((told & Signals.HELD) != 0) yield Work.HOLD;
        yield nowNanos - untilNanos >= 0 ? Work.START : Work.NOTHING;
      }
      case Phase.Held held -> {
        if ((told & (Signals.STOPPED | Signals.DRAINED)) != 0) yield Work.STOP;
        if ((told & Signals.HELD) != 0) yield Work.HOLD;
        yield (told & Signals.RELEASED) != 0 ? Work.RELEASE : Work.NOTHING;
      }
      case Phase.Running running -> lookWhileRunning(told, nowNanos);
      case Phase.Draining draining -> lookWhileDraining(told);
      case Phase.Ended endedPhase -> Work.NOTHING;
    };
  }

  private Work lookWhileRunning(int told, long nowNanos) {
    ProducerHalf<?> half = producerHalf;
    if ((told & Signals.TASKS_FINISHED) != 0) return Work.TASKS;
    boolean stopped = (told & Signals.STOPPED) != 0;
    Tasks<?, ?> tasks = turns.tasks();
    // The threads that handle an event each are its turn, and a stop lets a turn end.
    if (stopped && (tasks == null || tasks.isIdle())) return Work.STOP;
    // One that has done all there was to do ends, held or not: another incarnation would not know of it.
    if ((told & (Signals.HELD | Signals.KILLED)) != 0 && !turns.role().isCompleted()) {
      return (told & Signals.HELD) != 0 ? Work.HOLD : Work.KILL;
    }
    if ((told & Signals.LEAVES) != 0) return Work.LEAVE;
    // Before the mail: a call that was made after a subscription finds a stage that knows of it.
    if (consumerHalf != null && consumerHalf.hasInletNews()) return Work.SUBSCRIBED;
    boolean mail = !turns.isServing() && mailbox.hasMail();
    if (mail && (!mailLast || turns.isGenerating())) return Work.MAIL;   // else a flood of messages would keep events and timers waiting
    if ((told & Signals.CONSUMER_LEFT) != 0 || half != null && half.hasLaneNews()) return Work.CONSUMERS;
    if ((told & (Signals.CANCEL_ASKED | Signals.DRAINED)) != 0 && toCancel() != null) return Work.CANCEL_SUBSCRIPTION;
    if (!turns.isServing() && isTimerDue(nowNanos)) return Work.TIMER;
    if (half != null && half.canFlush()) return Work.FLUSH;
    if ((told & Signals.HANDED_IN) != 0 || canGrant()) return Work.INTAKE;
    if (turns.role().isCompleted()) return mail ? Work.MAIL : Work.COMPLETE;
    if ((told & Signals.WOKEN_UP) != 0) return Work.TURN;
    boolean paused = (told & Signals.PAUSED) != 0;
    if (inputEnded) return mail ? Work.MAIL : Work.COMPLETE;
    if ((told & Signals.INPUT_ENDED) != 0) {   // before a turn, or a busy subscription would hide the end of another
      if (consumerHalf.ended(isStuck()) != null) return Work.SUBSCRIPTION_ENDED;
    }
    // While a message emits for a generator, the demand that it waits for is what counts, not whether generate is to be called.
    if (!paused && (turns.isServing() ? half.demand() > 0 : turns.role().hasTurn())) return Work.TURN;
    if (mail) return Work.MAIL;
    if (consumerHalf != null) {
      if ((told & Signals.DRAINED) != 0 && consumerHalf.inlets().length == 0) return Work.COMPLETE;
      if (consumerHalf.ended(isStuck()) != null) return Work.SUBSCRIPTION_ENDED;
    }
    return Work.NOTHING;
  }

  /** {@return whether it cannot handle events now, so that there is no sense in waiting until they are handled} */
  private boolean isStuck() {
    return signals.has(Signals.PAUSED) || producerHalf != null && producerHalf.demand() == 0;
  }

  private Work lookWhileDraining(int told) {
    ProducerHalf<?> half = producerHalf;
    if ((told & Signals.HELD) != 0) return Work.HOLD;
    if (mailbox.hasMail()) return Work.MAIL;
    if (half == null) return Work.FINISH;
    if ((told & Signals.CONSUMER_LEFT) != 0 || half.hasLaneNews()) return Work.CONSUMERS;
    if (half.canFlush()) return Work.FLUSH;
    // One that has completed waits for consumers of what waits for nobody; one that is told to stop does not.
    boolean isDelivered = (told & (Signals.STOPPED | Signals.DRAINED)) != 0 ? half.isDeliveredToAllThere() : half.isDelivered();
    if (half.lanes().length == 0 || isDelivered && half.isSettled()) return Work.FINISH;
    return Work.NOTHING;
  }

  /** {@return the most urgent work at this instant} */
  Work lookNow() {
    nowNanos = realm.time().nanos();
    return look(nowNanos);
  }

  private boolean isTimerDue(long nowNanos) {
    Timers timers = turns.timers();
    return timers != null && timers.isDue(nowNanos);
  }

  private boolean canGrant() {
    Intake<?> there = intake;
    return there != null && there.canGrant(producerHalf);
  }

  /** {@return a subscription to give up: one to be cancelled, or, when the supervisor drains, an idle one to a producer outside of it} */
  private LaneInlet<?> toCancel() {
    if (consumerHalf == null) return null;
    LaneInlet<?> cancelled = consumerHalf.cancelled();
    if (cancelled != null && turns.tasks() != null && turns.tasks().isBusyWith(cancelled)) cancelled = null;   // it leaves when those have finished
    if (cancelled != null || !signals.has(Signals.DRAINED)) return cancelled;
    for (LaneInlet<?> inlet : consumerHalf.inlets()) {
      if (inlet.lane().available() == 0 && !owner.endsWith(inlet.lane().producer().owner)) return inlet;
    }
    return null;
  }

  private Awaiting perform(Work work) {
    mailLast = work == Work.MAIL;
    switch (work) {
      case START -> start();
      case CANCEL -> end(new StopReason.Stopped(), "cancel");
      case STOP -> stopTakingTurns(new StopReason.Stopped());
      case HOLD -> hold();
      case TASKS -> turns.collectTasks();
      case RELEASE -> release();
      case KILL -> {
        signals.clear(Signals.KILLED);
        crash("kill", new StageKilled("stage " + path + " was killed"));
      }
      case LEAVE -> {
        signals.clear(Signals.LEAVES);
        endNormally(new StopReason.Stopped());
      }
      case COMPLETE -> completeInput();
      case TURN -> turns.turn();
      case SUBSCRIPTION_ENDED -> {
        LaneInlet<?> inlet = consumerHalf.ended(isStuck());
        if (inlet != null) subscriptionEnded(inlet);
      }
      case FINISH -> end(((Phase.Draining) phase).reason(), "drain");
      case MAIL, CONSUMERS, CANCEL_SUBSCRIPTION, SUBSCRIBED, TIMER, FLUSH, INTAKE -> serve(work);
      case NOTHING -> throw new IllegalStateException("there is nothing to do");
    }
    if (producerHalf != null) producerHalf.tellDropped();
    return phase instanceof Phase.Ended ? Awaiting.Now.DONE : Awaiting.Now.READY;
  }

  /** Does work that a generator does within {@code emit} too. */
  void serve(Work work) {
    switch (work) {
      case MAIL -> turns.handle(mailbox.take());
      case CONSUMERS -> {
        signals.clear(Signals.CONSUMER_LEFT);
        producerHalf.takeBackFromLeavers();
        if (producerHalf.hasLaneNews()) producerHalf.meetLanes();
      }
      case CANCEL_SUBSCRIPTION -> {
        LaneInlet<?> inlet = toCancel();
        if (inlet != null) consumerHalf.leave(inlet);
        if (toCancel() == null) signals.clear(Signals.CANCEL_ASKED);
      }
      case SUBSCRIBED -> {
        LaneInlet<?> inlet = consumerHalf.newcomer(turns.incarnation());
        if (inlet != null) turns.run("onSubscribe", () -> turns.role().subscribed(inlet));
      }
      case TIMER -> {
        TimerAction action = turns.timers().takeDue(nowNanos);
        turns.run("a timer", action::run);
      }
      case FLUSH -> producerHalf.flush();
      case INTAKE -> acceptFromOutside();
      case START, CANCEL, STOP, HOLD, RELEASE, KILL, LEAVE, TASKS, COMPLETE, TURN, SUBSCRIPTION_ENDED, FINISH, NOTHING ->
          throw new IllegalStateException(work + " is not to be served");
    }
    if (producerHalf != null) producerHalf.tellDropped();   // a generator may be in its one turn for ever
  }

  private Awaiting idle() {
    // No deconstruction here: before a switch over patterns, javac 21 makes a method of it that the verifier refuses.
    if (phase instanceof Phase.BackingOff backingOff) return new Awaiting.Timer(Awaiting.Now.BACKOFF, backingOff.untilNanos());
    Awaiting.Now what = switch (phase) {
      case Phase.Running running -> signals.has(Signals.PAUSED) ? Awaiting.Now.MAIL : turns.role().idle();
      case Phase.Draining draining -> producerHalf.isDelivered() ? Awaiting.Now.SETTLEMENT : Awaiting.Now.DEMAND;
      case Phase.Starting starting -> throw new IllegalStateException("a cell that starts does not wait");
      case Phase.BackingOff backingOff -> throw new IllegalStateException("a cell that backs off waits for the time");
      case Phase.Held held -> Awaiting.Now.RELEASE;
      case Phase.Ended endedPhase -> throw new IllegalStateException("a cell that has ended does not wait");
    };
    Timers timers = turns.timers();
    boolean hasTimer = phase instanceof Phase.Running && timers != null && !timers.isEmpty();
    return hasTimer ? new Awaiting.Timer(what, timers.nextNanos()) : what;
  }

  /** This thread has taken the place of one that did not come back from user code. */
  private void recover() {
    Thread old = replaced;
    replaced = null;
    isWithin = false;
    owner.tookOver(this, old);
    var killed = new StageKilled("stage " + path + " ignored its interrupt, and its thread was abandoned");
    boolean wasStarting = phase instanceof Phase.Starting;
    turns.recover(killed);
    if (leaving != null) {
      finish();
    } else if (heldToTell) {
      tellHeld();
    } else if (signals.has(Signals.CANCELLED) && turns.incarnation() > 0) {
      end(new StopReason.Stopped(), "cancel");
    } else if (!signals.has(Signals.HELD)) {
      signals.clear(Signals.KILLED);
      if (wasStarting || phase instanceof Phase.Running) crash(wasStarting ? "onStart" : "kill", killed);
    }
  }

  private void tellHeld() {
    heldToTell = false;
    owner.held(this, true);
  }

  private void hold() {
    signals.clear(Signals.HELD | Signals.RELEASED | Signals.KILLED);
    boolean waits = switch (phase) {
      case Phase.Running running -> true;
      case Phase.Starting starting -> true;
      case Phase.BackingOff backingOff -> true;
      case Phase.Held held -> true;
      case Phase.Draining draining -> false;
      case Phase.Ended over -> false;
    };
    if (!waits) {
      owner.held(this, false);
      return;
    }
    phase = new Phase.Held();
    heldToTell = true;
    turns.retire(new StopReason.GroupRestart(heldFor));
    tellHeld();
  }

  private void release() {
    signals.clear(Signals.RELEASED);
    phase = new Phase.Starting();
  }

  private void start() {
    boolean first = turns.incarnation() == 0;
    hasStartedWithin = true;
    turns.clearInterrupt();
    if (freshStart) {
      freshStart = false;
      turns.forgetStates();
    }
    try {
      turns.incarnate();
      if (!first) Thread.currentThread().setName(threadName());
      phase = new Phase.Running();
    } catch (Fence.Refused refused) {
      throw refused;
    } catch (Throwable failure) {
      startFailed(failure);
      return;
    }
    if (first) {   // a restart has nobody waiting
      owner.started(this);
      started.open();
    } else {
      owner.restarted(this);
    }
  }

  private void startFailed(Throwable failure) {
    turns.rollbackStates();
    if (turns.incarnation() > 0) {
      boolean isOurs = isToLeave() && failure instanceof InterruptedException;
      if (signals.has(Signals.CANCELLED) || isOurs && !signals.has(Signals.KILLED)) return;
      signals.clear(Signals.KILLED);
      crash("onStart", failure);
      return;
    }
    startFailure = failure;
    phase = new Phase.Ended(new StopReason.Crashed(failure));
    closeDoors(new Ending.Failed(failure, false), new StopReason.Crashed(failure));
    ended.open();
    started.open();
  }

  private void acceptFromOutside() {
    signals.clear(Signals.HANDED_IN);
    if (intake != null) accept(intake);
  }

  @SuppressWarnings("unchecked")
  private <O> void accept(Intake<O> intake) {
    intake.accept((ProducerHalf<O>) producerHalf);
  }

  @SuppressWarnings("unchecked")
  private <O> void close(Intake<O> intake) {
    intake.close((ProducerHalf<O>) producerHalf);
  }

  // ---- ends

  private void completeInput() {
    if (consumerHalf == null || turns.role().isCompleted()) {
      endNormally(new StopReason.Completed());
      return;
    }
    if (!inputEnded) {
      stopTakingTurns(new StopReason.Stopped());
      return;
    }
    Throwable failure = turns.attempt(turns.role()::inputCompleted);
    if (failure == null) endNormally(new StopReason.Completed());
    else if (!isCancelled()) crash("onComplete", failure);
  }

  /** The stage has done all there was to do, or wants to stop. A permanent one is restarted. */
  private void endNormally(StopReason reason) {
    if (options.restart() != Restart.PERMANENT) {
      stopTakingTurns(reason);
      return;
    }
    var onceTooOften = new IllegalStateException("permanent stage " + path + " has ended normally, once too often");
    switch (owner.completed(this, onceTooOften)) {
      case Verdict.Restart(var delayNanos) -> {
        inputEnded = false;
        awaitStart(delayNanos);
        turns.retire(reason);
      }
      case Verdict.Hold hold -> {
        inputEnded = false;
        phase = new Phase.Held();
        heldToTell = true;
        turns.retire(reason);
        tellHeld();
      }
      case Verdict.Resume resume -> throw new IllegalStateException("there is nothing to resume in a stage that has completed");
      case Verdict.End(var contained) -> {
        if (contained) stopTakingTurns(reason);
        else end(new StopReason.Crashed(onceTooOften), "completion", false);
      }
    }
  }

  private void awaitStart(long delayNanos) {
    phase = delayNanos > 0 ? new Phase.BackingOff(realm.time().nanos() + delayNanos) : new Phase.Starting();
  }

  private void subscriptionEnded(LaneInlet<?> inlet) {
    CancelPolicy policy = ConsumerHalf.policyOf(inlet);
    Ending ending = inlet.lane().ending();
    String producer = inlet.producer();
    consumerHalf.leave(inlet);
    signals.clear(Signals.INPUT_ENDED);
    if (consumerHalf.hasEnding()) signals.set(Signals.INPUT_ENDED);
    switch (ending) {
      case Ending.Completed completed -> {
        boolean last = consumerHalf.inlets().length == 0;
        if (policy == CancelPolicy.PERMANENT || policy == CancelPolicy.TRANSIENT && last) inputEnded = true;
      }
      case Ending.Failed(var cause, var contained) -> {
        if (policy == CancelPolicy.TEMPORARY) return;
        end(new StopReason.ProducerFailed(producer, cause), "the subscription to " + producer, contained);
      }
    }
  }

  /** Takes no more turns; what was emitted is still delivered. */
  void stopTakingTurns(StopReason reason) {
    if (intake != null) close(intake);
    if (consumerHalf != null) consumerHalf.close();
    turns.dropTimers();
    phase = new Phase.Draining(reason);
  }

  void crash(String during, Throwable cause) {
    boolean mayRestart = switch (phase) {
      case Phase.Running running -> true;
      case Phase.Starting starting -> true;
      case Phase.BackingOff backingOff -> false;
      case Phase.Held held -> false;
      case Phase.Draining draining -> false;
      case Phase.Ended endedPhase -> false;
    };
    Verdict verdict = mayRestart
        ? owner.crashed(this, turns.incarnation(), cause, during, turns.canSkip(during))
        : new Verdict.End(false);
    switch (verdict) {
      // The incarnation ends, the stage does not: lanes, demand, backlog, mailbox and states stay.
      case Verdict.Restart(var delayNanos) -> {
        awaitStart(delayNanos);
        turns.abandon(options.redelivery(), cause);
      }
      case Verdict.Hold hold -> {
        signals.clear(Signals.HELD);   // nobody has to ask any more
        phase = new Phase.Held();
        heldToTell = true;
        turns.abandon(options.redelivery(), cause);
        tellHeld();
      }
      case Verdict.Resume resume -> turns.resume(cause);
      case Verdict.End(var contained) -> end(new StopReason.Crashed(cause), during, contained);
    }
  }

  /** Gives up on an event, and tells the stage's handler. */
  void deadLetter(Object event, Throwable cause, int attempts) {
    deadLettered.add(1);
    var letter = new DeadLetter(event, cause, path, turns.incarnation(), attempts, realm.time().instant());
    owner.deadLettered(this, letter, options.deadLetters(), deadLettered.read());
  }

  private void end(StopReason reason, String during) {
    end(reason, during, false);
  }

  private void end(StopReason reason, String during, boolean contained) {
    leaving = new Leaving(reason, during, contained);
    turns.stop(reason);
    finish();
  }

  /** How a cell ends. */
  private record Leaving(StopReason reason, String during, boolean contained) {}

  /** The last incarnation is over. */
  private void finish() {
    StopReason reason = leaving.reason();
    String during = leaving.during();
    boolean contained = leaving.contained();
    Ending ending = switch (reason) {
      case StopReason.Crashed(var cause) -> new Ending.Failed(cause, contained);
      case StopReason.ProducerFailed(var producer, var cause) -> new Ending.Failed(cause, contained);
      case StopReason.GroupRestart groupRestart -> throw new IllegalStateException("a group restart does not end a stage");
      case StopReason.Completed completed -> new Ending.Completed();
      case StopReason.Replaced replaced -> new Ending.Completed();
      case StopReason.Stopped stopped -> during.equals("cancel")
          ? new Ending.Failed(new CancellationException("stage " + path + " was cancelled"), contained)
          : new Ending.Completed();
    };
    boolean neverStarted = turns.incarnation() == 0;   // a later Starting is a restart, of which the owner is told
    if (turns.tasks() != null) lastTaskThreads = turns.tasks().threads();
    phase = new Phase.Ended(reason);
    closeDoors(ending, reason);
    if (producerHalf != null) producerHalf.tellDropped();
    if (neverStarted) {
      startFailure = new CancellationException("stage " + path + " was cancelled before it had started");
      started.open();
    } else {
      owner.ended(this, producerHalf == null ? snapshot() : producerHalf.lastSnapshot(), reason, during, contained);
    }
    turns.letGo();   // who keeps the handle or the scope keeps neither the behaviour nor what its timers hold
    ended.open();
  }

  private void closeDoors(Ending ending, StopReason reason) {
    if (intake != null) close(intake);
    if (consumerHalf != null) consumerHalf.close();
    if (producerHalf != null) producerHalf.close(ending);
    Control refused = mailbox.close();
    while (refused != null) {
      Control next = refused.older;
      refused.refuse(reason);
      refused = next;
    }
  }
}
