package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import stage.runtime.time.Activity;
import stage.runtime.time.Driver;
import stage.runtime.time.Faults;
import stage.runtime.time.Handles;
import stage.runtime.time.ShortLock;
import stage.runtime.time.StepMachine;
import stage.runtime.time.Time;

/**
 * Stands between a cell and the user code that its thread runs: while a thread is in user code, another one may take
 * its place, and what the first does after that is refused.
 */
final class Handover {
  // The word is even while the cell's thread is in the engine and odd while it is in user code. Entering user code adds
  // one, and so does the end of a stay there, so an odd word names one stay of one thread in user code. Either that
  // thread ends the stay or a thread that takes over does: the one whose compare-and-set succeeds.
  //
  // A replaced thread finds an even word, or the odd word of its successor. The successor was made current before it
  // could enter user code, so in that case the replaced thread sees that it is no longer current.
  //
  // A generator may stay in user code forever. Its chores, the work that does not need its behaviour, are then done by
  // the thread that wants them done: it borrows the cell, which makes the word negative, and afterwards restores the
  // word. If the cell's thread comes back meanwhile, it waits for the lock that borrowers hold. A thread that finds the
  // cell's thread in the engine leaves the chores to it. That thread sets wanted and then reads the word again; the
  // cell's thread enters user code (word) and then reads wanted. Both fields are volatile, so one sees the other.

  /**
   * Thrown through everything that a replaced thread has on its stack; the engine lets it pass and touches nothing.
   */
  static final class Refused extends Error {
    private static final long serialVersionUID = 1L;

    private Refused(String message) {
      super(message, null, false, false);
    }
  }

  /** What a thread that wants something done may do itself while the cell's thread is in user code. */
  private static final class Chores {
    private final Runnable work;                             // does it
    private final ShortLock borrowing = new ShortLock();     // held by a thread that has borrowed the cell
    private volatile boolean wanted;                         // whether there may be something to do: any thread

    Chores(Runnable work) {
      this.work = work;
    }
  }

  /**
   * What few of many cells ever need: the threads that were replaced, how much of them was refused, and the chores of a
   * generator.
   */
  static final class Rest {
    private static final VarHandle REFUSED = Handles.of(MethodHandles.lookup(), "refused", long.class);

    private final Chores chores;                         // null except for a generator
    private volatile List<Thread> threads = List.of();   // the thread that takes over, one at a time
    private volatile long refused;                       // any thread, atomically

    Rest(Chores chores) {
      this.chores = chores;
    }
  }

  private static final VarHandle WORD = Handles.of(MethodHandles.lookup(), "word", int.class);
  private static final VarHandle SINCE = Handles.of(MethodHandles.lookup(), "sinceNanos", long.class);
  private static final VarHandle CALLBACKS = Handles.of(MethodHandles.lookup(), "callbacks", long.class);
  private static final VarHandle REST = Handles.of(MethodHandles.lookup(), "rest", Rest.class);

  private static final int BORROWED = Integer.MIN_VALUE;

  private final Driver driver;
  private final StepMachine machine;
  private final Faults faults;     // null in production
  private final Time time;
  private Activity name;           // the cell's thread: the callback that began last; published by the word
  private long callbacks;          // the cell's thread: how many have begun; opaque, since nothing is ordered by it
  private long sinceNanos;         // the cell's thread; opaque; when the callback began; 0 if the clock was not read
  private volatile CallbackTimes times;   // the cell's thread; null until someone has watched, or one took long
  private volatile int word;       // the cell's thread, one that takes over or borrows, by compare-and-set
  private int left;                // the cell's thread: the word as it was when that left user code last
  // set once, by the thread that needs it first; of a generator before its start
  private volatile Rest rest;

  Handover(Driver driver, StepMachine machine, Time time) {
    this.driver = driver;
    this.machine = machine;
    this.faults = time.faults();
    this.time = time;
  }

  /** The cell's thread enters a named callback, which a simulation may make fail. */
  void enter(Activity what) {
    if (faults != null) faults.before(machine, what);
    name = what;
    CALLBACKS.setOpaque(this, callbacks + 1);
    boolean isWatched = machine.isWatched();
    CallbackTimes there = isWatched ? times() : times;
    // generate is no turn: it lasts as long as its incarnation, and turns run within it
    if (there != null) there.begins(isWatched && what != Activity.GENERATE ? machine.turnBegins(what) : null);
    boolean isTimed = isWatched || CallbackTimes.isSampled(callbacks) || there != null && there.areLong();
    if (isTimed) SINCE.setOpaque(this, time.nanos() | 1);   // never 0, and wrong by a nanosecond at most
    else if (sinceNanos != 0) SINCE.setOpaque(this, 0L);
    enter();
  }

  private CallbackTimes times() {
    CallbackTimes there = times;
    if (there == null) times = there = new CallbackTimes();
    return there;
  }

  /** The way back from {@link #enter(Activity)}. */
  void leave(Activity what) {
    leave();
    if (sinceNanos != 0) tookTime(time.nanos() - sinceNanos);
    left(what);
  }

  /** As {@link #leave(Activity)}, but it does not count how long that took, and no simulation makes it fail. */
  void leaveUncounted() {
    leave();
    CallbackTimes there = times;
    Object begun = there == null ? null : there.ends();
    if (begun != null) machine.ends(begun);
  }

  private void tookTime(long nanos) {
    SINCE.setOpaque(this, 0L);
    if (times == null && nanos < CallbackTimes.LONG_NANOS) return;   // as it is for most cells: they hold no times
    Object begun = times().ends(name, nanos);
    if (begun != null) machine.ends(begun);
  }

  /**
   * The cell's thread goes back into a callback that it had left for the engine, or for another callback within it.
   */
  void enterAgain(Activity what) {
    name = what;
    enter();
  }

  /** {@return how many callbacks have begun} Any thread. */
  long callbacks() {
    return (long) CALLBACKS.getOpaque(this);
  }

  /** {@return when the callback began that is running; 0 if that is not known} Any thread. */
  long sinceNanos() {
    return (long) SINCE.getOpaque(this);
  }

  /** {@return how long callbacks took, as far as they were timed} Any thread. */
  CallbackTimes callbackTimes() {
    CallbackTimes there = times;
    return there == null ? CallbackTimes.NONE : there;
  }

  /** {@return the name of the callback that is running; empty while the thread is in the engine} Any thread. */
  String callback() {
    while (true) {
      // pairs with the release in enter: a reader of the stay sees its name
      int stay = (int) WORD.getAcquire(this) & Integer.MAX_VALUE;
      if ((stay & 1) == 0) return "";
      String name = this.name.text();   // of this stay, or a later one
      VarHandle.loadLoadFence();   // the name is read before the word is read again
      if (((int) WORD.getOpaque(this) & Integer.MAX_VALUE) == stay) return name;
    }
  }

  /** The cell's thread has left user code, which a simulation may make fail here. */
  void left(Activity what) {
    if (faults != null) faults.after(machine, what);
  }

  /** The cell's thread enters user code. */
  void enter() {
    int stay = word + 1 & Integer.MAX_VALUE;
    Chores chores = chores();
    if (chores == null) {
      // pairs with the compare-and-set in takeOver: the thread that takes over sees all that was done before
      WORD.setRelease(this, stay);
      return;
    }
    word = stay;
    if (chores.wanted) doChores();
  }

  /** The cell may stay in user code forever, and there is work to do meanwhile. Called before the cell is started. */
  void hasChores(Runnable chores) {
    rest = new Rest(new Chores(chores));
  }

  /**
   * Sees to work that needs no behaviour. The calling thread does it while the cell's thread is in user code; otherwise
   * the cell's thread does it before it enters user code again. Any thread, after it has published what the work reads.
   */
  void doChores() {
    Chores chores = chores();
    if (chores == null) return;
    chores.wanted = true;
    while (chores.wanted && (word & 1) == 1) {
      chores.borrowing.lock();
      try {
        int stay = word;
        // volatile; pairs with the write in enter
        if ((stay & 1) == 0 || !WORD.compareAndSet(this, stay, stay | BORROWED)) continue;
        chores.wanted = false;
        try {
          chores.work.run();
        } finally {
          WORD.setRelease(this, stay);   // pairs with the compare-and-set in leave
        }
      } finally {
        chores.borrowing.unlock();
      }
    }
  }

  /**
   * The calling thread comes back from user code.
   *
   * @throws Refused if another one has taken its place
   */
  void leave() {
    while (true) {
      int stay = word;
      if (stay < 0) {
        awaitBorrower();
        continue;
      }
      // A stack that was full has kept this thread from going back where it came from: it is in the engine still.
      if (stay == left && driver.isCurrent()) return;
      if ((stay & 1) == 0 || !driver.isCurrent()) break;
      // else it was borrowed, perhaps given back since, or taken over
      int inEngine = stay + 1 & Integer.MAX_VALUE;
      if (!WORD.compareAndSet(this, stay, inEngine)) continue;
      left = inEngine;
      return;
    }
    refuse();
    throw new Refused("thread " + Thread.currentThread().getName() + " was replaced, and what it does is refused");
  }

  private void awaitBorrower() {
    ShortLock borrowing = chores().borrowing;
    borrowing.lock();
    borrowing.unlock();
  }

  /**
   * {@return the number of the cell's thread's current stay in user code; even while it is in the engine}
   * Any thread.
   */
  int stay() {
    return word & Integer.MAX_VALUE;
  }

  /**
   * Replaces the cell's thread if it is in user code. Any thread, one at a time.
   *
   * @return whether it was
   */
  boolean takeOver(Thread old) {
    int stay = word;
    if (stay < 0 || (stay & 1) == 0) return false;
    // volatile; pairs with the release in enter
    if (!WORD.compareAndSet(this, stay, stay + 1 & Integer.MAX_VALUE)) return false;
    Rest there = rest();
    List<Thread> all = new ArrayList<>(there.threads);
    all.add(old);
    there.threads = List.copyOf(all);
    return true;
  }

  private Rest rest() {
    Rest there = rest;
    if (there != null) return there;
    var made = new Rest(null);
    return REST.compareAndSet(this, null, made) ? made : rest;   // volatile: it is seen whole
  }

  /** {@return what others may do; null except for a generator} Any thread. */
  private Chores chores() {
    Rest there = rest;
    return there == null ? null : there.chores;
  }

  boolean isReplaced(Thread thread) {
    Rest there = rest;
    return there != null && there.threads.contains(thread);
  }

  /** Counts something that a replaced thread wanted and did not get. */
  void refuse() {
    Rest.REFUSED.getAndAdd(rest(), 1L);
  }

  /** {@return how often something was refused} */
  long refused() {
    Rest there = rest;
    return there == null ? 0 : there.refused;
  }
}
