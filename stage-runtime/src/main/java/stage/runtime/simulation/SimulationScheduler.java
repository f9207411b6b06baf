package stage.runtime.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The baton of a simulation: only the thread that has it runs, and passes it on to whoever is chosen.
 *
 * <p>Machines are stepped, and tasks run, one after the other on the thread that drives the simulation. User code that
 * waits, be it the body of the simulation or something within a step, keeps its thread and leaves the baton to another
 * stepper; when what it waits for is there, it is one of those among which the next choice is made.
 *
 * <p>All fields belong to whoever has the baton.
 */
final class SimulationScheduler {
  private static final int MOVES_BETWEEN_LOOKS = 16;   // a look at each one costs 5 %
  private static final VarHandle MOVES;

  static {
    try {
      MOVES = MethodHandles.lookup().findVarHandle(SimulationScheduler.class, "moves", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SimulatedTime time;
  private final SimulationOptions options;
  private final SimulatedClock clock;
  private final RunQueue runQueue;
  private final List<Wait> waits = new ArrayList<>();
  private final ArrayDeque<SimulatedThread> idleDrivers = new ArrayDeque<>();
  private SimulatedThread main;
  private SimulatedThread running;
  private Schedulable chosen;            // for the next stepper; null for whoever it chooses itself
  private ThreadIdentity current;             // whose step it is; null for nobody's
  private long steps;
  private boolean interrupted;     // whether one that may wait was interrupted since it was looked for last
  private long moves;              // how often it was chosen who goes on
  private volatile SimulatedThread stuck;   // who has kept the baton for too long, by StandstillWatch; null for nobody
  private String failure;          // why it cannot go on
  private Throwable cause;         // of that; null if nothing was thrown
  private boolean over;
  // of a thread that is not part of it, by that; null if there was none
  private volatile IllegalStateException trespass;

  SimulationScheduler(SimulatedTime time, Choices choices, SimulationOptions options, SimulatedClock clock) {
    this.time = time;
    this.options = options;
    this.clock = clock;
    this.runQueue = new RunQueue(choices, options.runLength());
  }

  /** {@return how many steps there were} */
  long steps() {
    return steps;
  }

  /** {@return who runs; null in between} */
  SimulatedThread running() {
    return running;
  }

  /** {@return whose step it is; null for nobody's} */
  ThreadIdentity current() {
    return current;
  }

  void current(ThreadIdentity run) {
    current = run;
  }

  /** {@return whether there is nothing more to be done but to come to an end} */
  boolean isOver() {
    return over || failure != null;
  }

  /** {@return whether it is over} */
  boolean hasEnded() {
    return over;
  }

  // ---- the run

  /** Takes the baton, on the thread of the body. */
  void begin() {
    main = new SimulatedThread(Thread.currentThread());
    running = main;
  }

  /** Runs the body, on the thread that has begun. */
  void run(SimulatedTime.Body body) throws Throwable {
    try {
      body.run();
    } catch (SimulatedTime.CannotGoOn told) {
      throw told;
    } catch (Throwable thrown) {
      if (stuck == main) throw new SimulatedTime.CannotGoOn(failure, thrown);   // of the interrupt, most likely
      if (trespass != null) throw new SimulatedTime.CannotGoOn(trespass.getMessage(), trespass);
      throw thrown;
    }
    if (stuck == main) throw new SimulatedTime.CannotGoOn(failure, null);   // it did come back
    if (trespass != null) throw new SimulatedTime.CannotGoOn(trespass.getMessage(), trespass);
  }

  /** Lets all others come to their end. The body is over. */
  void end() {
    over = true;
    current = null;
    while (!waits.isEmpty()) {
      Wait wait = waits.removeFirst();
      if (wait.strand().thread().getState() == Thread.State.NEW) continue;
      wait.strand().hand();
      main.await();
    }
    while (!idleDrivers.isEmpty()) {
      idleDrivers.pop().hand();
      main.await();
    }
    running = null;
    if (stuck != null && stuck != main) stuck.thread().interrupt();   // for what it waits for will never come
    if (main.takeInterrupt()) Thread.currentThread().interrupt();
  }

  /**
   * The calling strand has nothing to do now: whoever is chosen gets the baton. A strand that waits gets it from here;
   * a driver is stepped, and a task run, by a stepper.
   *
   * @param mine what the calling strand waits for; null if it ends
   * @return whether it is itself the one that goes on
   */
  private boolean handOn(Wait mine) {
    current = null;
    if (over) {
      running = null;
      main.hand();
      return false;
    }
    Schedulable next = pickOrFail();
    if (next == mine) {
      goesOn(mine);
      return true;
    }
    running = null;
    if (next instanceof Wait wait) {
      give(wait);
      return false;
    }
    chosen = next;
    if (idleDrivers.isEmpty()) startDriver();
    else idleDrivers.pop().hand();
    return false;
  }

  private Schedulable pickOrFail() {
    try {
      return pick();
    } catch (Throwable bug) {
      fail("a step failed: " + bug.getMessage(), bug);   // what a timer has run
      return takeWaitOf(main);
    }
  }

  private void startDriver() {
    SimulatedThread[] strand = {null};
    strand[0] = new SimulatedThread(Thread.ofVirtual().name("stage-simulation").inheritInheritableThreadLocals(false)
        .unstarted(() -> drive(strand[0])));
    strand[0].hand();
    strand[0].thread().start();
  }

  private void drive(SimulatedThread me) {
    time.takeIn();
    me.await();
    while (!over) {
      running = me;
      try {
        Schedulable next = chosen != null ? chosen : pick();
        chosen = null;
        switch (next) {
          case SimulatedDriver driver -> step(driver, me);
          case SimulatedTask task -> run(task, me);
          case Wait wait -> resume(wait, me);
        }
        if (stuck == me) return;
      } catch (SimulationOver end) {
        break;
      } catch (Throwable bug) {
        if (stuck == me) return;
        if (over) break;   // it was let go at the end, and somebody on its stack has made something else of that
        fail("a step failed: " + bug.getMessage(), bug);
        resume(takeWaitOf(main), me);
      }
    }
    if (stuck == me) return;   // the simulation has gone to its end without this thread
    running = null;
    main.hand();
  }

  /** A stepper hands the baton to a strand, and waits for the next driver to step. */
  private void resume(Wait wait, SimulatedThread me) {
    idleDrivers.push(me);
    running = null;
    give(wait);
    me.await();
    running = me;
  }

  private void give(Wait wait) {
    goesOn(wait);
    SimulatedThread strand = wait.strand();
    if (strand.thread().getState() == Thread.State.NEW) strand.thread().start();
    strand.hand();
  }

  private void goesOn(Wait wait) {
    steps++;
    waits.remove(wait);
    wait.isOver();
    if (time.isTraced()) time.tell(WaitReport.nameOf(wait, main) + " goes on, after it waited for " + wait.what());
  }

  private void step(SimulatedDriver driver, SimulatedThread me) {
    steps++;
    driver.go(me);
    if (stuck == me) return;
    current = null;
    time.stepped(driver);
  }

  private void run(SimulatedTask task, SimulatedThread me) {
    steps++;
    if (time.isTraced()) time.tell(task.thread().getName() + " begins");
    current = task.who();
    try {
      task.go(me);
    } catch (SimulationOver end) {
      throw end;
    } catch (Throwable thrown) {
      if (stuck != me && !over) failedTask(task.thread(), thrown);
    }
    if (stuck == me) return;
    current = null;
    time.ends(task.thread());
  }

  private void failedTask(Thread task, Throwable thrown) {
    fail("task " + task.getName() + " threw " + thrown, thrown);   // nobody else would hear of it
  }

  // ---- who is next

  /** {@return who runs next} */
  private Schedulable pick() {
    MOVES.setOpaque(this, moves + 1);   // for StandstillWatch, which only wants to see it change
    if (interrupted || moves % MOVES_BETWEEN_LOOKS == 0) lookForInterrupts();
    if (trespass != null) fail(trespass.getMessage(), trespass);
    if (failure != null) return takeWaitOf(main);   // to be told
    while (true) {
      if (steps >= options.mostSteps() && failure == null) {
        return failed("no end after " + steps + " steps and " + clock.nanos() / 1e9
            + " simulated seconds: somebody goes round and round, and time stands still while anybody can run");
      }
      if (runQueue.isEmpty()) lookForInterrupts();   // before time goes by
      while (runQueue.isEmpty() && steps < options.mostSteps()) {
        if (!nextAlarm()) return failed("nobody can go on, and no timer is set\n" + time.whyStill());
      }
      if (runQueue.isEmpty()) continue;
      Schedulable next = runQueue.choose(options.earlyTimers() && clock.hasTimers());
      if (next != null) return next;
      nextAlarm();
    }
  }

  /** {@return whether there is a next timer, to which it jumps} */
  private boolean nextAlarm() {
    Runnable action = clock.next();
    if (action == null) return false;
    steps++;
    time.tell("time goes on, to the next timer");
    action.run();
    lookForInterrupts();   // who is interrupted by it has all the time it needs before the next one is due
    return true;
  }

  /** Those that the engine makes are announced; those that user code makes are found here. */
  private void lookForInterrupts() {
    interrupted = false;
    for (int i = 0; i < waits.size(); i++) {
      Wait wait = waits.get(i);
      if (!wait.isReady() && wait.strand().isInterrupted()) isReady(wait);
    }
  }

  private Wait failed(String why) {
    fail(why.stripTrailing() + "\n" + time.explain(), null);
    return takeWaitOf(main);
  }

  private void fail(String why, Throwable cause) {
    if (failure != null) return;
    failure = why;
    this.cause = cause;
  }

  private Wait takeWaitOf(SimulatedThread strand) {
    for (Wait wait : waits) {
      if (wait.strand() != strand) continue;
      runQueue.remove(wait);
      return wait;
    }
    throw new IllegalStateException("the body of the simulation does not wait, so nobody else can run");
  }

  // ---- who may go on

  /** A driver may be stepped. */
  void isReady(SimulatedDriver driver) {
    ensureInside();
    runQueue.add(driver);
  }

  /** A task may begin. */
  void isReady(SimulatedTask task) {
    ensureInside();
    runQueue.add(task);
  }

  /** A strand may go on: its time is up, or it was interrupted. */
  void isReady(Wait wait) {
    ensureInside();
    if (wait.becomesReady()) runQueue.add(wait);
  }

  /** A strand may go on: it gets what it waits for. */
  void grant(Wait wait) {
    wait.grant();
    isReady(wait);
  }

  /** A strand is interrupted: if it waits, that is seen before the next choice. */
  void interrupt(SimulatedThread strand) {
    strand.thread().interrupt();
    interrupted = true;
  }

  /** A task is interrupted, be it one that has not begun. */
  void interruptTask(Thread task) {
    runQueue.interrupt(task);
    for (Wait wait : waits) if (wait.who() != null && wait.who().thread() == task) interrupt(wait.strand());
  }

  /**
   * Throws unless the calling thread has the baton. A thread of somebody's own has done harm already, and what comes of
   * that says nothing of the cause: so the simulation is to fail with this.
   */
  void ensureInside() {
    SimulatedThread runs = running;
    if (!over && (runs == null || runs.thread() != Thread.currentThread())) refuse();
  }

  /** On its own, so that the look before is small enough to be inlined. */
  private void refuse() {
    var stranger = new IllegalStateException("thread " + Thread.currentThread()
        + " is not part of the simulation, or does something in it out of turn: it was started"
        + " by a Thread, an executor or a future; start what is to run beside the stages with simulated.start(name, task), or as a stage");
    trespass = stranger;   // volatile; pairs with the read in pick and in run
    throw stranger;
  }

  // ---- who waits

  /** {@return that the calling strand is going to wait} */
  Wait waitFor(String what) {
    return waitFor(what, "");
  }

  /** As {@link #waitFor(String)}, for something of a stage or scope. */
  Wait waitFor(String what, String whom) {
    return new Wait(running, what, whom, current);
  }

  /** The calling strand waits, and others run. */
  void block(Wait wait) {
    ensureInside();
    ensureGoesOn();
    SimulatedThread me = running;
    ThreadIdentity who = current;
    waits.add(wait);
    if (!handOn(wait)) me.await();
    running = me;
    current = who;
    ensureGoesOn();
  }

  /** As {@link #block}, for what an interrupt ends. */
  void blockUntilInterrupted(Wait wait) throws InterruptedException {
    SimulatedThread me = running;
    if (me != null && me.takeInterrupt())
      throw new InterruptedException("interrupted before it waited for " + wait.what());
    block(wait);
    if (!me.takeInterrupt()) return;
    if (!wait.isGranted()) throw new InterruptedException("interrupted while it waited for " + wait.what());
    Thread.currentThread().interrupt();   // it got what it waited for all the same
  }

  private void ensureGoesOn() {
    if (failure != null && Thread.currentThread() == main.thread()) throw new SimulatedTime.CannotGoOn(failure, cause);
    if (isOver()) throw new SimulationOver("the simulation is over");
  }

  /** {@return who waits for what, in lines} */
  String explain(List<SimulatedDriver> drivers) {
    return WaitReport.of(waits, drivers, main);
  }

  /** {@return where a thread waits; empty if it does not} */
  StackTraceElement[] stackOf(Thread thread) {
    for (Wait wait : waits) {
      Thread known = wait.who() != null ? wait.who().thread() : wait.strand().thread();
      if (known == thread) return wait.strand().thread().getStackTrace();
    }
    return new StackTraceElement[0];
  }

  // ---- a strand of somebody's own

  /** {@return a thread that runs a body once, when it is chosen} */
  Thread startThread(String name, Runnable body) {
    ensureInside();
    SimulatedThread[] strand = {null};
    Thread thread =
        Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).unstarted(() -> run(body, strand[0]));
    strand[0] = new SimulatedThread(thread);
    time.begins(thread);
    var start = new Wait(strand[0], "its turn", "", null);
    waits.add(start);
    isReady(start);
    return thread;
  }

  private void run(Runnable body, SimulatedThread me) {
    time.takeIn();
    me.await();
    running = me;
    if (!isOver()) {
      try {
        body.run();
      } catch (SimulationOver end) {
        // it was waiting for something that will not come
      } catch (Throwable thrown) {
        if (stuck != me && !over) failedTask(me.thread(), thrown);
      }
    }
    if (stuck == me) return;
    time.ends(me.thread());
    handOn(null);
  }

  // ---- who keeps the baton

  /** {@return a number that changes while the simulation goes on} Any thread. */
  long moves() {
    return (long) MOVES.getOpaque(this);
  }

  /**
   * Nothing has moved for too long. On the thread of {@link StandstillWatch}; the fields that are read were written as
   * long ago.
   */
  void standsStill(Duration limit) {
    SimulatedThread keeper = running;
    if (keeper == null) return;   // between two of them, so it does go on
    fail(WaitReport.ofStandstill(keeper, current, main, limit.toSeconds()), null);
    stuck = keeper;   // volatile; pairs with the reads by the keeper, should it ever come back, and in run
    if (keeper == main) keeper.thread().interrupt();
    else main.hand();   // it waits
  }
}
