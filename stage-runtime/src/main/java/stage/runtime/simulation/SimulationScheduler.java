package stage.runtime.simulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import stage.runtime.time.Handles;

/**
 * Decides which thread of a simulation runs: only one has control, and it hands control to the next one chosen.
 *
 * <p>Machines are stepped, and tasks run, one after the other on a driving thread. User code that waits, in the body of
 * the simulation or within a step, keeps its thread and hands control to another driving thread; once its wait is over,
 * it is one of the candidates for the next choice.
 *
 * <p>All fields are used only by the thread in control, unless they are volatile.
 */
final class SimulationScheduler {
  private static final int MOVES_BETWEEN_LOOKS = 16;   // a look at each move costs 5 %
  private static final VarHandle MOVES = Handles.of(MethodHandles.lookup(), "moves", long.class);

  private final SimulatedTime time;
  private final SimulationOptions options;
  private final SimulatedClock clock;
  private final RunQueue runQueue;
  private final List<Wait> waits = new ArrayList<>();
  private final ArrayDeque<SimulatedThread> idleDrivers = new ArrayDeque<>();
  private SimulatedThread main;
  private SimulatedThread running;
  private Schedulable chosen;            // for the next driving thread; null if that one chooses
  private ThreadIdentity current;             // whose step it is; null for none
  private long steps;
  private boolean interrupted;     // whether a possibly waiting thread was interrupted since the last look
  private long moves;              // how often a next thread was chosen
  private volatile SimulatedThread stuck;   // has kept control for too long, by StandstillWatch; null for none
  private String failure;          // why the simulation cannot go on
  private Throwable cause;         // of that; null if nothing was thrown
  private boolean over;
  // written by a thread that is not part of the simulation; null if there was none
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

  /** {@return the thread in control; null in between} */
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

  /** {@return whether all that is left is to end} */
  boolean isOver() {
    return over || failure != null;
  }

  /** {@return whether it is over} */
  boolean hasEnded() {
    return over;
  }

  // ---- the run

  /** Takes control, on the thread of the body. */
  void begin() {
    main = new SimulatedThread(Thread.currentThread());
    running = main;
  }

  /** Runs the body, on the thread that has called {@link #begin}. */
  void run(SimulatedTime.Body body) throws Throwable {
    try {
      body.run();
    } catch (SimulatedTime.CannotGoOn told) {
      throw told;
    } catch (Throwable thrown) {
      if (stuck == main) throw new SimulatedTime.CannotGoOn(failure, thrown);   // most likely because of the interrupt
      if (trespass != null) throw new SimulatedTime.CannotGoOn(trespass.getMessage(), trespass);
      throw thrown;
    }
    if (stuck == main) throw new SimulatedTime.CannotGoOn(failure, null);   // it came back after all
    if (trespass != null) throw new SimulatedTime.CannotGoOn(trespass.getMessage(), trespass);
  }

  /** Ends all other threads. The body is over. */
  void end() {
    over = true;
    current = null;
    while (!waits.isEmpty()) {
      Wait wait = waits.removeFirst();
      if (wait.waiter().thread().getState() == Thread.State.NEW) continue;
      wait.waiter().hand();
      main.await();
    }
    while (!idleDrivers.isEmpty()) {
      idleDrivers.pop().hand();
      main.await();
    }
    running = null;
    if (stuck != null && stuck != main) stuck.thread().interrupt();   // what it waits for will never come
    if (main.takeInterrupt()) Thread.currentThread().interrupt();
  }

  /**
   * Hands control to the next choice, because the calling thread has nothing to do. A waiting thread gets control
   * directly; a driver is stepped, and a task runs, on a driving thread.
   *
   * @param mine what the calling thread waits for; null if it ends
   * @return whether the calling thread itself goes on
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
      resumed(mine);
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
      fail("a step failed: " + bug.getMessage(), bug);   // thrown by the action of a timer
      return takeWaitOf(main);
    }
  }

  private void startDriver() {
    SimulatedThread[] simulated = {null};
    simulated[0] = new SimulatedThread(Thread.ofVirtual().name("stage-simulation").inheritInheritableThreadLocals(false)
        .unstarted(() -> drive(simulated[0])));
    simulated[0].hand();
    simulated[0].thread().start();
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
        if (over) break;   // it was released at the end, and code on its stack turned that into another exception
        fail("a step failed: " + bug.getMessage(), bug);
        resume(takeWaitOf(main), me);
      }
    }
    if (stuck == me) return;   // the simulation has ended without this thread
    running = null;
    main.hand();
  }

  /** A driving thread hands control to a waiting thread, and waits until there is another step to make. */
  private void resume(Wait wait, SimulatedThread me) {
    idleDrivers.push(me);
    running = null;
    give(wait);
    me.await();
    running = me;
  }

  private void give(Wait wait) {
    resumed(wait);
    SimulatedThread simulated = wait.waiter();
    if (simulated.thread().getState() == Thread.State.NEW) simulated.thread().start();
    simulated.hand();
  }

  private void resumed(Wait wait) {
    steps++;
    waits.remove(wait);
    wait.isOver();
    if (time.isTraced()) time.tell(WaitReport.nameOf(wait, main) + " goes on after waiting for " + wait.what());
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
    task.rest();
  }

  private void failedTask(Thread task, Throwable thrown) {
    fail("task " + task.getName() + " threw " + thrown, thrown);   // or no one would learn of it
  }

  // ---- what runs next

  /** {@return what runs next} */
  private Schedulable pick() {
    MOVES.setOpaque(this, moves + 1);   // for StandstillWatch, which only needs to see it change
    if (interrupted || moves % MOVES_BETWEEN_LOOKS == 0) lookForInterrupts();
    if (trespass != null) fail(trespass.getMessage(), trespass);
    if (failure != null) return takeWaitOf(main);   // to throw it
    while (true) {
      if (steps >= options.mostSteps() && failure == null) {
        return failed("no end after " + steps + " steps and " + clock.nanos() / 1e9
            + " simulated seconds: something loops forever, and time stands still while anything can run");
      }
      if (runQueue.isEmpty()) lookForInterrupts();   // before time goes by
      while (runQueue.isEmpty() && steps < options.mostSteps()) {
        if (!nextAlarm()) return failed("nothing can go on, and no timer is set\n" + time.whyStill());
      }
      if (runQueue.isEmpty()) continue;
      Schedulable next = runQueue.choose(options.earlyTimers() && clock.hasTimers());
      if (next != null) return next;
      nextAlarm();
    }
  }

  /** {@return whether there was a next timer to jump to} */
  private boolean nextAlarm() {
    Runnable action = clock.next();
    if (action == null) return false;
    steps++;
    time.tell("time jumps to the next timer");
    action.run();
    lookForInterrupts();   // a thread that the action interrupted runs before the next timer is due
    return true;
  }

  /** Finds the interrupts made by user code; those made by the engine are announced. */
  private void lookForInterrupts() {
    interrupted = false;
    for (int i = 0; i < waits.size(); i++) {
      Wait wait = waits.get(i);
      if (!wait.isReady() && wait.waiter().isInterrupted()) isReady(wait);
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

  private Wait takeWaitOf(SimulatedThread simulated) {
    for (Wait wait : waits) {
      if (wait.waiter() != simulated) continue;
      runQueue.remove(wait);
      return wait;
    }
    throw new IllegalStateException("the body of the simulation does not wait, so nothing else can run");
  }

  // ---- what can go on

  /** A driver can be stepped. */
  void isReady(SimulatedDriver driver) {
    ensureInside();
    runQueue.add(driver);
  }

  /** A task can begin with its piece of work. */
  void isReady(SimulatedTask task) {
    ensureInside();
    runQueue.add(task);
  }

  /** It has none any more. */
  void forget(SimulatedTask task) {
    ensureInside();
    runQueue.remove(task);
  }

  /** A waiting thread can go on: its time is up, or it was interrupted. */
  void isReady(Wait wait) {
    ensureInside();
    if (wait.becomesReady()) runQueue.add(wait);
  }

  /** A waiting thread can go on: it gets what it waits for. */
  void grant(Wait wait) {
    wait.grant();
    isReady(wait);
  }

  /** Interrupts a thread: if it waits, that is seen before the next choice. */
  void interrupt(SimulatedThread simulated) {
    simulated.thread().interrupt();
    interrupted = true;
  }

  /** Interrupts a task, even one that has not begun. */
  void interruptTask(Thread task) {
    runQueue.interrupt(task);
    for (Wait wait : waits) if (wait.who() != null && wait.who().thread() == task) interrupt(wait.waiter());
  }

  /**
   * Throws unless the calling thread is in control. A foreign thread has already changed something, and what follows
   * would not show the cause, so the simulation fails with this exception.
   */
  void ensureInside() {
    SimulatedThread runs = running;
    if (!over && (runs == null || runs.thread() != Thread.currentThread())) refuse();
  }

  /** Separate, so that the check is small enough to be inlined. */
  private void refuse() {
    var stranger = new IllegalStateException("thread " + Thread.currentThread()
        + " is not part of the simulation, or does something in it out of turn: it was started"
        + " by a Thread, an executor or a future; start what is to run beside the stages with simulated.start(name, task), or as a stage");
    trespass = stranger;   // volatile; pairs with the read in pick and in run
    throw stranger;
  }

  // ---- waits

  /** {@return a wait of the calling thread} */
  Wait waitFor(String what) {
    return waitFor(what, "");
  }

  /** As {@link #waitFor(String)}, for something that belongs to a stage or scope. */
  Wait waitFor(String what, String owner) {
    return new Wait(running, what, owner, current);
  }

  /** Makes the calling thread wait while others run. */
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

  /** As {@link #block}, until it is granted or the thread is interrupted. */
  void blockUntilInterrupted(Wait wait) throws InterruptedException {
    SimulatedThread me = running;
    if (me != null && me.takeInterrupt()) {
      wait.isOver();   // or its alarm would give control to a thread that waits for something else by then
      throw new InterruptedException("interrupted before it waited for " + wait.what());
    }
    block(wait);
    if (!me.takeInterrupt()) return;
    if (!wait.isGranted()) throw new InterruptedException("interrupted while it waited for " + wait.what());
    Thread.currentThread().interrupt();   // it got what it waited for anyway
  }

  private void ensureGoesOn() {
    if (failure != null && Thread.currentThread() == main.thread()) throw new SimulatedTime.CannotGoOn(failure, cause);
    if (isOver()) throw new SimulationOver("the simulation is over");
  }

  /** {@return what each thread waits for, in lines} */
  String explain(List<SimulatedDriver> drivers) {
    return WaitReport.of(waits, drivers, main);
  }

  /** {@return where a thread waits; empty if it does not} */
  StackTraceElement[] stackOf(Thread thread) {
    for (Wait wait : waits) {
      Thread known = wait.who() != null ? wait.who().thread() : wait.waiter().thread();
      if (known == thread) return wait.waiter().thread().getStackTrace();
    }
    return new StackTraceElement[0];
  }

  // ---- threads started by the simulated code

  /** {@return a thread that runs a body once, when chosen} */
  Thread startThread(String name, Runnable body) {
    ensureInside();
    SimulatedThread[] simulated = {null};
    Thread thread =
        Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).unstarted(() -> run(body, simulated[0]));
    simulated[0] = new SimulatedThread(thread);
    time.begins(thread);
    var start = new Wait(simulated[0], "its turn", "", null);
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
        // it waited for something that will never come
      } catch (Throwable thrown) {
        if (stuck != me && !over) failedTask(me.thread(), thrown);
      }
    }
    if (stuck == me) return;
    time.ends(me.thread());
    handOn(null);
  }

  // ---- a thread that keeps control

  /** {@return a number that changes while the simulation makes progress} Any thread. */
  long moves() {
    return (long) MOVES.getOpaque(this);
  }

  /**
   * Fails the simulation because nothing has moved for too long. On the thread of {@link StandstillWatch}; the fields
   * it reads were written that long ago.
   */
  void standsStill(Duration limit) {
    SimulatedThread keeper = running;
    if (keeper == null) return;   // between two threads, so it does go on
    fail(WaitReport.ofStandstill(keeper, current, main, limit.toSeconds()), null);
    stuck = keeper;   // volatile; pairs with the reads by the keeper, if it ever comes back, and in run
    if (keeper == main) keeper.thread().interrupt();
    else main.hand();   // it waits
  }
}
