package stage.runtime.time;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import stage.runtime.simulation.Choices;

/**
 * The threads of production under a scheduler that {@link Choices} decide: drivers are {@link ThreadDriver}s on virtual
 * threads that park and are unparked, but all of them run on the one thread that called {@link #run}, and who runs next
 * is chosen. The clock is simulated.
 *
 * <p>A virtual thread goes on until it parks. So that others get in between in other places too, it passes now and
 * then: around each step, between its announcement that it parks and its last look, before and after it wakes somebody,
 * and wherever user code calls {@link #mayPass}.
 *
 * <p>The JDK has a builder of virtual threads with another scheduler, for tests of its own; it is open to those who are
 * started with {@code --add-opens java.base/java.lang=ALL-UNNAMED}. All fields belong to whoever is running, of whom
 * there is only one.
 */
public final class SeededTime implements Time, Executor {
  /** What is run. */
  public interface Body {
    /**
     * Runs.
     *
     * @throws Throwable as it likes
     */
    void run() throws Throwable;
  }

  private static final int PASSES = 6;            // one in so many
  private static final int LONG_WAITS = 200;      // one in so many: the processor was elsewhere
  private static final long LONG_WAIT_NANOS = 25_000_000;
  private static final long TICK_NANOS = 100;
  private static final int MOST_SWITCHES = 200_000;
  private static final Instant BEGINNING = Instant.parse("2000-01-01T00:00:00Z");

  private final Choices choices;
  private final boolean earlyTimers;
  private final Thread driver = Thread.currentThread();
  private final List<Runnable> ready = new ArrayList<>();
  private final Set<Thread> mine = new HashSet<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Map<Thread, SeededLatch> ends = new HashMap<>();
  private final PriorityQueue<TimerEntry> alarms = new PriorityQueue<>();
  private final ArrayDeque<Runnable> due = new ArrayDeque<>();
  private volatile Thread foreign;   // somebody who has no business here
  private Faults faults;             // null for none
  private Consumer<StepMachine> afterStep = machine -> {};
  private Consumer<String> trace;    // null without one
  private Thread timer;
  private boolean bodyHasEnded;
  private boolean over;              // nothing is left to do
  private Throwable thrown;
  private long nowNanos;
  private long ordered;
  private long switches;
  private long rests;
  private long hash = 7;

  /**
   * A time in which nothing runs yet. Made on the thread that is to run it.
   *
   * @param choices what decides
   * @param earlyTimers whether a timer may fire while there are others who could run, as it does where these are slow
   */
  public SeededTime(Choices choices, boolean earlyTimers) {
    this.choices = choices;
    this.earlyTimers = earlyTimers;
  }

  /** {@return why there is no such thing here; null if there is} */
  public static String isMissingBecause() {
    try {
      constructor();
      return null;
    } catch (ReflectiveOperationException | RuntimeException missing) {
      return "this JDK has no builder of virtual threads with a scheduler, or does not open it: " + missing;
    }
  }

  private static Constructor<?> constructor() throws ReflectiveOperationException {
    Constructor<?> constructor =
        Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder").getDeclaredConstructor(Executor.class);
    constructor.setAccessible(true);
    return constructor;
  }

  public void faults(Faults faults) {
    this.faults = faults;
  }

  /** Has something done after each step, on the thread that made it. */
  public void afterStep(Consumer<StepMachine> afterStep) {
    this.afterStep = afterStep;
  }

  public void trace(Consumer<String> trace) {
    this.trace = trace;
  }

  /** {@return what tells this run from others: who did what, in which order} */
  public long hash() {
    return hash;
  }

  public long switches() {
    return switches;
  }

  public long rests() {
    return rests;
  }

  // ---- the scheduler

  @Override
  public void execute(Runnable continuation) {
    Thread caller = Thread.currentThread();
    if (caller != driver && !mine.contains(caller)) {
      foreign = caller;   // volatile; pairs with the reads in run
      throw new RejectedExecutionException("thread " + caller.getName() + " has no business in a seeded run");
    }
    ready.add(continuation);
  }

  /**
   * Runs a body on a virtual thread, and goes on until all threads have ended.
   *
   * @param body what to run
   * @throws Throwable what the body throws; an {@link AssertionError} if nobody can go on before it has ended, or
   *     somebody after that
   */
  public void run(Body body) throws Throwable {
    timer = newThread("timer", this::fire);
    timer.start();
    newThread("body", () -> {
      try {
        body.run();
      } catch (Throwable failure) {
        thrown = failure;
      }
      bodyHasEnded = true;
    }).start();
    while (true) {
      if (foreign != null) throw new AssertionError(
          "a foreign thread, " + foreign.getName() + ", has made one of ours go on: no seed can repeat that");
      if (switches > MOST_SWITCHES) throw new AssertionError("no end after " + switches + " switches:\n" + explain());
      if (choices.next(LONG_WAITS) == 1) nowNanos += LONG_WAIT_NANOS;
      int early = earlyTimers && !alarms.isEmpty() ? 1 : 0;
      if (ready.isEmpty()) {
        if (nextAlarm()) continue;   // also after the body: who was abandoned may be waiting for it
        if (bodyHasEnded) break;
        throw new AssertionError("nobody can go on, and no timer is set:\n" + explain());
      }
      int chosen = choices.next(ready.size() + early);
      if (chosen == ready.size()) nextAlarm();
      else goOn(ready.remove(chosen));
    }
    over = true;
    LockSupport.unpark(timer);
    while (!ready.isEmpty()) goOn(ready.removeFirst());
    if (thrown != null) throw thrown;
    if (threads.stream().anyMatch(Thread::isAlive))
      throw new AssertionError("somebody is alive after the end:\n" + explain());
  }

  private void goOn(Runnable continuation) {
    switches++;
    hash = 31 * hash + ready.size();
    continuation.run();
  }

  private String explain() {
    var lines = new StringBuilder();
    for (Thread thread : threads) {
      if (!thread.isAlive()) continue;
      lines.append("  ").append(thread.getName()).append('\n');
      for (StackTraceElement frame : thread.getStackTrace())
        if (!frame.getClassName().startsWith("java.lang.")) lines.append("      ").append(frame).append('\n');
    }
    return lines.toString();
  }

  /** Lets others in between, or not. On any thread of this run. */
  public void mayPass(String where) {
    if (!mine.contains(Thread.currentThread())) return;   // the driver has nobody to pass to
    if (choices.next(PASSES) != 1) return;
    note("passes " + where);
    Thread.yield();
  }

  private void note(String what) {
    hash = 31 * hash + Thread.currentThread().getName().hashCode();
    hash = 31 * hash + what.hashCode();
    if (trace != null) trace
        .accept("%8d %12.6f s  %-28s %s".formatted(switches, nowNanos / 1e9, Thread.currentThread().getName(), what));
  }

  private Thread newThread(String name, Runnable body) {
    try {
      var builder = (Thread.Builder.OfVirtual) constructor().newInstance(this);
      Thread thread = builder.name(name).inheritInheritableThreadLocals(false).unstarted(() -> {
        try {
          body.run();
        } finally {
          endOf(Thread.currentThread()).open();
        }
      });
      mine.add(thread);
      threads.add(thread);
      return thread;
    } catch (InvocationTargetException failure) {
      throw new IllegalStateException(failure.getCause());
    } catch (ReflectiveOperationException missing) {
      throw new IllegalStateException(missing);
    }
  }

  // ---- timers: one thread runs their actions, as in production, since these may wait for a lock

  private boolean nextAlarm() {
    while (!alarms.isEmpty()) {
      TimerEntry next = alarms.poll();
      Runnable action = next.action();
      if (action == null) continue;
      nowNanos = Math.max(nowNanos, next.atNanos());
      due.add(action);
      LockSupport.unpark(timer);
      return true;
    }
    return false;
  }

  private void fire() {
    while (!over) {
      Runnable action = due.poll();
      if (action != null) action.run();
      else LockSupport.park(this);
    }
  }

  // ---- as the engine sees it

  @Override
  public long nanos() {
    return nowNanos += TICK_NANOS;
  }

  @Override
  public Instant instant() {
    return BEGINNING.plusNanos(nowNanos);
  }

  @Override
  public double chance() {
    return choices.next(1024) / 1024.0;
  }

  @Override
  public Alarm at(long atNanos, Runnable action) {
    var alarm = new TimerEntry(atNanos, ordered++, action);
    alarms.add(alarm);
    return alarm;
  }

  @Override
  public Driver driver(StepMachine machine, boolean onPlatformThread) {
    var passing = new PassingMachine(machine);
    passing.driver = new ThreadDriver(this, (name, platform, body) -> newThread(name, body), passing, onPlatformThread);
    return new PassingCarrier(passing.driver);
  }

  @Override
  public Latch latch() {
    return new SeededLatch();
  }

  @Override
  public Permits permits(int places) {
    return new RealTime().permits(places);   // a semaphore that is never awaited with a time limit
  }

  @Override
  public TaskThread taskThread(String name, TaskThread.Work work) {
    return new ParkingTaskThread((its, platform, body) -> newThread(its, body), name, work);
  }

  /** Starts a thread that runs a body beside the stages. */
  public void start(String name, Runnable body) {
    newThread(name, body).start();
  }

  @Override
  public void interrupt(Thread task) {
    task.interrupt();
  }

  @Override
  public Alarm onExit(Runnable action) {
    return () -> {};
  }

  @Override
  public boolean awaitEnd(Driver driver, long nanos) throws InterruptedException {
    return driver.thread() == null || awaitEnd(driver.thread(), nanos);
  }

  @Override
  public boolean awaitEnd(Thread thread, long nanos) throws InterruptedException {
    return endOf(thread).await(Math.max(0, nanos));
  }

  private SeededLatch endOf(Thread thread) {
    return ends.computeIfAbsent(thread, unknown -> new SeededLatch());
  }

  @Override
  public Thread current() {
    return Thread.currentThread();
  }

  @Override
  public boolean isAlive(Thread thread) {
    return !endOf(thread).isOpen();
  }

  @Override
  public StackTraceElement[] stackOf(Thread thread) {
    return thread.getStackTrace();
  }

  @Override
  public Faults faults() {
    return faults;
  }

  /** A gate whose time limit is an alarm: a timed park would come back by a thread of the JDK's. */
  private final class SeededLatch implements Latch {
    private final List<Thread> waiting = new ArrayList<>();
    private boolean open;

    @Override
    public void open() {
      open = true;
      waiting.forEach(LockSupport::unpark);
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void await() throws InterruptedException {
      await(Long.MAX_VALUE);
    }

    @Override
    public boolean await(long nanos) throws InterruptedException {
      Thread me = Thread.currentThread();
      boolean[] late = {nanos <= 0};
      Alarm limit = nanos <= 0 || nanos == Long.MAX_VALUE ? () -> {} : at(nowNanos + nanos, () -> {
        late[0] = true;
        LockSupport.unpark(me);
      });
      waiting.add(me);
      try {
        if (Thread.interrupted()) throw new InterruptedException("interrupted before it waited");
        while (!open && !late[0]) {
          LockSupport.park(this);
          if (Thread.interrupted()) throw new InterruptedException("interrupted while it waited for a gate");
        }
        return open;
      } finally {
        limit.cancel();
        waiting.remove(me);
      }
    }
  }

  /** Passes around each step and each last look. */
  private final class PassingMachine implements StepMachine {
    private final StepMachine machine;
    private Driver driver;

    PassingMachine(StepMachine machine) {
      this.machine = machine;
    }

    @Override
    public WaitState step(long nowNanos) {
      mayPass("before a step");
      WaitState answer = machine.step(nowNanos);
      if (driver.isCurrent()) {
        note("stepped: " + answer);
        afterStep.accept(machine);
      }
      mayPass("after a step");
      return answer;
    }

    @Override
    public boolean isReady(long nowNanos) {
      mayPass("before its last look");
      boolean answer = machine.isReady(nowNanos);
      mayPass("after its last look");
      return answer;
    }

    @Override
    public boolean mayRest() {
      mayPass("before it rests");
      boolean answer = machine.mayRest();
      if (answer) rests++;
      mayPass("before it rests in earnest");
      return answer;
    }

    @Override
    public WaitState waitsFor(WaitState before) {
      return machine.waitsFor(before);
    }

    @Override
    public boolean keepsTime() {
      return machine.keepsTime();
    }

    @Override
    public boolean wantsRest(Time time) {
      return machine.wantsRest(time);
    }

    @Override
    public void around(Runnable steps) {
      machine.around(steps);
    }

    @Override
    public boolean hasAround() {
      return machine.hasAround();
    }

    @Override
    public boolean outlives(Throwable failure) {
      return machine.outlives(failure);
    }

    @Override
    public String describe() {
      return machine.describe();
    }

    @Override
    public String threadName() {
      return machine.threadName();
    }
  }

  /** Passes before and after it wakes somebody. */
  private final class PassingCarrier extends DelegatingDriver {
    PassingCarrier(Driver driver) {
      super(driver);
    }

    @Override
    public void wake() {
      mayPass("before it wakes somebody");
      super.wake();
      mayPass("after it woke somebody");
    }

    @Override
    public void wakeUnlessResting() {
      mayPass("before it wakes somebody");
      super.wakeUnlessResting();
      mayPass("after it woke somebody");
    }

    @Override
    public void interrupt() {
      mayPass("before it interrupts somebody");
      super.interrupt();
    }

    @Override
    public void await(WaitState what) throws InterruptedException {
      mayPass("before it waits in user code");
      super.await(what);
    }
  }
}
