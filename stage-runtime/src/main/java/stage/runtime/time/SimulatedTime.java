package stage.runtime.time;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The time of a simulation: one thing at a time, in an order that {@link Choices} decide, on a clock that jumps from timer to timer.
 *
 * <p>There is one baton, and only the thread that has it runs. Machines are stepped, and tasks run, one after the other on the thread that drives
 * the simulation. User code that waits, be it the body of the simulation or something within a step, keeps its thread and leaves the baton to another
 * driver; when what it waits for is there, it is one of those among which the next choice is made. So the same choices always give the same run.
 *
 * <p>All fields belong to whoever has the baton.
 */
public final class SimulatedTime implements Time {
  /** What runs within a simulation. */
  public interface Body {
    /**
     * Runs.
     *
     * @throws Throwable as it likes
     */
    void run() throws Throwable;
  }

  /** Thrown in the body of a simulation that cannot go on. */
  public static final class CannotGoOn extends AssertionError {
    private static final long serialVersionUID = 1L;

    private CannotGoOn(String why, Throwable cause) {
      super(why, cause);
    }
  }

  private static final int MOVES_BETWEEN_LOOKS = 16;   // a look at each one costs 5 %
  private static final ThreadLocal<SimulatedTime> HERE = new ThreadLocal<>();
  private static final StandstillWatch WATCH = new StandstillWatch();
  private static final VarHandle MOVES;

  static {
    try {
      MOVES = MethodHandles.lookup().findVarHandle(SimulatedTime.class, "moves", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Choices choices;
  private final Faults faults;
  private final SimulationOptions options;
  private final List<Ready> ready = new ArrayList<>();   // in the order in which they became so
  private final List<Wait> waits = new ArrayList<>();
  private final List<SimulatedCarrier> carriers = new ArrayList<>();
  private final ArrayDeque<Strand> idleDrivers = new ArrayDeque<>();
  private final SimulatedClock clock = new SimulatedClock();
  private final Map<Thread, Gate> ends = new HashMap<>();   // of each thread that was given out and has not ended
  private Strand main;
  private Strand running;
  private Ready chosen;            // for the next driver to step; null for whoever it chooses itself
  private Run current;             // whose step it is; null for nobody's
  private SimulatedCarrier last;   // stepped last
  private int inARow;
  private long steps;
  private boolean interrupted;     // whether one that may wait was interrupted since it was looked for last
  private long moves;              // how often it was chosen who goes on
  private Duration standstill = Duration.ofSeconds(Long.getLong("stage.simulation.standstill", 10));
  private volatile Strand stuck;   // who has kept the baton for too long, by StandstillWatch; null for nobody
  private String failure;          // why it cannot go on
  private Throwable cause;         // of that; null if nothing was thrown
  private boolean over;
  private boolean quiet;
  private Object attachment;
  private Consumer<SimulatedCarrier> afterStep = carrier -> {};
  private Consumer<String> trace;  // null without one

  /**
   * A simulation that has not begun.
   *
   * @param choices what decides
   * @param faults the harm it does; null for none
   * @param options what else it does
   */
  public SimulatedTime(Choices choices, Faults faults, SimulationOptions options) {
    this.choices = choices;
    this.faults = faults;
    this.options = options;
  }

  /** {@return the simulation that the calling thread is part of; null if there is none} */
  public static SimulatedTime ofThisThread() {
    return HERE.get();
  }

  /**
   * {@return something that belongs to this simulation}
   *
   * @param make makes it, when it is first asked for
   * @param <T> its type, always the same
   */
  @SuppressWarnings("unchecked")
  public <T> T attached(Function<? super SimulatedTime, T> make) {
    if (attachment == null) attachment = make.apply(this);
    return (T) attachment;
  }

  /**
   * Has something done after each step, on whatever thread that was made. It must not wait.
   *
   * @param afterStep is handed what was stepped
   */
  public void afterStep(Consumer<SimulatedCarrier> afterStep) {
    this.afterStep = afterStep;
  }

  /**
   * Has each step told, in a line.
   *
   * @param trace gets the lines
   */
  public void trace(Consumer<String> trace) {
    this.trace = trace;
  }

  /**
   * Has it give up when whoever has the baton keeps it for longer than this, by the real clock. As the system property
   * {@code stage.simulation.standstill}, in seconds; 10 of them if nothing is said.
   *
   * @param limit zero for never, as is wise where somebody debugs
   */
  public void standstill(Duration limit) {
    standstill = limit;
  }

  /** Has nothing logged. */
  public void quiet() {
    quiet = true;
  }

  @Override
  public boolean isQuiet() {
    return quiet;
  }

  /** {@return how many steps there were} */
  public long steps() {
    return steps;
  }

  // ---- the run

  /**
   * Runs a body within the simulation, on the calling thread. When it is over, so is the simulation: whoever still waits in it is made to end.
   *
   * @param body what to run
   * @throws Throwable what the body throws
   */
  public void run(Body body) throws Throwable {
    if (HERE.get() != null) throw new IllegalStateException("a simulation must not be run within a simulation");
    main = new Strand(Thread.currentThread());
    running = main;
    HERE.set(this);
    if (!standstill.isZero()) WATCH.watch(this, standstill.toNanos());
    try {
      body.run();
      if (stuck == main) throw new CannotGoOn(failure, null);   // it did come back
    } catch (CannotGoOn told) {
      throw told;
    } catch (Throwable thrown) {
      if (stuck == main) throw new CannotGoOn(failure, thrown);   // of the interrupt, most likely
      throw thrown;
    } finally {
      WATCH.forget(this);
      end();
      if (stuck != null && stuck != main) stuck.thread().interrupt();   // for what it waits for will never come
      HERE.remove();
      if (main.takeInterrupt()) Thread.currentThread().interrupt();
    }
  }

  private void end() {
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
  }

  /**
   * The calling strand has nothing to do now: whoever is chosen gets the baton. A strand that waits gets it from here; a carrier is stepped, and a
   * task run, by a driver.
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
    Ready next = pickOrFail();
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

  private Ready pickOrFail() {
    try {
      return pick();
    } catch (Throwable bug) {
      fail("a step failed: " + bug.getMessage(), bug);   // what a timer has run
      return takeWaitOf(main);
    }
  }

  private void startDriver() {
    Strand[] strand = {null};
    strand[0] = new Strand(Thread.ofVirtual().name("stage-simulation").inheritInheritableThreadLocals(false).unstarted(() -> drive(strand[0])));
    strand[0].hand();
    strand[0].thread().start();
  }

  private void drive(Strand me) {
    HERE.set(this);
    me.await();
    while (!over) {
      running = me;
      try {
        Ready next = chosen != null ? chosen : pick();
        chosen = null;
        switch (next) {
          case SimulatedCarrier carrier -> step(carrier, me);
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

  /** A driver hands the baton to a strand, and waits for the next carrier. */
  private void resume(Wait wait, Strand me) {
    idleDrivers.push(me);
    running = null;
    give(wait);
    me.await();
    running = me;
  }

  private void give(Wait wait) {
    goesOn(wait);
    Strand strand = wait.strand();
    if (strand.thread().getState() == Thread.State.NEW) strand.thread().start();
    strand.hand();
  }

  private void goesOn(Wait wait) {
    steps++;
    waits.remove(wait);
    wait.isOver();
    if (trace != null) tell(nameOf(wait) + " goes on, after it waited for " + wait.what());
  }

  private void step(SimulatedCarrier carrier, Strand me) {
    steps++;
    carrier.go(me);
    if (stuck == me) return;
    current = null;
    afterStep.accept(carrier);
    tell(carrier);
  }

  private void run(SimulatedTask task, Strand me) {
    steps++;
    if (trace != null) tell(task.thread().getName() + " begins");
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
    ends(task.thread());
  }

  private void failedTask(Thread task, Throwable thrown) {
    fail("task " + task.getName() + " threw " + thrown, thrown);   // nobody else would hear of it
  }

  private void tell(Object what) {
    if (trace != null && !over) trace.accept("%8d %14.6f s  %s".formatted(steps, clock.nanos() / 1e9, what));
  }

  /** {@return who runs next} */
  private Ready pick() {
    MOVES.setOpaque(this, moves + 1);   // for StandstillWatch, which only wants to see it change
    if (interrupted || moves % MOVES_BETWEEN_LOOKS == 0) lookForInterrupts();
    if (failure != null) return takeWaitOf(main);   // to be told
    while (true) {
      if (steps >= options.mostSteps() && failure == null) {
        return failed("no end after " + steps + " steps and " + clock.nanos() / 1e9 + " simulated seconds");
      }
      if (ready.isEmpty()) lookForInterrupts();   // before time goes by
      while (ready.isEmpty() && steps < options.mostSteps()) {
        if (!nextAlarm()) return failed("nobody can go on, and no timer is set");
      }
      if (ready.isEmpty()) continue;
      int early = options.earlyTimers() && clock.hasTimers() ? 1 : 0;
      int most = ready.size() + early;
      if (last != null && inARow < options.runLength() && !ready.isEmpty() && ready.getLast() == last) {
        inARow++;
        return ready.removeLast();
      }
      int chosen = most == 1 ? 0 : choices.next(most);
      if (chosen < ready.size()) {
        Ready next = ready.remove(chosen);
        last = next instanceof SimulatedCarrier carrier ? carrier : null;
        inARow = 1;
        return next;
      }
      nextAlarm();
    }
  }

  /** {@return whether there is a next timer, to which it jumps} */
  private boolean nextAlarm() {
    Runnable action = clock.next();
    if (action == null) return false;
    steps++;
    tell("a timer is due");
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
    fail(why + "\n" + explain(), null);
    return takeWaitOf(main);
  }

  private void fail(String why, Throwable cause) {
    if (failure != null) return;
    failure = why;
    this.cause = cause;
  }

  private Wait takeWaitOf(Strand strand) {
    for (Wait wait : waits) {
      if (wait.strand() != strand) continue;
      ready.remove(wait);
      return wait;
    }
    throw new IllegalStateException("the body of the simulation does not wait, so nobody else can run");
  }

  /** {@return who waits for what, in lines} */
  public String explain() {
    var lines = new StringBuilder();
    for (Wait wait : waits) {
      lines.append("  ").append(nameOf(wait)).append(" waits for ").append(wait.what()).append(placeOf(wait.strand().thread())).append('\n');
    }
    for (SimulatedCarrier carrier : carriers) if (carrier.isToExplain()) lines.append("  ").append(carrier).append('\n');
    return lines.toString();
  }

  private String nameOf(Wait wait) {
    if (wait.strand() == main) return "the body of the simulation";
    return wait.who() != null ? wait.who().thread().getName() : wait.strand().thread().getName();
  }

  /** {@return where user code waits: the first frame outside of Stage and the JDK} */
  private static String placeOf(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      String name = frame.getClassName();
      if (!name.startsWith("stage.runtime.") && !name.startsWith("stage.api.") && !name.startsWith("java.") && !name.startsWith("jdk.")) return ", at " + frame;
    }
    return "";
  }

  /** Lets others run, if there are any who can. For code that may wait: the body of the simulation, a task, user code of a stage. */
  public void pass() {
    Wait turn = waitFor("its turn");
    isReady(turn);
    block(turn);
  }

  // ---- who keeps the baton

  /** {@return a number that changes while the simulation goes on} Any thread. */
  long moves() {
    return (long) MOVES.getOpaque(this);
  }

  /** Nothing has moved for too long. On the thread of {@link StandstillWatch}; the fields that are read were written as long ago. */
  void standsStill() {
    Strand keeper = running;
    if (keeper == null) return;   // between two of them, so it does go on
    String name = current != null ? "user code of " + current.thread().getName()
        : keeper == main ? "the body of the simulation" : keeper.thread().getName();
    var text = new StringBuilder(name + " has kept everybody else waiting for " + standstill.toSeconds() + " real seconds: it blocks outside of the simulation, or"
        + " never ends; within one, wait only for what Stage knows of: a timer of the context, emit, a call, an end; this is where it is");
    for (StackTraceElement frame : keeper.thread().getStackTrace()) text.append("\n    at ").append(frame);
    fail(text.toString(), null);
    stuck = keeper;   // volatile; pairs with the reads by the keeper, should it ever come back, and in run
    if (keeper == main) keeper.thread().interrupt();
    else main.hand();   // it waits
  }

  // ---- for what belongs to it

  Choices choices() {
    return choices;
  }

  SimulationOptions options() {
    return options;
  }

  Strand running() {
    return running;
  }

  Run currentRun() {
    return current;
  }

  void currentRun(Run run) {
    current = run;
  }

  boolean isOver() {
    return over || failure != null;
  }

  /** A carrier may be stepped. */
  void isReady(SimulatedCarrier carrier) {
    ensureInside();
    ready.add(carrier);
  }

  /** A strand may go on: its time is up, or it was interrupted. */
  void isReady(Wait wait) {
    ensureInside();
    if (wait.becomesReady()) ready.add(wait);
  }

  /** A strand may go on: it gets what it waits for. */
  void grant(Wait wait) {
    wait.grant();
    isReady(wait);
  }

  /** A strand is interrupted: if it waits, that is seen before the next choice. */
  void interrupt(Strand strand) {
    strand.thread().interrupt();
    interrupted = true;
  }

  private void ensureInside() {
    if (over || running != null && running.thread() == Thread.currentThread()) return;
    throw new IllegalStateException("thread " + Thread.currentThread().getName() + " is not part of the simulation, or does something in it out of turn;"
        + " within a simulation, start threads only as stages");
  }

  /** The calling strand waits, and others run. */
  void block(Wait wait) {
    ensureInside();
    ensureGoesOn();
    Strand me = running;
    Run who = current;
    waits.add(wait);
    if (!handOn(wait)) me.await();
    running = me;
    current = who;
    ensureGoesOn();
  }

  /** As {@link #block}, for what an interrupt ends. */
  void blockUntilInterrupted(Wait wait) throws InterruptedException {
    Strand me = running;
    if (me != null && me.takeInterrupt()) throw new InterruptedException("interrupted before it waited for " + wait.what());
    block(wait);
    if (!me.takeInterrupt()) return;
    if (!wait.isGranted()) throw new InterruptedException("interrupted while it waited for " + wait.what());
    Thread.currentThread().interrupt();   // it got what it waited for all the same
  }

  Wait waitFor(String what) {
    return new Wait(running, what, current);
  }

  private void ensureGoesOn() {
    if (failure != null && Thread.currentThread() == main.thread()) throw new CannotGoOn(failure, cause);
    if (isOver()) throw new SimulationOver("the simulation is over");
  }

  /** A thread is given out. */
  void begins(Thread thread) {
    ends.put(thread, gate());
  }

  /** A thread that was given out is over. */
  void ends(Thread thread) {
    Gate end = ends.remove(thread);
    if (end != null) end.open();
  }

  /** A strand ends: the baton goes on. */
  void strandEnds() {
    handOn(null);
  }

  // ---- as the engine sees it

  @Override
  public long nanos() {
    return clock.nanos();
  }

  @Override
  public Instant instant() {
    return clock.instant();
  }

  @Override
  public double chance() {
    return choices.next(1024) / 1024.0;
  }

  @Override
  public Carrier carrier(Machine machine, boolean onPlatformThread) {
    var carrier = new SimulatedCarrier(this, machine);
    carriers.add(carrier);
    return carrier;
  }

  @Override
  public Gate gate() {
    return new SimulatedGate(this);
  }

  @Override
  public Room room(int places) {
    return new SimulatedRoom(this, places);
  }

  @Override
  public Alarm at(long atNanos, Runnable action) {
    ensureInside();
    return clock.at(atNanos, action);
  }

  @Override
  public Thread startTask(String name, Runnable body) {
    ensureInside();
    var task = new SimulatedTask(name, body);
    begins(task.thread());
    ready.add(task);
    return task.thread();
  }

  @Override
  public void interrupt(Thread task) {
    for (Ready each : ready) if (each instanceof SimulatedTask waiting && waiting.thread() == task) waiting.interrupt();
    for (Wait wait : waits) if (wait.who() != null && wait.who().thread() == task) interrupt(wait.strand());
  }

  /**
   * Runs a body of work once, on a virtual thread of its own, as part of the simulation.
   *
   * @param name the thread's name
   * @param body what to run; what it throws fails the simulation
   * @return the thread
   */
  public Thread startThread(String name, Runnable body) {
    ensureInside();
    Strand[] strand = {null};
    Thread thread = Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).unstarted(() -> {
      HERE.set(this);
      strand[0].await();
      running = strand[0];
      if (!isOver()) {
        try {
          body.run();
        } catch (SimulationOver end) {
          // it was waiting for something that will not come
        } catch (Throwable thrown) {
          if (stuck != strand[0] && !over) failedTask(Thread.currentThread(), thrown);
        }
      }
      if (stuck == strand[0]) return;
      ends(Thread.currentThread());
      strandEnds();
    });
    strand[0] = new Strand(thread);
    begins(thread);
    var start = new Wait(strand[0], "its turn", null);
    waits.add(start);
    isReady(start);
    return thread;
  }

  @Override
  public Alarm onExit(Runnable action) {
    return () -> {};   // nothing exits in a simulation
  }

  @Override
  public boolean awaitEnd(Carrier carrier, long nanos) throws InterruptedException {
    Thread thread = carrier.thread();
    return thread == null || awaitEnd(thread, nanos);
  }

  @Override
  public boolean awaitEnd(Thread thread, long nanos) throws InterruptedException {
    Gate end = ends.get(thread);
    return end == null || end.await(Math.max(0, nanos));
  }

  @Override
  public Thread current() {
    return current != null ? current.thread() : Thread.currentThread();
  }

  @Override
  public boolean isAlive(Thread thread) {
    return ends.containsKey(thread);
  }

  @Override
  public StackTraceElement[] stackOf(Thread thread) {
    for (Wait wait : waits) {
      Thread known = wait.who() != null ? wait.who().thread() : wait.strand().thread();
      if (known == thread) return wait.strand().thread().getStackTrace();
    }
    return new StackTraceElement[0];
  }

  @Override
  public Faults faults() {
    return faults;
  }
}
