package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import stage.api.EventFunction;
import stage.runtime.bridge.AbandonableFunction;
import stage.runtime.time.Activity;
import stage.runtime.time.Faults;
import stage.runtime.time.Handles;

/**
 * An event that a thread of its own works on, and later the result.
 *
 * <p>The thread of an attempt and a thread that interrupts it race by compare-and-set: either the attempt is over first
 * and is not interrupted any more, or its thread gets no other event, so that a late interrupt hits nothing.
 */
final class EventTask<I, O> {
  /** What has become of an event. */
  enum Fate {
    /** Waits for the event before it of the same key, or to be started. */
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

  private volatile int state;             // of this attempt; set to RUNNING by the cell or by a thread that goes on
                                          // with it, to OVER by its thread, to INTERRUPTED by any thread
  private volatile boolean isGivenUp;     // set by any thread, and never cleared
  private volatile boolean isLeft;        // its subscription was given up; set by the cell; its thread reads it first
  // set by the cell before state is RUNNING; read by any thread; null if no thread has it
  private volatile TaskRunner<I, O> runner;

  // written by the cell, or by the thread that goes on with it, before the runner has it
  int attempts;
  long sinceNanos;                    // when this attempt began
  long number;                        // of this attempt, among all attempts of the cell

  // written by its thread before it pushes the task; after that the cell's
  EventTask<I, O> next;               // the task its thread has gone on with; null for none
  EventTask<I, O> earlier;            // finished before this one
  O result;
  Throwable failure;
  private boolean isAbandoned;

  // the cell
  EventTask<I, O> later;              // the next one in its queue
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

  /** An attempt is about to begin on the runner's thread. Also called on that thread, if it goes on with this task. */
  void runsOn(TaskRunner<I, O> its) {
    runner = its;
    state = RUNNING;
  }

  /** The attempt is over, or could not begin. */
  void runsNoLonger() {
    runner = null;
  }

  /** {@return its runner, from the attempt's start until it is collected; null otherwise} Any thread. */
  TaskRunner<I, O> runner() {
    return runner;
  }

  /** {@return whether the thread that has finished it can go on with another event} */
  boolean leavesItsThread() {
    return state == OVER && !isAbandoned;
  }

  /** {@return whether it was finished in place of its thread, which did not react to its interrupt} */
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

  /** Its subscription is given up: the result will not be used. */
  void leave() {
    isLeft = true;
    interrupt();   // volatile, after isLeft; see run
  }

  // ---- the thread of the attempt

  /** Handles the event, and returns whether its thread has gone on with another one. */
  boolean run() {
    // An earlier interrupt is missing if this thread took it for one meant for the event before, or if the thread was
    // just taking this event from the line. Volatile, after RUNNING; in leave it is the other way round, so one of the
    // two sees the other.
    if (isLeft || state == INTERRUPTED) Thread.currentThread().interrupt();
    O made = null;
    Throwable thrown = null;
    try {
      Faults faults = threads.cell().time().faults();
      if (faults != null) faults.before(threads.cell().machine(), Activity.EVENT_FUNCTION);
      made = made();
      if (made == null && function instanceof AbandonableFunction) return false;   // finished by another thread
      if (made == null) throw new NullPointerException(
          "the function of stage " + threads.cell().path() + " returned null; an event is never null");
    } catch (Throwable failed) {
      thrown = failed;
    }
    Thread.interrupted();   // so that the next event does not get it; before this thread can have that event
    return finish(made, thrown);
  }

  private O made() throws Exception {
    return function instanceof AbandonableFunction<I, O> abandonable ? abandonable.apply(event, new FinishInstead())
        : function.apply(event);
  }

  /** Finishes it on another thread, because its own does not react to its interrupt and never will finish it. */
  private final class FinishInstead implements Consumer<O> {
    @Override
    public void accept(O made) {
      isAbandoned = true;
      finish(made, null);
    }
  }

  /** The attempt could not begin. The cell's thread. */
  void fail(Throwable noThread) {
    finish(null, noThread);
  }

  private boolean finish(O made, Throwable thrown) {
    result = made;
    failure = thrown;
    boolean isFree = STATE.compareAndSet(this, RUNNING, OVER);   // unless it is INTERRUPTED; see interrupt
    // a failed one may be tried again before the next one begins
    EventTask<I, O> following = isFree && thrown == null && !isAbandoned ? runner.goOn() : null;
    next = following;
    threads.push(this);
    return following != null;
  }

  // ---- any thread

  /** Interrupts it if it runs, even if it was interrupted before. */
  private void interrupt() {
    if ((int) STATE.compareAndExchange(this, RUNNING, INTERRUPTED) == OVER) return;
    TaskRunner<I, O> its = runner;   // volatile, read after the state and written before it
    if (its != null) threads.cell().time().interrupt(its.thread());
  }

  /** Interrupts it if it runs; it is not tried again. */
  void giveUp() {
    isGivenUp = true;
    interrupt();   // volatile, after the flag; a beginning attempt does it the other way round, so one sees the other
  }

  boolean isGivenUp() {
    return isGivenUp;
  }

  /** An attempt has begun: interrupts it if it was given up before. Volatile, after the state; see giveUp. */
  void heedGivingUp() {
    if (isGivenUp) interrupt();
  }
}
