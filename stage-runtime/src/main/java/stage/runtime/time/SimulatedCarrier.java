package stage.runtime.time;

import java.util.List;
import java.util.Locale;

/**
 * Steps a machine of a simulation. As a thread does, it announces that it is about to park, looks once more whether there is something to do, and only
 * then parks; between a step and that, others may be stepped.
 *
 * <p>Whoever has the baton.
 */
public final class SimulatedCarrier implements Carrier, Ready {
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
  private final Baton baton;
  private final Machine machine;
  private Run run;               // null before the start
  private State state = State.AWAKE;
  private Awaiting next = Awaiting.Now.READY;   // what the last step answered
  private boolean hasOnlyParked; // whether that is all it did when it was stepped last
  private boolean interrupted;   // while no step is running
  private Strand strand;         // whose step is running, or, with something around, all of them; null for none
  private Wait parked;           // of a strand that waits within a step; null for none
  private Time.Alarm alarm;      // null without one

  SimulatedCarrier(SimulatedTime time, Machine machine) {
    this.time = time;
    this.baton = time.baton();
    this.machine = machine;
  }

  /** {@return what it steps} */
  public Machine machine() {
    return machine;
  }

  /** {@return whether the machine was left alone when this was stepped last, which only looked whether it may park} */
  public boolean hasOnlyParked() {
    return hasOnlyParked;
  }

  @Override
  public void start() {
    state = State.AWAKE;
    interrupted = false;
    strand = null;
    parked = null;
    if (machine.hasAround()) {
      startStrand();
      return;
    }
    run = Run.named(machine.threadName());
    time.begins(run.thread());
    baton.isReady(this);
  }

  @Override
  public void replaceThread() {
    start();
  }

  private boolean isRun(Run mine) {
    return run == mine && !baton.isOver();
  }

  @Override
  public boolean isCurrent() {
    return run != null && baton.current() == run && !baton.isOver();
  }

  // ---- a machine that is stepped by whoever drives

  /** Makes one step, or parks. */
  void go(Strand driver) {
    if (state == State.ABOUT_TO_PARK) {
      park();
      hasOnlyParked = true;
      return;
    }
    Run mine = run;
    Awaiting answer = step(mine, driver);
    hasOnlyParked = false;   // only now: in a step that waits, the one that replaces it may have parked
    strand = isRun(mine) ? null : strand;
    if (run != mine || baton.isOver()) {
      time.ends(mine.thread());
      return;
    }
    next = answer;
    if (answer == Awaiting.Now.DONE) {
      isDone();
      time.ends(mine.thread());
      return;
    }
    if (answer != Awaiting.Now.READY) state = State.ABOUT_TO_PARK;
    baton.isReady(this);
  }

  private Awaiting step(Run mine, Strand driver) {
    strand = driver;
    baton.current(mine);
    if (interrupted) Thread.currentThread().interrupt();
    interrupted = false;
    Awaiting answer = machine.step(time.nanos());
    boolean left = driver.takeInterrupt();
    if (run == mine) interrupted = left;
    return answer;
  }

  private void isDone() {
    state = State.DONE;
    if (alarm != null) alarm.cancel();
  }

  /** Announces, and looks once more. */
  private void park() {
    if (interrupted || isWokenForNothing() || !hasParked()) {
      interrupted = false;   // between turns, an interrupt is only a wake-up
      state = State.AWAKE;
      baton.isReady(this);
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
    if (next instanceof Awaiting.Timer(var what, var atNanos)) arm(atNanos);
    return true;
  }

  private void arm(long atNanos) {
    if (alarm != null) alarm.cancel();
    alarm = time.at(atNanos, this::wake);
  }

  // ---- a machine whose steps have something around them: they are made on a strand of their own

  private void startStrand() {
    Thread thread = time.startThread(machine.threadName(), this::runSteps);
    run = new Run(thread);
  }

  private void runSteps() {
    strand = baton.running();
    Run mine = run;
    baton.current(mine);
    while (isRun(mine) && state != State.DONE) machine.around(() -> steps(mine));
  }

  private void steps(Run mine) {
    while (true) {
      time.pass();
      if (!isRun(mine)) return;
      next = machine.step(time.nanos());
      if (time.isTraced()) time.tell(this);
      if (!isRun(mine) || next == Awaiting.Now.REENTRY) return;
      if (next == Awaiting.Now.DONE) {
        isDone();
        return;
      }
      if (next == Awaiting.Now.READY) continue;
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
  public void await(Awaiting what) throws InterruptedException {
    state = State.PARKED;
    next = what;
    if (machine.isReady(time.nanos())) {
      state = State.AWAKE;
      if (Thread.interrupted()) throw new InterruptedException("interrupted while awaiting " + what);
      return;
    }
    Wait wait = baton.waitFor(nameOf(what));
    parked = wait;
    if (what instanceof Awaiting.Timer(var now, var atNanos)) arm(atNanos);
    try {
      baton.blockUntilInterrupted(wait);
    } finally {
      if (parked == wait) {
        parked = null;
        state = State.AWAKE;
      }
    }
  }

  private static String nameOf(Awaiting what) {
    return switch (what) {
      case Awaiting.Now now -> now.toString().toLowerCase(Locale.ROOT);
      case Awaiting.Timer(var now, var atNanos) -> now.toString().toLowerCase(Locale.ROOT) + " or a timer";
    };
  }

  @Override
  public void breatheIfBusy() {
    // nobody is kept waiting: who runs next is chosen
  }

  // ---- what others do to it

  @Override
  public void wake() {
    baton.ensureInside();
    if (state != State.PARKED && state != State.RESTING || baton.isOver()) return;
    state = State.AWAKE;
    if (parked != null) baton.grant(parked);
    else baton.isReady(this);
  }

  @Override
  public void wakeUnlessResting() {
    if (state != State.RESTING) wake();
  }

  @Override
  public void interrupt() {
    if (strand != null) {
      baton.interrupt(strand);
    } else if (state == State.PARKED || state == State.RESTING) {
      wake();
    } else {
      interrupted = run != null;
    }
  }

  @Override
  public void rename(String name) {
    run.thread().setName(name);
  }

  @Override
  public Awaiting awaiting() {
    return state == State.PARKED ? next : Awaiting.Now.READY;
  }

  @Override
  public Thread thread() {
    return run == null ? null : run.thread();
  }

  /** {@return whether it belongs to the explanation of why nobody can go on: it lives, and its user code does not wait, which would be told of instead} */
  boolean isToExplain(List<Wait> waits) {
    return run != null && state != State.DONE && parked == null && waits.stream().noneMatch(wait -> wait.who() == run);
  }

  /** {@return where it stands} */
  String standing() {
    return name() + " " + where() + machine.story();
  }

  /** {@return what it did when it was stepped last, and where it stands since} */
  @Override
  public String toString() {
    boolean hasDoneNothing = hasOnlyParked || state == State.ABOUT_TO_PARK;
    return name() + " " + (hasDoneNothing ? where() : machine.deed()) + machine.story();
  }

  private String name() {
    return Situation.nameOf(run == null ? machine.threadName() : run.thread().getName());
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
