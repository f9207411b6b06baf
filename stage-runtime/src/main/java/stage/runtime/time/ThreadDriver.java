package stage.runtime.time;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that steps a machine and parks when the machine has nothing to do.
 *
 * <p>Parking is a handshake of two flags, as in Dekker's algorithm. The driver announces ({@code state = PARKING}),
 * issues a full fence, and then looks once more whether the machine is ready; a peer publishes, issues a full fence,
 * and then looks whether the driver has announced. Whatever the order, one of the two sees the other: no wake-up is
 * lost, and a peer of a running machine pays one read.
 *
 * <p>A machine that gets events one by one, in quick succession, would be woken for each of them, which costs its
 * producer ten times what the event does. Such a machine rests: it parks for a few dozen microseconds, in which only
 * what is urgent wakes it, and then takes what has gathered. Measured with a generator that does 65 ns of work per
 * event: 350 ns per event without rest, 80 with it.
 */
final class ThreadDriver implements Driver {
  private static final VarHandle STATE = Handles.of(MethodHandles.lookup(), "state", int.class);

  /** What a thread dump names as the reason for parking. */
  private enum WaitingFor {
    EVENTS,
    MORE_EVENTS,
    TURN,
    DEMAND,
    MAIL,
    SETTLEMENT,
    BACKOFF,
    RELEASE,
    LOOK
  }

  private static final int AWAKE = 0;
  private static final int RESTING = 1;
  private static final int PARKING = 2;
  private static final int BREATHING = 3;

  private static final int STEPS_PER_LOOK = 64;
  private static final long BUSY_STEP_NANOS = 50_000;
  private static final long BREATH_NANOS = 20_000_000;

  private static final long REST_NANOS = 50_000;

  // with 8, the consumers of a broadcast give up soon, and their producer too
  private static final int MOST_LUCK = 64;

  // measured with one to eight: a second and a third gain much, more than four nothing on most shapes
  private static final int MOST_YIELDS = 4;
  private static final int PARKS_PER_TRY = 32;

  /** Makes threads. */
  interface Threads {
    /** {@return a thread that is not started yet} */
    Thread thread(String name, boolean onPlatformThread, Runnable body);
  }

  private final Time time;
  private final Threads threads;
  private final StepMachine machine;
  private final boolean onPlatformThread;
  private volatile Thread thread;                                // written by the thread that starts it, or replaces it
  private final WaitTimes waits = new WaitTimes();               // written by the driver's thread
  private Time.Alarm alarm;                                      // the driver's thread only
  private long alarmAtNanos;                                     // the driver's thread only
  private int steps;                                             // the driver's thread only, as are the next two
  private long lookedNanos;
  private long breathedNanos;
  private byte yields;   // since there was something to do; the driver's thread only, as are the next two
  private byte luck;     // none at first: most stages that start have nothing to do for a while
  private byte parks;
  // set by the driver's thread; set to AWAKE by the thread that wakes it
  private volatile int state = AWAKE;

  ThreadDriver(Time time, Threads threads, StepMachine machine, boolean onPlatformThread) {
    this.time = time;
    this.threads = threads;
    this.machine = machine;
    this.onPlatformThread = onPlatformThread;
  }

  @Override
  public void start() {
    Thread fresh = threads.thread(machine.threadName(), onPlatformThread, new Loop(this));
    ClassLoader loader = machine.contextClassLoader();
    if (loader != null) fresh.setContextClassLoader(loader);
    thread = fresh;
    fresh.start();
  }

  @Override
  public void replaceThread() {
    // the state is AWAKE, since the old thread is in a step; its fields were handed over by who let it be replaced
    start();
  }

  /**
   * What its thread runs. It lets go of the driver as it begins, as a {@link ThreadBody}.
   *
   * <p>A parked virtual thread keeps its frames on the heap, where they are most of what an idle stage holds. So there
   * are few of them: this one, {@code steps}, {@code park}, and one of the {@code await} methods.
   */
  private static final class Loop implements Runnable {
    private ThreadDriver driver;   // set before the thread starts, cleared by that thread

    Loop(ThreadDriver driver) {
      this.driver = driver;
    }

    @Override
    public void run() {
      ThreadDriver its = driver;
      driver = null;
      its.breathedNanos = its.time.nanos();
      boolean isOver = false;   // of this thread: its successor has a loop of its own
      while (its.isCurrent() && !isOver) {
        try {
          isOver = its.machine.hasAround() ? its.stepsAround() : its.steps();
        } catch (Throwable broken) {
          if (!its.machine.outlives(broken)) throw broken;
        }
      }
    }
  }

  /** As {@link #steps}, within what the machine wants around them, which may throw when they are over. */
  private boolean stepsAround() {
    var steps = new Steps();
    try {
      machine.around(steps);
    } catch (Throwable broken) {
      if (!machine.outlives(broken)) throw broken;
    }
    return steps.isOver;
  }

  private final class Steps implements Runnable {
    private boolean isOver;

    @Override
    public void run() {
      isOver = steps();
    }
  }

  /** {@return whether this thread makes no more steps; otherwise they run again, for what is around them} */
  private boolean steps() {
    while (true) {
      try {
        WaitState lacks = step();
        if (lacks == WaitState.Kind.REENTRY) return false;
        if (lacks == WaitState.Kind.DONE || lacks == WaitState.Kind.REPLACED) return true;
        if (lacks != WaitState.Kind.READY) {
          if (!staysAwake()) park(lacks);
          Thread.interrupted();   // an interrupt between turns is only a wake-up: a cancel is told by a flag beside it
        }
      } catch (OutOfMemoryError full) {
        // Parking and setting an alarm take memory: a virtual thread's stack moves to the heap. If that fails, the
        // driver looks again, and tries again.
        STATE.setOpaque(this, AWAKE);   // as after parking
        waits.ends(WaitState.Kind.READY, time, false);
        if (!isCurrent()) return true;
      }
    }
  }

  /** Makes a step. Returns what the machine lacks then. */
  private WaitState step() {
    if (++steps % STEPS_PER_LOOK == 0) breatheIfBusy();
    WaitState next = machine.step(now());
    // From here on the alarm is its successor's. That may not be current yet, which the machine knows then.
    if (!isCurrent()) return WaitState.Kind.REPLACED;
    if (next == WaitState.Kind.DONE && alarm != null) alarm.cancel();
    if (next == WaitState.Kind.READY && yields > 0) tellOfYielding(true);
    return next;
  }

  /** Lets others go first, or rests, if that is better than to park. */
  private boolean staysAwake() {
    if (yields == 0 && machine.wantsRest(time)) rest();
    else if (mayYield()) yieldBeforeNextStep();
    else return false;
    return true;
  }

  /** The next step looks whether that has helped. */
  private void yieldBeforeNextStep() {
    yields++;
    Thread.yield();   // a few times before it parks, see mayYield
  }

  @Override
  public void await(WaitState what) throws InterruptedException {
    if (++steps % STEPS_PER_LOOK == 0) breatheIfBusy();
    // others have gone on meanwhile: what it lacks may be something else
    if (!isHelpedByYielding()) park(what);
    if (Thread.interrupted()) throw new InterruptedException("interrupted while awaiting " + what);
  }

  /** The clock is read only where a machine looks at it: it costs a tenth of a turn for one event. */
  private long now() {
    return machine.keepsTime() ? time.nanos() : 0;
  }

  // Two stages that hand over little at a time work for a fraction of what it costs to park a thread and to unpark it.
  // If the one that is about to give this one something to do waits for the same processor, it suffices to let it go
  // first: this stage then has something to do and has not parked, and nobody had to look for a processor to wake it
  // on. If it is at work on another processor, a few yields last about as long as its turn, and keep this processor
  // from falling asleep. Tried before each park while it helps now and then, and now and then while it does not. It is
  // no way of waiting: a thread that yields until there is something to do keeps others from a processor.

  private boolean mayYield() {
    if (yields > 0) return yields < MOST_YIELDS;
    return !onPlatformThread && (luck > 0 || ++parks % PARKS_PER_TRY == 0);
  }

  private void tellOfYielding(boolean hasHelped) {
    yields = 0;
    luck = (byte) (hasHelped ? MOST_LUCK : Math.max(0, luck - 1));
  }

  /** Lets others go first. Returns whether there is something to do afterwards. */
  private boolean isHelpedByYielding() {
    if (!mayYield()) return false;
    Thread.yield();   // once: if that does not help, it parks
    boolean isHelped = machine.isReady(now());
    tellOfYielding(isHelped);
    return isHelped;
  }

  /** Parks until someone wakes this driver, the timer is due, or the thread is interrupted. */
  private void park(WaitState before) {
    if (yields > 0) tellOfYielding(false);
    state = PARKING;
    // pairs with the one before wake(): what the look below misses is followed by a wake-up; it reads with acquire
    VarHandle.fullFence();
    if (!machine.isReady(now())) {
      WaitState what = machine.waitsFor(before);
      boolean isWatched = machine.isWatched();
      Object begun = isWatched ? machine.waitBegins(WaitTimes.nowOf(what)) : null;
      waits.begins(what, time, isWatched);
      if (what instanceof WaitState.Timer(var now, var atNanos)) arm(atNanos);
      switch (WaitTimes.nowOf(what)) {
        case EVENTS -> awaitEvents();
        case DEMAND -> awaitDemand();
        case MAIL -> awaitMail();
        case SETTLEMENT -> awaitSettlement();
        case BACKOFF -> awaitBackoff();
        case RELEASE -> awaitRelease();
        case LOOK -> awaitLook();
        case READY, IDLE, REENTRY, REPLACED, DONE ->
            throw new IllegalStateException("a machine that is " + what + " must not be parked");
      }
      waits.ends(what, time, machine.isWatched());
      if (begun != null) machine.ends(begun);
    }
    // a peer that still sees the announcement wakes a driver that is awake, which is harmless
    STATE.setOpaque(this, AWAKE);
  }

  /** Parks for a short time, in which only {@link #wake} wakes this driver. */
  private void rest() {
    state = RESTING;
    VarHandle.fullFence();   // as in park
    if (machine.mayRest()) {
      long since = time.nanos();
      Time.Alarm end = time.at(since + REST_NANOS, new WakeUp());
      awaitMoreEvents();
      end.cancel();
      if (machine.isWatched()) waits.add(WaitState.Kind.EVENTS, time.nanos() - since);
    }
    STATE.setOpaque(this, AWAKE);   // as after parking
  }

  private void awaitMoreEvents() {
    while (state == RESTING && !Thread.currentThread().isInterrupted()) LockSupport.park(WaitingFor.MORE_EVENTS);
  }

  // Fairness. The JDK's scheduler prefers what a carrier thread of its own has queued, and virtual threads that unpark
  // each other queue each other there. As many busy pipelines as there are cores would keep every other virtual thread
  // out, forever: one that is just being started, for instance. So a busy stage now and then has itself unparked by a
  // platform thread, which puts it at the end of the queue that all share. Tried with 50 pipelines on 2 cores: without
  // it, the third was never started.

  @Override
  public void breatheIfBusy() {
    if (onPlatformThread) return;
    long now = time.nanos();
    boolean isBusy = now - lookedNanos < STEPS_PER_LOOK * BUSY_STEP_NANOS;
    lookedNanos = now;
    if (!isBusy || now - breathedNanos < BREATH_NANOS) return;
    state = BREATHING;
    time.at(now, new EndOfBreath());
    awaitTurn();
    STATE.setOpaque(this, AWAKE);   // as after parking
    breathedNanos = time.nanos();
    // it was ready, and others had the processor
    if (machine.isWatched()) waits.add(WaitState.Kind.READY, breathedNanos - now);
  }

  private final class EndOfBreath implements Runnable {
    @Override
    public void run() {
      endBreath();
    }
  }

  private void endBreath() {
    if (STATE.compareAndSet(this, BREATHING, AWAKE)) LockSupport.unpark(thread);
  }

  private void awaitTurn() {
    while (state == BREATHING && !Thread.currentThread().isInterrupted()) LockSupport.park(WaitingFor.TURN);
  }

  /** Not a method reference: the first alarm may be that of a backoff on a full heap, where linking fails for good. */
  private final class WakeUp implements Runnable {
    @Override
    public void run() {
      wake();
    }
  }

  /** Sets the alarm, unless one that is due no later is still to come. */
  private void arm(long atNanos) {
    if (alarm != null && alarmAtNanos - atNanos <= 0 && alarmAtNanos - time.nanos() > 0) return;
    if (alarm != null) alarm.cancel();
    alarm = null;   // should the next line throw, there is none
    alarm = time.at(atNanos, new WakeUp());
    alarmAtNanos = atNanos;
  }

  // One method per reason, so that a plain stack trace explains a parked stage.

  private void awaitEvents() {
    while (mayPark()) LockSupport.park(WaitingFor.EVENTS);
  }

  private void awaitDemand() {
    while (mayPark()) LockSupport.park(WaitingFor.DEMAND);
  }

  private void awaitMail() {
    while (mayPark()) LockSupport.park(WaitingFor.MAIL);
  }

  private void awaitSettlement() {
    while (mayPark()) LockSupport.park(WaitingFor.SETTLEMENT);
  }

  private void awaitBackoff() {
    while (mayPark()) LockSupport.park(WaitingFor.BACKOFF);
  }

  private void awaitRelease() {
    while (mayPark()) LockSupport.park(WaitingFor.RELEASE);
  }

  private void awaitLook() {
    while (mayPark()) LockSupport.park(WaitingFor.LOOK);
  }

  private boolean mayPark() {
    return state == PARKING && !Thread.currentThread().isInterrupted();
  }

  @Override
  public void wake() {
    int now = state;
    if ((now == PARKING || now == RESTING) && STATE.compareAndSet(this, now, AWAKE)) unpark(now);
  }

  /** Should that throw, on a full stack or heap, the next one to wake this driver must not take it for awake. */
  private void unpark(int announced) {
    try {
      LockSupport.unpark(thread);
    } catch (Throwable full) {
      STATE.compareAndSet(this, AWAKE, announced);
      throw full;
    }
  }

  @Override
  public void wakeUnlessResting() {
    if (state == PARKING && STATE.compareAndSet(this, PARKING, AWAKE)) unpark(PARKING);
  }

  @Override
  public void interrupt() {
    Thread running = thread;
    if (running != null) running.interrupt();
  }

  @Override
  public boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  @Override
  public void resetThread(String name) {
    Thread its = Thread.currentThread();
    its.setName(name);
    ClassLoader loader = machine.contextClassLoader();
    if (loader != null) its.setContextClassLoader(loader);
  }

  @Override
  public WaitState awaiting() {
    return waits.awaiting();
  }

  @Override
  public WaitTimes.Reading waits(long nowNanos) {
    return waits.read(nowNanos);
  }

  @Override
  public Thread thread() {
    return thread;
  }
}
