package stage.runtime.simulation;

import java.util.List;
import java.util.Locale;
import stage.runtime.time.Driver;
import stage.runtime.time.StepMachine;
import stage.runtime.time.Time;
import stage.runtime.time.WaitTimes;
import stage.runtime.time.WaitState;

/**
 * Steps a machine in a simulation. Like a real thread, it announces that it is about to park, checks once more for
 * work, and only then parks; other machines may be stepped in between.
 *
 * <p>Used only by the running simulated thread.
 */
public final class SimulatedDriver implements Driver, Schedulable {
  private static final int SPURIOUS = 16;
  private static final long REST_NANOS = 50_000;

  private enum State {
    AWAKE,
    ABOUT_TO_PARK,
    PARKED,
    RESTING,
    DONE
  }

  private final SimulatedTime time;
  private final SimulationScheduler scheduler;
  private final StepMachine machine;
  private ThreadIdentity run;               // null before the start
  private State state = State.AWAKE;
  private WaitState next = WaitState.Kind.READY;   // what the last step returned
  private boolean hasOnlyParked; // whether its last step did nothing else
  private boolean interrupted;   // between steps
  // the thread that runs the current step, or all steps of a machine with something around them; null for none
  private SimulatedThread steppedBy;
  private Wait parked;           // the wait of user code within a step; null for none
  private Time.Alarm alarm;      // null without one
  private final WaitTimes waits = new WaitTimes();
  private WaitState noted = WaitState.Kind.READY;   // the wait that waits has counted

  SimulatedDriver(SimulatedTime time, StepMachine machine) {
    this.time = time;
    this.scheduler = time.scheduler();
    this.machine = machine;
  }

  /** {@return the machine that it steps} */
  public StepMachine machine() {
    return machine;
  }

  /** {@return whether its last step only checked whether it may park, without stepping the machine} */
  public boolean hasOnlyParked() {
    return hasOnlyParked;
  }

  @Override
  public void start() {
    state = State.AWAKE;
    note(WaitState.Kind.READY);
    interrupted = false;
    steppedBy = null;
    parked = null;
    if (machine.hasAround()) {
      startThread();
      return;
    }
    run = ThreadIdentity.named(machine.threadName());
    time.begins(run.thread());
    scheduler.isReady(this);
  }

  @Override
  public void replaceThread() {
    start();
  }

  private boolean isRun(ThreadIdentity mine) {
    return run == mine && !scheduler.isOver();
  }

  @Override
  public boolean isCurrent() {
    return run != null && scheduler.current() == run && !scheduler.isOver();
  }

  // ---- a machine that is stepped by the driving thread

  /** Makes one step, or parks. */
  void go(SimulatedThread stepper) {
    if (state == State.ABOUT_TO_PARK) {
      park();
      hasOnlyParked = true;
      return;
    }
    ThreadIdentity mine = run;
    WaitState answer = step(mine, stepper);
    hasOnlyParked = false;   // only now: while a step waited, its replacement may have parked
    steppedBy = isRun(mine) ? null : steppedBy;
    if (run != mine || scheduler.isOver()) {
      time.ends(mine.thread());
      return;
    }
    next = answer;
    if (answer == WaitState.Kind.DONE) {
      isDone();
      time.ends(mine.thread());
      return;
    }
    if (answer != WaitState.Kind.READY) state = State.ABOUT_TO_PARK;
    scheduler.isReady(this);
  }

  private WaitState step(ThreadIdentity mine, SimulatedThread stepper) {
    steppedBy = stepper;
    scheduler.current(mine);
    if (interrupted) Thread.currentThread().interrupt();
    interrupted = false;
    WaitState answer = step();
    boolean left = stepper.takeInterrupt();
    if (run == mine) interrupted = left;
    return answer;
  }

  /** Makes a step. Returns what the machine lacks then. */
  private WaitState step() {
    WaitState answer = machine.step(time.nanos());
    if (answer != WaitState.Kind.IDLE) return answer;
    try {
      return machine.waitsFor(answer);
    } catch (OutOfMemoryError full) {
      return WaitState.Kind.READY;   // as the driver of a thread, which looks again when it cannot park
    }
  }

  private void isDone() {
    state = State.DONE;
    if (alarm != null) alarm.cancel();
  }

  /** Announces that it parks, and checks once more. */
  private void park() {
    if (interrupted || isWokenForNothing() || !hasParked()) {
      interrupted = false;   // between turns, an interrupt is only a wake-up
      state = State.AWAKE;
      scheduler.isReady(this);
    }
  }

  private boolean isWokenForNothing() {
    return time.options().spuriousWakeUps() && time.choices().next(SPURIOUS) == 1;
  }

  private boolean hasParked() {
    if (machine.wantsRest(time)) {
      state = State.RESTING;
      if (!machine.mayRest()) return false;
      arm(time.nanos() + REST_NANOS);
      return true;
    }
    state = State.PARKED;
    if (machine.isReady(time.nanos())) return false;
    if (next instanceof WaitState.Timer(var what, var atNanos)) arm(atNanos);
    note(next);
    return true;
  }

  private void arm(long atNanos) {
    if (alarm != null) alarm.cancel();
    alarm = time.at(atNanos, this::wake);
  }

  // ---- a machine whose steps have something around them: they run on a thread of their own

  private void startThread() {
    Thread thread = time.startThread(machine.threadName(), this::runSteps);
    run = new ThreadIdentity(thread);
  }

  private void runSteps() {
    steppedBy = scheduler.running();
    ThreadIdentity mine = run;
    scheduler.current(mine);
    while (isRun(mine) && state != State.DONE) machine.around(() -> steps(mine));
  }

  private void steps(ThreadIdentity mine) {
    while (true) {
      time.pass();
      if (!isRun(mine)) return;
      next = step();
      if (time.isTraced()) time.tell(this);
      if (!isRun(mine) || next == WaitState.Kind.REENTRY) return;
      if (next == WaitState.Kind.DONE) {
        isDone();
        return;
      }
      if (next == WaitState.Kind.READY) continue;
      time.pass();
      if (!isRun(mine)) return;
      try {
        await(next);
      } catch (InterruptedException wakeUp) {
        // between turns, an interrupt is only a wake-up
      }
    }
  }

  // ---- user code that waits within a step

  @Override
  public void await(WaitState what) throws InterruptedException {
    state = State.PARKED;
    next = what;
    if (machine.isReady(time.nanos())) {
      state = State.AWAKE;
      if (Thread.interrupted()) throw new InterruptedException("interrupted while awaiting " + what);
      return;
    }
    Wait wait = scheduler.waitFor(nameOf(what));
    parked = wait;
    note(what);
    if (what instanceof WaitState.Timer(var now, var atNanos)) arm(atNanos);
    try {
      scheduler.blockUntilInterrupted(wait);
    } finally {
      if (parked == wait) {
        parked = null;
        state = State.AWAKE;
        note(WaitState.Kind.READY);
      }
    }
  }

  private static String nameOf(WaitState what) {
    return switch (what) {
      case WaitState.Kind now -> now.toString().toLowerCase(Locale.ROOT);
      case WaitState.Timer(var now, var atNanos) -> now.toString().toLowerCase(Locale.ROOT) + " or a timer";
    };
  }

  @Override
  public void breatheIfBusy() {
    // no thread is kept waiting: the simulation chooses which one runs next
  }

  // ---- called by other threads

  @Override
  public void wake() {
    scheduler.ensureInside();
    if (state != State.PARKED && state != State.RESTING || scheduler.isOver()) return;
    state = State.AWAKE;
    note(WaitState.Kind.READY);
    if (parked != null) scheduler.grant(parked);
    else scheduler.isReady(this);
  }

  @Override
  public void wakeUnlessResting() {
    if (state != State.RESTING) wake();
  }

  @Override
  public void interrupt() {
    if (steppedBy != null) {
      scheduler.interrupt(steppedBy);
    } else if (state == State.PARKED || state == State.RESTING) {
      wake();
    } else {
      interrupted = run != null;
    }
  }

  @Override
  public void resetThread(String name) {
    Thread its = run.thread();
    its.setName(name);
    ClassLoader loader = machine.contextClassLoader();
    if (loader != null) its.setContextClassLoader(loader);
  }

  @Override
  public WaitState awaiting() {
    return state == State.PARKED ? next : WaitState.Kind.READY;
  }

  @Override
  public WaitTimes.Reading waits(long nowNanos) {
    return waits.read(nowNanos);
  }

  /** Records what it waits for from now on. */
  private void note(WaitState what) {
    if (noted != WaitState.Kind.READY) waits.ends(noted, time, machine.isWatched());
    noted = what;
    if (what != WaitState.Kind.READY) waits.begins(what, time, true);
  }

  @Override
  public Thread thread() {
    return run == null ? null : run.thread();
  }

  /**
   * {@return whether it belongs in the explanation of a standstill: it is alive, and its user code does not wait, which
   * would be listed instead}
   */
  boolean isWorthExplaining(List<Wait> waits) {
    return run != null && state != State.DONE && parked == null && waits.stream().noneMatch(wait -> wait.who() == run);
  }

  /** {@return its state} */
  String standing() {
    return name() + " " + where() + machine.describe();
  }

  /** {@return what its last step did, and its state since} */
  @Override
  public String toString() {
    boolean hasDoneNothing = hasOnlyParked || state == State.ABOUT_TO_PARK;
    return name() + " " + (hasDoneNothing ? where() : machine.lastStep()) + machine.describe();
  }

  private String name() {
    return WaitReport.nameOf(run == null ? machine.threadName() : run.thread().getName());
  }

  private String where() {
    return switch (state) {
      case AWAKE -> "can go on";
      case ABOUT_TO_PARK -> "is going to wait for " + nameOf(next);
      case PARKED -> "waits for " + nameOf(next);
      case RESTING -> "rests";
      case DONE -> "has ended";
    };
  }
}
