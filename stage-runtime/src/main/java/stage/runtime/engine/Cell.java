package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import stage.api.CancelPolicy;
import stage.api.ConsumerSpec;
import stage.api.DeadLetter;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEnded;
import stage.api.StageFactory;
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
  // Signals: what other threads tell a cell, each a bit of `signals`. A bit is set with a full fence, and then the carrier is woken.
  private static final int CANCELLED = 1;
  private static final int STOPPED = 1 << 1;
  private static final int PAUSED = 1 << 2;
  private static final int DRAINED = 1 << 3;
  static final int WOKEN_UP = 1 << 4;
  static final int CONSUMER_LEFT = 1 << 5;
  static final int CANCEL_ASKED = 1 << 6;
  static final int HANDED_IN = 1 << 7;

  private final String name;
  private final String path;
  private final Realm realm;
  private final CellOwner owner;
  private final StageOptions options;
  private final Carrier carrier;
  private final Mailbox mailbox;
  private final ConsumerHalf consumerHalf;        // null for producers and generators
  private final ProducerHalf<?> producerHalf;     // null for consumers
  private final boolean isGenerator;
  private final CellRef<S> ref;
  private final Gate started;
  private final Gate ended;

  private volatile int signals;                   // any thread, by bits
  private final Counter deadLettered = new Counter();
  private volatile Intake<?> intake;              // set once, under the realm's lock, by the first thread that emits from outside

  // written by the cell's thread only
  private volatile Phase phase = new Phase.Starting();
  private volatile int incarnation;
  private StageFactory<? extends S> factory;
  private S behaviour;
  private Role role;
  private Timers timers;                          // null until there was a timer
  private States states;                          // null until there was one
  private long nowNanos;
  private boolean inputEnded;                     // the last subscription has completed
  private boolean serving;                        // a generator is running a message or a timer within emit
  private Throwable generatorCrash;               // what threw there
  private Control.Replace replacement;            // what a generator is to make way for
  private Throwable startFailure;                 // read by the starter after the gate has opened

  private Cell(StageSpec<S> spec, String scope, Realm realm, CellOwner owner) {
    this.name = spec.name();
    this.path = scope + "/" + name;
    this.realm = realm;
    this.owner = owner;
    this.factory = spec.factory();
    this.options = spec.options();
    this.mailbox = new Mailbox(realm.time().room(spec.options().mailbox()));
    this.carrier = realm.time().carrier(this, spec.options().onPlatformThread());
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

  /** {@return whether it has not ended} */
  public boolean isAlive() {
    return !(phase instanceof Phase.Ended);
  }

  CellOwner owner() {
    return owner;
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
    return incarnation;
  }

  System.Logger logger() {
    return System.getLogger("stage." + path.replace('/', '.'));
  }

  @Override
  public String threadName() {
    return "stage:" + path + "#" + Math.max(1, incarnation);
  }

  StopReason endReason() {
    return switch (phase) {
      case Phase.Ended(var reason) -> reason;
      case Phase.Draining(var reason) -> reason;
      case Phase.Starting starting -> null;
      case Phase.BackingOff backingOff -> null;
      case Phase.Running running -> null;
    };
  }

  StageSnapshot.Status status() {
    return switch (phase) {
      case Phase.Starting starting -> StageSnapshot.Status.STARTING;
      case Phase.Running running -> isSignalled(PAUSED) ? StageSnapshot.Status.PAUSED : StageSnapshot.Status.RUNNING;
      case Phase.BackingOff backingOff -> StageSnapshot.Status.BACKING_OFF;
      case Phase.Draining draining -> StageSnapshot.Status.DRAINING;
      case Phase.Ended endedPhase -> StageSnapshot.Status.ENDED;
    };
  }

  /** {@return the numbers of this instant} */
  public StageSnapshot snapshot() {
    List<SubscriptionSnapshot> inputs = consumerHalf == null
        ? List.of()
        : Arrays.stream(consumerHalf.inlets()).map(inlet -> inlet.lane().snapshot()).toList();
    Awaiting awaiting = carrier.awaiting();
    String what = awaiting == Awaiting.Now.READY ? "RUNNING" : awaiting instanceof Awaiting.Timer timer ? timer.what() + " or a timer" : awaiting.toString();
    ProducerHalf<?> half = producerHalf;
    if (half == null) {
      return new StageSnapshot(path, status(), incarnation, what, mailbox.size(), 0, 0, 0, 0,
          deadLettered.read(), 0, 0, inputs, List.of());
    }
    List<SubscriptionSnapshot> outputs = Arrays.stream(half.lanes()).map(Lane::snapshot).toList();
    boolean alive = isAlive();
    return new StageSnapshot(path, status(), incarnation, what, mailbox.size(), alive ? half.waiting.read() : 0,
        half.emitted.read(), half.dropped.read(), half.skipped.read(), deadLettered.read(), half.returned.read(),
        alive ? 0 : half.waiting.read(), inputs, outputs);
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
        if (interrupted) Thread.currentThread().interrupt();
        return startFailure;
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

  void signal(int bit) {
    SIGNALS.getAndBitwiseOr(this, bit);   // volatile; pairs with the announcement of the carrier
    carrier.wake();
  }

  private void clear(int bit) {
    SIGNALS.getAndBitwiseAnd(this, ~bit);
  }

  private boolean isSignalled(int bit) {
    return (signals & bit) != 0;
  }

  boolean isCancelled() {
    return isSignalled(CANCELLED) || isGenerator && isSignalled(STOPPED);
  }

  /** Asks it to end normally. */
  public void stop() {
    signal(STOPPED);
    if (isGenerator && !carrier.isCurrent()) carrier.interrupt();   // its one turn would go on for ever
  }

  /** Asks it to end when all that is in flight has been handled: producers stop, consumers end with their subscriptions. */
  public void drain() {
    clear(PAUSED);
    if (isConsumer()) signal(DRAINED);
    else stop();
  }

  /** Tells it to give up what it is doing. */
  public void cancel() {
    signal(CANCELLED);
    carrier.interrupt();
  }

  void pause() {
    signal(PAUSED);
  }

  void resume() {
    clear(PAUSED);
    VarHandle.fullFence();   // pairs with the announcement of the carrier
    carrier.wake();
  }

  StopReason join() throws InterruptedException {
    ensureForeignThread("join()");
    ended.await();
    return endReason();
  }

  Object ask(Control.Asked question) throws InterruptedException {
    ensureForeignThread("call() and replace()");
    if (!mailbox.put(question)) throw new StageEnded(path, endReason());
    nudge();
    question.answered().await();
    return question.result(path);
  }

  Object ask(Control.Asked question, long timeoutNanos) throws InterruptedException, TimeoutException {
    ensureForeignThread("call()");
    if (!mailbox.put(question)) throw new StageEnded(path, endReason());
    nudge();
    if (!question.answered().await(timeoutNanos)) {
      throw new TimeoutException("stage " + path + " has not answered in time; it is " + status() + " and awaits " + carrier.awaiting());
    }
    return question.result(path);
  }

  void send(Control message) throws InterruptedException {
    boolean accepted;
    if (carrier.isCurrent()) {
      if (!mailbox.tryTakeRoom()) {
        throw new IllegalStateException("the mailbox of stage " + path + " is full, and its own thread cannot wait for room");
      }
      accepted = mailbox.push(message);
    } else {
      accepted = mailbox.put(message);
    }
    if (!accepted) throw new StageEnded(path, endReason());
    nudge();
  }

  /** The mailbox's own compare-and-set is the full fence that the wake-up wants. */
  private void nudge() {
    carrier.wake();
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
      signal(HANDED_IN);
    }
    // After the intake is visible: either the cell sees and closes it when it ends, or this sees that the cell has ended.
    if (!isAlive()) throw new StageEnded(path, endReason());
    return (Intake<O>) there;
  }

  void ensureOwnThread(String what) {
    if (!carrier.isCurrent()) throw new WrongThread(what, threadName(), Thread.currentThread().getName());
  }

  void ensureForeignThread(String what) {
    if (carrier.isCurrent()) {
      throw new IllegalStateException(what + " on stage " + path + " would wait for itself, because it was called on the stage's own thread");
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
    return timers != null || phase instanceof Phase.BackingOff;
  }

  @Override
  public boolean wantsRest(Time time) {
    return consumerHalf != null && phase instanceof Phase.Running && role.wantsRest(time);
  }

  @Override
  public boolean mayRest() {
    return signals == 0 && !mailbox.hasMail() && role.mayRest();
  }

  @Override
  public Awaiting step(long nowNanos) {
    this.nowNanos = nowNanos;
    if (phase instanceof Phase.Ended) return Awaiting.Now.DONE;
    Work work = look(nowNanos);
    try {
      return work == Work.NOTHING ? idle() : perform(work);
    } catch (Throwable failure) {
      // User code is run where its exceptions are caught; what gets here came from a dispatcher's rule, or is our own fault.
      crash("the dispatcher", failure);
      return Awaiting.Now.READY;
    }
  }

  /** {@return the most urgent work} Looks only. */
  private Work look(long nowNanos) {
    int told = signals;
    if ((told & CANCELLED) != 0) return Work.CANCEL;
    return switch (phase) {
      case Phase.Starting starting -> (told & STOPPED) != 0 && incarnation > 0 ? Work.STOP : Work.START;
      case Phase.BackingOff(var untilNanos) -> {
        if ((told & STOPPED) != 0) yield Work.STOP;
        yield nowNanos - untilNanos >= 0 ? Work.START : Work.NOTHING;
      }
      case Phase.Running running -> lookWhileRunning(told, nowNanos);
      case Phase.Draining draining -> lookWhileDraining(told);
      case Phase.Ended endedPhase -> Work.NOTHING;
    };
  }

  private Work lookWhileRunning(int told, long nowNanos) {
    ProducerHalf<?> half = producerHalf;
    if ((told & STOPPED) != 0) return Work.STOP;
    if (!serving && mailbox.hasMail()) return Work.MAIL;
    if ((told & CONSUMER_LEFT) != 0 || half != null && half.hasLaneNews()) return Work.CONSUMERS;
    if ((told & (CANCEL_ASKED | DRAINED)) != 0 && toCancel() != null) return Work.CANCEL_SUBSCRIPTION;
    if (consumerHalf != null && consumerHalf.hasInletNews()) return Work.SUBSCRIBED;
    if (!serving && timers != null && timers.isDue(nowNanos)) return Work.TIMER;
    if (half != null && half.canFlush()) return Work.FLUSH;
    if ((told & HANDED_IN) != 0 || canGrant()) return Work.INTAKE;
    if (role.isCompleted()) return Work.COMPLETE;
    if ((told & WOKEN_UP) != 0) return Work.TURN;
    boolean paused = (told & PAUSED) != 0;
    // While a message emits for a generator, the demand that it waits for is what counts, not whether generate is to be called.
    if (!paused && (serving ? half.demand() > 0 : role.hasTurn())) return Work.TURN;
    if (consumerHalf != null) {
      if (inputEnded || (told & DRAINED) != 0 && consumerHalf.inlets().length == 0) return Work.COMPLETE;
      boolean stuck = paused || half != null && half.demand() == 0;
      if (consumerHalf.ended(stuck) != null) return Work.SUBSCRIPTION_ENDED;
    }
    return Work.NOTHING;
  }

  private Work lookWhileDraining(int told) {
    ProducerHalf<?> half = producerHalf;
    if (mailbox.hasMail()) return Work.MAIL;
    if (half == null) return Work.FINISH;
    if ((told & CONSUMER_LEFT) != 0 || half.hasLaneNews()) return Work.CONSUMERS;
    if (half.canFlush()) return Work.FLUSH;
    if (half.lanes().length == 0 || half.isDelivered() && half.isSettled()) return Work.FINISH;
    return Work.NOTHING;
  }

  private boolean canGrant() {
    Intake<?> there = intake;
    return there != null && there.canGrant(producerHalf);
  }

  /** {@return a subscription to give up: one that is to be cancelled, or, when the scope drains, one to a producer outside it that is idle} */
  private LaneInlet<?> toCancel() {
    if (consumerHalf == null) return null;
    LaneInlet<?> cancelled = consumerHalf.cancelled();
    if (cancelled != null || !isSignalled(DRAINED)) return cancelled;
    for (LaneInlet<?> inlet : consumerHalf.inlets()) {
      if (inlet.lane().producer().owner != owner && inlet.lane().available() == 0) return inlet;
    }
    return null;
  }

  private Awaiting perform(Work work) {
    switch (work) {
      case START -> start();
      case CANCEL -> end(new StopReason.Stopped(), "cancel");
      case STOP -> stopTakingTurns(new StopReason.Stopped());
      case COMPLETE -> completeInput();
      case TURN -> turn();
      case SUBSCRIPTION_ENDED -> subscriptionEnded(consumerHalf.ended(true));
      case FINISH -> end(((Phase.Draining) phase).reason(), "drain");
      case MAIL, CONSUMERS, CANCEL_SUBSCRIPTION, SUBSCRIBED, TIMER, FLUSH, INTAKE -> serve(work);
      case NOTHING -> throw new IllegalStateException("there is nothing to do");
    }
    return phase instanceof Phase.Ended ? Awaiting.Now.DONE : Awaiting.Now.READY;
  }

  /** Does work that a generator does within {@code emit} too. */
  private void serve(Work work) {
    switch (work) {
      case MAIL -> handle(mailbox.take());
      case CONSUMERS -> {
        clear(CONSUMER_LEFT);
        producerHalf.takeBackFromLeavers();
        if (producerHalf.hasLaneNews()) producerHalf.meetLanes();
      }
      case CANCEL_SUBSCRIPTION -> {
        LaneInlet<?> inlet = toCancel();
        if (inlet != null) consumerHalf.leave(inlet);
        if (toCancel() == null) clear(CANCEL_ASKED);
      }
      case SUBSCRIBED -> {
        LaneInlet<?> inlet = consumerHalf.newcomer(incarnation);
        if (inlet != null) runTurn("onSubscribe", () -> role.subscribed(inlet));
      }
      case TIMER -> {
        TimerAction action = timers.takeDue(nowNanos);
        runTurn("a timer", action::run);
      }
      case FLUSH -> producerHalf.flush();
      case INTAKE -> acceptFromOutside();
      case START, CANCEL, STOP, COMPLETE, TURN, SUBSCRIPTION_ENDED, FINISH, NOTHING ->
          throw new IllegalStateException(work + " is not to be served");
    }
  }

  private Awaiting idle() {
    if (phase instanceof Phase.BackingOff(var untilNanos)) return new Awaiting.Timer(Awaiting.Now.BACKOFF, untilNanos);
    Awaiting.Now what = switch (phase) {
      case Phase.Running running -> isSignalled(PAUSED) ? Awaiting.Now.MAIL : role.idle();
      case Phase.Draining draining -> producerHalf.isDelivered() ? Awaiting.Now.SETTLEMENT : Awaiting.Now.DEMAND;
      case Phase.Starting starting -> throw new IllegalStateException("a cell that starts does not wait");
      case Phase.BackingOff backingOff -> throw new IllegalStateException("a cell that backs off waits for the time");
      case Phase.Ended endedPhase -> throw new IllegalStateException("a cell that has ended does not wait");
    };
    boolean hasTimer = phase instanceof Phase.Running && timers != null && !timers.isEmpty();
    return hasTimer ? new Awaiting.Timer(what, timers.nextNanos()) : what;
  }

  private void start() {
    boolean first = incarnation == 0;
    try {
      incarnate(factory);
      if (!first) Thread.currentThread().setName(threadName());
      phase = new Phase.Running();
    } catch (Throwable failure) {
      rollbackStates();
      if (!first) {
        crash("onStart", failure);
        return;
      }
      startFailure = failure;
      phase = new Phase.Ended(new StopReason.Crashed(failure));
      closeDoors(new Ending.Failed(failure), new StopReason.Crashed(failure));
      ended.open();
    }
    started.open();
  }

  /** Makes a behaviour and starts it; the old one, if any, stays as it was if that fails. */
  private void incarnate(StageFactory<? extends S> factory) throws Exception {
    S fresh = factory.create();
    if (fresh == null) throw new IllegalStateException("the factory of stage " + path + " returned null; it must make a new behaviour");
    if (!realm.claim(fresh)) {
      throw new IllegalStateException("the factory of stage " + path + " returned a behaviour that is in use already, a "
          + fresh.getClass().getName() + "; it must make a new one each time");
    }
    Timers oldTimers = timers;
    timers = null;
    try {
      fresh.onStart(new CellContext(this, incarnation + 1));
    } catch (Throwable failure) {
      realm.release(fresh);
      timers = oldTimers;
      rollbackStates();
      throw failure;
    }
    commitStates();
    incarnation++;
    this.factory = factory;
    behaviour = fresh;
    role = Role.of(fresh, this);
    if (consumerHalf != null) consumerHalf.reincarnated();
  }

  // ---- turns

  private interface Turn {
    void run() throws Exception;
  }

  private void turn() {
    if (isSignalled(WOKEN_UP)) {
      clear(WOKEN_UP);
      role.wakeUp();
      if (isSignalled(PAUSED) || !role.hasTurn()) return;
    }
    Thread.interrupted();   // what was left over from an earlier turn is nobody's business now
    if (isCancelled()) return;   // its interrupt may just have been cleared, and is not sent twice
    beginTurn();
    try {
      role.turn();
      // A generator that was told to make way may clean up and return: that completes nothing.
      if (isLeaving()) throw new CancellationException("stage " + path + " has left its turn");
    } catch (Throwable failure) {
      role.rollback();
      rollbackStates();
      turnFailed(failure);
      return;
    }
    commit(role.callback());
  }

  /** Every subscription that was accepted before this counts in the turn. */
  private void beginTurn() {
    if (producerHalf != null && producerHalf.hasLaneNews()) producerHalf.meetLanes();
    role.beginTurn();
  }

  /** Publishes and settles what a turn did. */
  private boolean commit(String during) {
    try {
      role.commit();
      commitStates();
      return true;
    } catch (Throwable failure) {
      rollbackStates();
      role.rollback();   // a dispatcher's rule is wrong, and nothing was published
      crash(during, failure);
      return false;
    }
  }

  private void turnFailed(Throwable failure) {
    if (generatorCrash != null) {
      crash("a message", generatorCrash);
    } else if (replacement != null) {
      Control.Replace asked = replacement;
      replacement = null;
      replaceBehaviour(asked);
    } else if (isCancelled()) {
      Thread.interrupted();
      if (isSignalled(STOPPED) && !isSignalled(CANCELLED)) stopTakingTurns(new StopReason.Stopped());
    } else {
      crash(role.callback(), failure);
    }
  }

  /** Forgets an old interrupt, but for the one of a cancel: that is sent once. */
  private void clearInterrupt() {
    if (Thread.interrupted() && isCancelled()) Thread.currentThread().interrupt();
  }

  /** Runs user code of a message or a timer as a turn. What it throws is a crash. */
  private void runTurn(String what, Turn body) {
    Throwable failure = tryTurn(body);
    if (failure == null) return;
    if (isCancelled()) return;
    if (isGenerating()) {
      generatorCrash = failure;
      throw new CancellationException("stage " + path + " has crashed in " + what);
    }
    crash(what, failure);
  }

  /** {@return what the body threw, in which case its effects are undone; else null} */
  private Throwable tryTurn(Turn body) {
    clearInterrupt();
    boolean wasServing = serving;
    serving = true;
    try {
      beginTurn();
      body.run();
      role.commit();
      commitStates();
      return null;
    } catch (Throwable failure) {
      role.rollback();
      rollbackStates();
      return failure;
    } finally {
      serving = wasServing;
    }
  }

  private void handle(Control message) {
    switch (message) {
      case Control.Call call -> {
        Object[] answer = {null};
        Throwable failure = tryTurn(() -> answer[0] = call.function.apply(behaviour));
        if (failure == null) call.answer(answer[0]);
        else call.fail(failure);
      }
      case Control.Cast cast -> runTurn("a cast", () -> cast.action.accept(behaviour));
      case Control.CastEmit cast -> {
        // Nobody can know when a stage completes, so to come too late must not crash it: this is as a cast to one that has ended.
        if (!(phase instanceof Phase.Running) || role.isCompleted()) return;
        runTurn("a cast", () -> cast.action.accept(behaviour, outlet()));
      }
      case Control.Replace replace -> {
        if (!isGenerating()) {
          replaceBehaviour(replace);
        } else {
          replacement = replace;
          throw new CancellationException("stage " + path + " gets another behaviour");
        }
      }
    }
  }

  @SuppressWarnings("unchecked")
  private Outlet<Object> outlet() {
    return (Outlet<Object>) role.outlet();
  }

  private void replaceBehaviour(Control.Replace replace) {
    if (!(phase instanceof Phase.Running)) {
      replace.refuse(endReason());
      return;
    }
    S old = behaviour;
    try {
      @SuppressWarnings("unchecked")
      var typed = (StageFactory<? extends S>) replace.factory;
      incarnate(typed);
    } catch (Throwable failure) {
      if (isGenerator) role = Role.of(old, this);   // its generate() was left for the new one, so it begins again
      replace.fail(failure);
      return;
    }
    stopBehaviour(old, new StopReason.Replaced());
    Thread.currentThread().setName(threadName());
    replace.answer(null);
  }

  private void acceptFromOutside() {
    clear(HANDED_IN);
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

  StageContext.Timer addTimer(TimerAction action, long delayNanos, long periodNanos) {
    if (timers == null) timers = new Timers();
    return timers.add(action, realm.time().nanos() + delayNanos, periodNanos);
  }

  // ---- a generator's emit, in the middle of its one turn

  /** {@return whether a generator's turn is to end because of a message: one that crashed, or a replacement} */
  private boolean isLeaving() {
    return replacement != null || generatorCrash != null;
  }

  private boolean isGenerating() {
    return isGenerator && role.isGenerating();
  }

  /** {@return whether somebody wants something of a generator that is running} Asked for each event, so it looks at little. */
  boolean hasNews() {
    return signals != 0 || isLeaving() || mailbox.hasMail() || producerHalf.hasLaneNews() || timers != null || producerHalf.canFlush();
  }

  /** Does what others want, up to the next thing that has to wait. */
  void serveGenerator() {
    while (true) {
      if (isLeaving()) throw new CancellationException("stage " + path + " is to leave its turn, and was told so before");
      if (!(phase instanceof Phase.Running)) throw new CancellationException("stage " + path + " has stopped and emits no more");
      Work work = look(nowNanos = realm.time().nanos());
      switch (work) {
        case CANCEL, STOP -> throw new CancellationException("stage " + path + " is to stop");
        case MAIL, CONSUMERS, CANCEL_SUBSCRIPTION, SUBSCRIBED, TIMER, FLUSH, INTAKE -> serve(work);
        case TURN -> {
          if (!isSignalled(WOKEN_UP)) return;
          clear(WOKEN_UP);
        }
        case START, COMPLETE, SUBSCRIPTION_ENDED, FINISH -> throw new IllegalStateException("a generator that runs has no work " + work);
        case NOTHING -> {
          if (!isSignalled(PAUSED)) return;
          awaitInGenerator(Awaiting.Now.MAIL);
        }
      }
    }
  }

  /** Waits, within {@code emit}, until there is demand; does meanwhile what others want. */
  void awaitDemand() {
    while (producerHalf.demand() <= 0) {
      serveGenerator();
      if (producerHalf.demand() > 0) return;
      producerHalf.wakeAllConsumers();   // also those that rest until there are more events
      awaitInGenerator(Awaiting.Now.DEMAND);
    }
  }

  private void awaitInGenerator(Awaiting.Now what) {
    boolean hasTimer = !serving && timers != null && !timers.isEmpty();
    try {
      carrier.await(hasTimer ? new Awaiting.Timer(what, timers.nextNanos()) : what);
    } catch (InterruptedException e) {
      // Who interrupts a stage tells it why by a signal beside it; without one there is nothing to do.
      if (isCancelled()) throw new CancellationException("stage " + path + " is to stop");
    }
  }

  // ---- ends

  private void completeInput() {
    if (consumerHalf == null || role.isCompleted()) {
      stopTakingTurns(new StopReason.Completed());
      return;
    }
    if (!inputEnded) {
      stopTakingTurns(new StopReason.Stopped());
      return;
    }
    Throwable failure = tryTurn(role::inputCompleted);
    if (failure == null) stopTakingTurns(new StopReason.Completed());
    else if (!isCancelled()) crash("onComplete", failure);
  }

  private void subscriptionEnded(LaneInlet<?> inlet) {
    CancelPolicy policy = ConsumerHalf.policyOf(inlet);
    Ending ending = inlet.lane().ending();
    String producer = inlet.producer();
    consumerHalf.leave(inlet);
    switch (ending) {
      case Ending.Completed completed -> {
        boolean last = consumerHalf.inlets().length == 0;
        if (policy == CancelPolicy.PERMANENT || policy == CancelPolicy.TRANSIENT && last) inputEnded = true;
      }
      case Ending.Failed(var cause) -> {
        if (policy != CancelPolicy.TEMPORARY) end(new StopReason.ProducerFailed(producer, cause), "the subscription to " + producer);
      }
    }
  }

  /** Takes no more turns; what was emitted is still delivered. */
  private void stopTakingTurns(StopReason reason) {
    if (intake != null) close(intake);
    if (consumerHalf != null) consumerHalf.close();
    timers = null;
    phase = new Phase.Draining(reason);
  }

  private void crash(String during, Throwable cause) {
    boolean mayRestart = switch (phase) {
      case Phase.Running running -> true;
      case Phase.Starting starting -> true;
      case Phase.BackingOff backingOff -> false;
      case Phase.Draining draining -> false;
      case Phase.Ended endedPhase -> false;
    };
    Verdict verdict = mayRestart ? owner.crashed(this, incarnation, cause, during, options.restart()) : new Verdict.End();
    switch (verdict) {
      case Verdict.Restart(var delayNanos) -> restart(cause, delayNanos);
      case Verdict.End over -> end(new StopReason.Crashed(cause), during);
    }
  }

  /** The incarnation ends, the stage does not: lanes, demand, backlog, mailbox and states stay. */
  private void restart(Throwable cause, long delayNanos) {
    timers = null;
    generatorCrash = null;
    if (behaviour != null) {
      stopBehaviour(behaviour, new StopReason.Crashed(cause));
      behaviour = null;
      role.redeliver(options.redelivery(), cause);
    }
    phase = delayNanos > 0 ? new Phase.BackingOff(realm.time().nanos() + delayNanos) : new Phase.Starting();
  }

  /** Gives up on an event, and tells the stage's handler. */
  void deadLetter(Object event, Throwable cause, int attempts) {
    deadLettered.add(1);
    try {
      options.deadLetters().handle(new DeadLetter(event, cause, path, incarnation, attempts), deadLettered.read());
    } catch (Throwable failure) {
      report("the dead-letter handler of stage " + path + " threw; the letter stays counted", failure);
    }
  }

  States states() {
    if (states == null) states = new States(this);
    return states;
  }

  void commitStates() {
    if (states != null) states.commit();
  }

  private void rollbackStates() {
    if (states != null) states.rollback();
  }

  /** In the middle of a turn: publishes, keeps states, and settles the next events of a batch. */
  void commitPoint(LaneInlet<?> inlet, int events) {
    role.commitOutput();
    boolean asked = inlet.settleNext(events);
    commitStates();
    if (asked) {
      VarHandle.fullFence();   // pairs with the announcement of the producer's carrier
      inlet.lane().producer().carrier().wake();
    }
  }

  private void end(StopReason reason, String during) {
    if (behaviour != null) stopBehaviour(behaviour, reason);
    Ending ending = switch (reason) {
      case StopReason.Crashed(var cause) -> new Ending.Failed(cause);
      case StopReason.ProducerFailed(var producer, var cause) -> new Ending.Failed(cause);
      case StopReason.Completed completed -> new Ending.Completed();
      case StopReason.Replaced replaced -> new Ending.Completed();
      case StopReason.Stopped stopped -> during.equals("cancel")
          ? new Ending.Failed(new CancellationException("stage " + path + " was cancelled"))
          : new Ending.Completed();
    };
    boolean neverStarted = phase instanceof Phase.Starting;
    phase = new Phase.Ended(reason);
    closeDoors(ending, reason);
    if (neverStarted) {
      startFailure = new CancellationException("stage " + path + " was cancelled before it had started");
      started.open();
    } else {
      owner.ended(this, producerHalf == null ? snapshot() : producerHalf.lastSnapshot(), reason, during);
    }
    behaviour = null;   // who keeps the handle or the scope keeps neither the behaviour nor what its timers hold
    role = null;
    timers = null;
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

  private void stopBehaviour(S old, StopReason reason) {
    Thread.interrupted();
    try {
      old.onStop(reason);
    } catch (Throwable failure) {
      report("onStop of stage " + path + " threw", failure);
    }
    realm.release(old);
  }

  private static final VarHandle SIGNALS;

  static {
    try {
      SIGNALS = MethodHandles.lookup().findVarHandle(Cell.class, "signals", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
