package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.api.EventFunction;
import stage.runtime.bridge.AbandonableFunction;
import stage.runtime.time.Activity;
import stage.runtime.time.Faults;
import stage.runtime.time.Handles;

/**
 * An event that a thread of its own works on, and then what came of it.
 *
 * <p>The thread of an attempt and one that interrupts it settle by compare-and-set who was first: either the attempt is
 * over, and is not interrupted any more, or its thread gets no other event, so that a late interrupt finds nobody.
 */
final class EventTask<I, O> {
  /** What has become of an event. */
  enum Fate {
    /** For the one before it of the same key, or for its turn to start. */
    WAITING,
    RUNNING,
    HANDLED,
    DEAD_LETTERED,
    DROPPED;

    boolean isFinished() {
      return this != WAITING && this != RUNNING;
    }
  }

  private static final VarHandle STATE = Handles.of(MethodHandles.lookup(), "state", int.class);
  private static final int OVER = 0;
  private static final int RUNNING = 1;
  private static final int INTERRUPTED = 2;

  private final TaskThreads<I, O> threads;
  private final EventFunction<I, O> function;
  final I event;
  final TaskWindow<I, O> window;
  final Object key;                   // null if events have none

  private volatile int state;             // of this attempt; RUNNING by the cell or by a thread that goes on with it,
                                          // OVER by its thread, INTERRUPTED by any
  private volatile boolean isGivenUp;     // any thread: set, and never cleared
  private volatile boolean isLeft;        // its subscription was given up; the cell; read by its thread as it begins
  // the cell, before it is RUNNING; read by any thread; null without one
  private volatile TaskRunner<I, O> runner;

  // written by the cell, or by the thread that goes on with it, before its runner has it
  int attempts;
  long sinceNanos;                    // when this attempt began
  long number;                        // of this attempt, among all of the cell

  // written by its thread before it pushes it, then the cell's
  EventTask<I, O> next;               // with which its thread has gone on; null for none
  EventTask<I, O> earlier;            // finished before this one
  O result;
  Throwable failure;
  private boolean isAbandoned;

  // the cell
  EventTask<I, O> later;              // the next in the queue that it stands in
  EventTask<I, O> nextInWindow;
  Fate fate = Fate.WAITING;
  boolean isEmitted;

  EventTask(TaskThreads<I, O> threads, EventFunction<I, O> function, TaskWindow<I, O> window, I event, Object key) {
    this.threads = threads;
    this.function = function;
    this.window = window;
    this.event = event;
    this.key = key;
  }

  // ---- the cell's thread

  /** An attempt is about to begin on the runner's thread. Also on that thread, if it goes on with this one. */
  void runsOn(TaskRunner<I, O> its) {
    runner = its;
    state = RUNNING;
  }

  /** The attempt is over, or could not begin. */
  void runsNoLonger() {
    runner = null;
  }

  /** {@return on what it runs, or has run and is still to be collected; null otherwise} Any thread. */
  TaskRunner<I, O> runner() {
    return runner;
  }

  /** {@return whether the thread that has finished it can go on with another event} */
  boolean leavesItsThread() {
    return state == OVER && !isAbandoned;
  }

  /** {@return whether it was finished for its thread, which did not heed its interrupt} */
  boolean isAbandoned() {
    return isAbandoned;
  }

  /** {@return whether the attempt is not over} Any thread. */
  boolean isRunning() {
    return state != OVER;
  }

  boolean isLeft() {
    return isLeft;
  }

  /** Its subscription is given up: what it does is in vain. */
  void leave() {
    isLeft = true;
    interrupt();   // volatile, behind that; see run
  }

  // ---- the thread of the attempt

  /** {@return whether its thread has gone on with another one} */
  boolean run() {
    // An interrupt that came before is missing if this thread took it for one that the event before was meant to get,
    // or was about to take this event from the line. Volatile, behind RUNNING; in leave the other way round, so one
    // of the two sees the other.
    if (isLeft || state == INTERRUPTED) Thread.currentThread().interrupt();
    O made = null;
    Throwable thrown = null;
    try {
      Faults faults = threads.cell().time().faults();
      if (faults != null) faults.before(threads.cell().machine(), Activity.EVENT_FUNCTION);
      made = made();
      if (made == null && function instanceof AbandonableFunction) return false;   // given up, finished by another
      if (made == null) throw new NullPointerException(
          "the function of stage " + threads.cell().path() + " returned null; an event is never null");
    } catch (Throwable failed) {
      thrown = failed;
    }
    Thread.interrupted();   // what it leaves behind is not for the next event; before this thread can have that
    return finish(made, thrown);
  }

  private O made() throws Exception {
    return function instanceof AbandonableFunction<I, O> abandonable ? abandonable.apply(event, this::finishInstead)
        : function.apply(event);
  }

  /** Its thread does not heed its interrupt. On another one; that thread will not finish it. */
  private void finishInstead(O made) {
    isAbandoned = true;
    finish(made, null);
  }

  /** The attempt could not begin. The cell's thread. */
  void fail(Throwable noThread) {
    finish(null, noThread);
  }

  private boolean finish(O made, Throwable thrown) {
    result = made;
    failure = thrown;
    boolean isFree = STATE.compareAndSet(this, RUNNING, OVER);   // unless it is INTERRUPTED; see interrupt
    // one that failed may be tried again, before the next one begins
    EventTask<I, O> following = isFree && thrown == null && !isAbandoned ? runner.goOn() : null;
    next = following;
    threads.push(this);
    return following != null;
  }

  // ---- any thread

  /** Interrupts it if it runs, again if it was interrupted before. */
  private void interrupt() {
    if ((int) STATE.compareAndExchange(this, RUNNING, INTERRUPTED) == OVER) return;
    TaskRunner<I, O> its = runner;   // volatile, behind the state, before which it was written
    if (its != null) threads.cell().time().interrupt(its.thread());
  }

  /** It is not tried again, and interrupted if it runs. */
  void giveUp() {
    isGivenUp = true;
    interrupt();   // volatile, after the flag; where an attempt begins the other way round, so one sees the other
  }

  boolean isGivenUp() {
    return isGivenUp;
  }

  /** An attempt has begun: one that was given up before is interrupted. Volatile, after the state; see giveUp. */
  void heedGivingUp() {
    if (isGivenUp) interrupt();
  }
}
