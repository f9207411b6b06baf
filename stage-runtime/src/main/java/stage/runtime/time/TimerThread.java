package stage.runtime.time;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Runs short actions at their time, on one platform daemon thread. It starts with the first of them, and ends when
 * there has been none for a while.
 *
 * <p>A platform thread, because virtual threads are not time-sliced: stages that spin on every carrier thread would
 * stop every timer, including the one that would cancel them.
 */
final class TimerThread {
  // No lock, for the same reason: a virtual thread that holds or waits for it could be kept from running by stages that
  // spin, and this thread would wait behind it. So entries are pushed onto a Treiber stack. The thread takes the whole
  // stack, reverses it, so that of two entries for the same time the first one goes first, and sorts them into a heap
  // that no other thread sees.
  //
  // Sleeping. The thread says until when it is going to sleep (wakesAt, then asleep), and then looks at the stack once
  // more; a thread that hands an entry in pushes it, and then checks whether the timer thread sleeps for too long. All
  // four are volatile, so one of the two sees the other. The end of the thread is the same handshake, with the field
  // thread in place of asleep. Cancelling only clears the action, at any time and by any thread. The cancelled entry
  // itself would stay until it is due, so the thread is woken to remove such entries once they are more than half of
  // all: often enough to bound them, and seldom enough to pay.

  private static final long NANOS_UNTIL_TRIED_AGAIN = 10_000_000;
  private static final int FEWEST_TO_THROW_OUT = 256;

  private static final VarHandle ARRIVED = handle(TimerThread.class, "arrived", Entry.class);
  private static final VarHandle THREAD = handle(TimerThread.class, "thread", Thread.class);
  private static final VarHandle ACTION = handle(Entry.class, "action", Runnable.class);

  private static VarHandle handle(Class<?> owner, String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).findVarHandle(owner, name, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** An action that waits for its time; of two for the same time, the one that was handed in first goes first. */
  private final class Entry implements Time.Alarm, Comparable<Entry> {
    private final long atNanos;
    // taken by the cancelling thread, or by the timer thread to run it; so a far timer holds on to nothing
    private volatile Runnable action;
    private long order;                 // the timer thread only
    private Entry next;                 // the thread that hands it in, then the timer thread

    private Entry(long atNanos, Runnable action) {
      this.atNanos = atNanos;
      this.action = action;
    }

    /** {@return what to run, once; null if it was cancelled} */
    private Runnable take() {
      return (Runnable) ACTION.getAndSet(this, null);
    }

    @Override
    public void cancel() {
      if (take() != null) noteCancelled();
    }

    @Override
    public int compareTo(Entry other) {
      long difference = atNanos - other.atNanos;   // a difference, because nanoTime may wrap
      return difference != 0 ? Long.signum(difference) : Long.compare(order, other.order);
    }
  }

  private final long idleNanos;
  private volatile Entry arrived;        // any thread pushes, the timer thread takes all
  // set by the thread that hands in the first entry; cleared by the timer thread at its end
  private volatile Thread thread;
  private volatile boolean asleep;       // the timer thread, as is the next
  private volatile long wakesAtNanos;
  private final AtomicInteger pending = new AtomicInteger();     // entries, those that were cancelled included
  private final AtomicInteger cancelled = new AtomicInteger();   // how many of them were
  // the timer thread only
  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long ordered;
  private Entry late;   // found the heap full, and others behind it

  TimerThread() {
    // for so long it may keep the class loader of an application that was undeployed
    this(TimeUnit.SECONDS.toNanos(2));
  }

  TimerThread(long idleNanos) {
    this.idleNanos = idleNanos;
  }

  // ---- any thread

  Time.Alarm at(long atNanos, Runnable action) {
    var entry = new Entry(atNanos, action);
    pending.getAndIncrement();
    Entry newest;
    do {
      newest = arrived;
      entry.next = newest;
    } while (!ARRIVED.compareAndSet(this, newest, entry));   // volatile: before the thread is looked at
    Thread running = thread;
    if (running == null) start(entry);
    else if (asleep && atNanos - wakesAtNanos < 0) LockSupport.unpark(running);
    return entry;
  }

  private void start(Entry first) {
    try {
      Thread fresh =
          Thread.ofPlatform().daemon().name("stage-timer").inheritInheritableThreadLocals(false).unstarted(new Body());
      // not that of the first caller, whose class loader could then never be unloaded
      fresh.setContextClassLoader(TimerThread.class.getClassLoader());
      if (!THREAD.compareAndSet(this, null, fresh)) {
        LockSupport.unpark(thread);   // someone else was faster
        return;
      }
      try {
        fresh.start();
      } catch (Throwable noThread) {
        thread = null;   // the next hand-in tries again
        throw noThread;
      }
    } catch (Throwable failure) {
      first.cancel();   // its owner is told that there is none
      throw failure;
    }
  }

  private void noteCancelled() {
    int count = cancelled.incrementAndGet();
    if (isWorthThrowingOut(count) && asleep) LockSupport.unpark(thread);
  }

  private boolean isWorthThrowingOut(int count) {
    return count >= FEWEST_TO_THROW_OUT && 2L * count > pending.get();
  }

  private boolean areAllCancelled() {
    return !entries.isEmpty() && cancelled.get() >= pending.get();
  }

  /** {@return how many entries are kept, those that were cancelled included} For tests. */
  int kept() {
    return pending.get();
  }

  /** {@return the thread; null if there is none now} For tests. */
  Thread thread() {
    return thread;
  }

  // ---- the timer thread

  // A nested class, not a method reference: should that be linked for the first time on a full heap, it would fail for
  // good, and there would never be a timer.
  private final class Body implements Runnable {
    @Override
    public void run() {
      TimerThread.this.run();
    }
  }

  private void run() {
    while (true) {
      try {
        Entry due = awaitDue();
        if (due == null) return;
        pending.getAndDecrement();
        Runnable action = due.take();
        if (action == null) cancelled.getAndDecrement();
        else run(due, action);
      // such as a heap of entries that must grow: those that were handed in are still in the stack
      } catch (OutOfMemoryError full) {
        LockSupport.parkNanos(NANOS_UNTIL_TRIED_AGAIN);
      }
    }
  }

  /** Whatever it throws, the other timers run when they are due. */
  private void run(Entry entry, Runnable action) {
    try {
      action.run();
    } catch (OutOfMemoryError full) {
      tryAgain(entry, action);
    } catch (Throwable broken) {
      tell(broken);
    }
  }

  /** Reports it as if this thread had died of it; as there, an exception of the handler is ignored. */
  private static void tell(Throwable broken) {
    Thread self = Thread.currentThread();
    try {
      self.getUncaughtExceptionHandler().uncaughtException(self, broken);
    } catch (Throwable handlerFailure) {
      broken.addSuppressed(handlerFailure);
    }
  }

  /** Each action may be run again, and its owner relies on it. Needs no memory. */
  private void tryAgain(Entry entry, Runnable action) {
    entry.action = action;
    entry.next = late;
    late = entry;
    pending.getAndIncrement();
  }

  private Entry takeLate() {
    Entry again = late;
    late = again.next;
    again.next = null;
    return again;
  }

  /** {@return the next entry when it is due; null if there has been none for so long that this thread is over} */
  private Entry awaitDue() {
    while (true) {
      sortIn();
      if (isWorthThrowingOut(cancelled.get()) || areAllCancelled()) throwOut();
      Entry next = entries.peek();
      long now = System.nanoTime();
      if (next != null && next.atNanos - now <= 0) return entries.poll();
      if (late != null) {
        sleepUntil(
            next == null ? now + NANOS_UNTIL_TRIED_AGAIN : Math.min(next.atNanos - now, NANOS_UNTIL_TRIED_AGAIN) + now,
            now);
        return takeLate();
      }
      // an entry that is far away may be cancelled meanwhile, which is no reason to wake this thread at once
      long latest = now + idleNanos;
      sleepUntil(next == null || next.atNanos - latest > 0 ? latest : next.atNanos, now);
      if (next == null && arrived == null && System.nanoTime() - now >= idleNanos && ends()) return null;
    }
  }

  /**
   * Takes what was handed in, the oldest first. An entry leaves the stack when it is in the heap: to grow takes memory.
   */
  private void sortIn() {
    Entry newest = (Entry) ARRIVED.getAndSet(this, null);
    Entry oldest = null;
    while (newest != null) {
      Entry older = newest.next;
      newest.next = oldest;
      oldest = newest;
      newest = older;
    }
    while (oldest != null) {
      Entry next = oldest.next;
      oldest.order = ordered++;
      try {
        entries.add(oldest);
      } catch (OutOfMemoryError full) {
        handBack(oldest);
        throw full;
      }
      oldest.next = null;
      oldest = next;
    }
  }

  /**
   * Puts entries back, the oldest first; newer ones may have come meanwhile, and one of them may then be run before an
   * older one for the same time.
   */
  private void handBack(Entry oldest) {
    while (oldest != null) {
      Entry next = oldest.next;
      Entry newest;
      do {
        newest = arrived;
        oldest.next = newest;
      } while (!ARRIVED.compareAndSet(this, newest, oldest));
      oldest = next;
    }
  }

  private final class IsCancelled implements Predicate<Entry> {
    @Override
    public boolean test(Entry entry) {
      return entry.action == null;
    }
  }

  private void throwOut() {
    int before = entries.size();
    entries.removeIf(new IsCancelled());
    int gone = before - entries.size();
    pending.getAndAdd(-gone);
    cancelled.getAndAdd(-gone);
  }

  private void sleepUntil(long untilNanos, long now) {
    wakesAtNanos = untilNanos;
    asleep = true;
    // Volatile, as the lines above: what was handed in, or cancelled, before this is seen; what is later sees that this
    // thread sleeps.
    if (arrived == null && !isWorthThrowingOut(cancelled.get())) LockSupport.parkNanos(this, untilNanos - now);
    asleep = false;
    Thread.interrupted();   // nobody has a reason to send one
  }

  /** {@return whether this thread is over} Not if somebody has handed in an entry, and has seen it, in this moment. */
  private boolean ends() {
    thread = null;
    if (arrived == null) return true;
    return !THREAD.compareAndSet(this, null, Thread.currentThread());   // or another one has been started
  }
}
