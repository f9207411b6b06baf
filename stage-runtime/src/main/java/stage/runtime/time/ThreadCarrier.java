package stage.runtime.time;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that steps a machine and parks when the machine has nothing to do.
 *
 * <p>Parking is a handshake of two flags, as in Dekker's algorithm. The carrier announces ({@code announced = true}, a volatile store) and
 * then looks once more whether the machine is ready; a peer publishes, issues a full fence, and then looks whether the carrier has
 * announced. Whatever the order, one of the two sees the other: no wake-up is lost, and a peer of a running machine pays one read.
 */
final class ThreadCarrier implements Carrier, Runnable {
  private static final VarHandle ANNOUNCED;
  private static final VarHandle AWAITING;

  static {
    try {
      ANNOUNCED = MethodHandles.lookup().findVarHandle(ThreadCarrier.class, "announced", boolean.class);
      AWAITING = MethodHandles.lookup().findVarHandle(ThreadCarrier.class, "awaiting", Awaiting.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What a thread dump names as the reason for parking. */
  private enum WaitingFor {
    EVENTS,
    DEMAND,
    MAIL,
    SETTLEMENT
  }

  private final RealTime time;
  private final Machine machine;
  private final boolean onPlatformThread;
  private volatile Thread thread;                                // written once, by the thread that starts it
  private Awaiting awaiting = Awaiting.Now.READY;               // written by the carrier's thread
  private Time.Alarm alarm;                                      // the carrier's thread only
  private long alarmAtNanos;                                     // the carrier's thread only
  private volatile boolean announced;                            // set by the carrier's thread, cleared by whoever wakes it

  ThreadCarrier(RealTime time, Machine machine, boolean onPlatformThread) {
    this.time = time;
    this.machine = machine;
    this.onPlatformThread = onPlatformThread;
  }

  @Override
  public void start() {
    String name = machine.threadName();
    thread = onPlatformThread
        ? Thread.ofPlatform().name(name).inheritInheritableThreadLocals(false).unstarted(this)
        : Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).unstarted(this);
    thread.start();
  }

  @Override
  public void run() {
    while (true) {
      Awaiting next = machine.step(now());
      if (next == Awaiting.Now.DONE) {
        if (alarm != null) alarm.cancel();
        return;
      }
      if (next != Awaiting.Now.READY) {
        park(next);
        if (Thread.interrupted()) continue;   // an interrupt between turns is only a wake-up: a cancel is told by a flag beside it
      }
    }
  }

  @Override
  public void await(Awaiting what) throws InterruptedException {
    park(what);
    if (Thread.interrupted()) throw new InterruptedException("interrupted while awaiting " + what);
  }

  /** The clock is read only where a machine looks at it: it costs a tenth of a turn for one event. */
  private long now() {
    return machine.keepsTime() ? time.nanos() : 0;
  }

  /** Parks until somebody wakes this carrier, the timer is due, or the thread is interrupted. */
  private void park(Awaiting what) {
    announced = true;   // pairs with the full fence before wake(): from here on, what the look below misses is followed by a wake-up
    if (!machine.isReady(now())) {
      AWAITING.setOpaque(this, what);   // for snapshots only; nothing is ordered by it
      switch (what) {
        case Awaiting.Now now -> parkFor(now);
        case Awaiting.Timer(var now, var atNanos) -> {
          arm(atNanos);
          parkFor(now);
        }
      }
      AWAITING.setOpaque(this, Awaiting.Now.READY);
    }
    ANNOUNCED.setOpaque(this, false);   // a peer that still sees the announcement wakes a carrier that is awake, which is harmless
  }

  /** Sets the alarm, unless one that is due no later is still to come. */
  private void arm(long atNanos) {
    if (alarm != null && alarmAtNanos - atNanos <= 0 && alarmAtNanos - time.nanos() > 0) return;
    if (alarm != null) alarm.cancel();
    alarmAtNanos = atNanos;
    alarm = time.at(atNanos, this::wake);
  }

  private void parkFor(Awaiting.Now what) {
    switch (what) {
      case EVENTS -> awaitEvents();
      case DEMAND -> awaitDemand();
      case MAIL -> awaitMail();
      case SETTLEMENT -> awaitSettlement();
      case READY, DONE -> throw new IllegalStateException("a machine that is " + what + " must not be parked");
    }
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

  private boolean mayPark() {
    return announced && !Thread.currentThread().isInterrupted();
  }

  @Override
  public void wake() {
    if (announced && ANNOUNCED.compareAndSet(this, true, false)) LockSupport.unpark(thread);
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
  public Awaiting awaiting() {
    return (Awaiting) AWAITING.getOpaque(this);
  }

  @Override
  public Thread thread() {
    return thread;
  }
}
