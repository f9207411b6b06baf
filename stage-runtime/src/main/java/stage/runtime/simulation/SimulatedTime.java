package stage.runtime.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import stage.runtime.time.Driver;
import stage.runtime.time.Faults;
import stage.runtime.time.Latch;
import stage.runtime.time.Permits;
import stage.runtime.time.StepMachine;
import stage.runtime.time.TaskThread;
import stage.runtime.time.Time;

/**
 * The time of a simulation: one thing at a time, in an order that {@link Choices} decide, on a clock that jumps from
 * timer to timer. So the same choices always give the same run.
 *
 * <p>Used only by the thread in control (see {@link SimulationScheduler}), unless a method says otherwise.
 */
public final class SimulatedTime implements Time {
  /** What runs within a simulation. */
  public interface Body {
    /**
     * Runs.
     *
     * @throws Throwable anything
     */
    void run() throws Throwable;
  }

  /** Thrown in the body of a simulation that cannot go on. */
  public static final class CannotGoOn extends AssertionError {
    private static final long serialVersionUID = 1L;

    CannotGoOn(String why, Throwable cause) {
      super(why, cause);
    }
  }

  private static final ThreadLocal<SimulatedTime> HERE = new ThreadLocal<>();
  private static final StandstillWatch WATCH = new StandstillWatch();

  private final Choices choices;
  private final Faults faults;
  private final SimulationOptions options;
  private final SimulatedClock clock = new SimulatedClock();
  private final SimulationScheduler scheduler;
  private final List<SimulatedDriver> drivers = new ArrayList<>();
  private final Map<Thread, Latch> ends = new HashMap<>();   // of each thread that was given out and has not ended
  private Duration standstill = Duration.ofSeconds(Long.getLong("stage.simulation.standstill", 10));
  private boolean quiet;
  private Object attachment;
  private final List<Supplier<String>> explainers = new ArrayList<>();
  private Consumer<SimulatedDriver> afterStep = driver -> {};
  private Consumer<String> trace;  // null without one
  private final List<String> openScopes = new ArrayList<>();   // used only by the thread in control
  private Consumer<Object> witness = event -> {};

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
    this.scheduler = new SimulationScheduler(this, choices, options, clock);
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
   * Adds an explanation of a simulation in which nothing can go on.
   *
   * @param explainer says it, a line each; nothing moves meanwhile
   */
  public void explainedBy(Supplier<String> explainer) {
    explainers.add(explainer);
  }

  /** {@return why nothing can go on, one line each; empty if unknown} */
  String whyStill() {
    var lines = new StringBuilder();
    for (Supplier<String> explainer : explainers) {
      try {
        explainer.get().lines().forEach(line -> lines.append("  ").append(line).append('\n'));
      } catch (RuntimeException failure) {
        lines.append("  (no explanation: ").append(failure).append(")\n");
      }
    }
    return lines.toString();
  }

  /**
   * Sets what is done after each step, on the thread that made it. It must not wait.
   *
   * @param afterStep is handed what was stepped
   */
  public void afterStep(Consumer<SimulatedDriver> afterStep) {
    this.afterStep = afterStep;
  }

  /**
   * Passes a line for each step to a consumer.
   *
   * @param trace gets the lines
   */
  public void trace(Consumer<String> trace) {
    this.trace = trace;
  }

  /**
   * Makes the simulation fail when a thread keeps control for longer than this, by the real clock. As the system
   * property {@code stage.simulation.standstill}, in seconds; 10 of them if nothing is said.
   *
   * @param limit zero for never, as is wise where somebody debugs
   */
  public void standstill(Duration limit) {
    standstill = limit;
  }

  /** Turns logging off. */
  public void quiet() {
    quiet = true;
  }

  /**
   * Tells a witness of all events other than steps.
   *
   * @param witness gets the events of all scopes
   */
  public void witness(Consumer<Object> witness) {
    this.witness = witness;
  }

  @Override
  public void opened(String scope) {
    openScopes.add(scope);
  }

  @Override
  public void closed(String scope) {
    openScopes.remove(scope);
  }

  /** {@return the names of the scopes that are open, in the order in which they were opened} */
  public List<String> openScopes() {
    return List.copyOf(openScopes);
  }

  @Override
  public void happened(Object what) {
    witness.accept(what);
  }

  @Override
  public boolean passesInUserCode() {
    return false;
  }

  @Override
  public boolean isQuiet() {
    return quiet;
  }

  /** {@return how many steps there were} */
  public long steps() {
    return scheduler.steps();
  }

  /**
   * Runs a body within the simulation, on the calling thread. When it is over, so is the simulation: a thread that
   * still waits in it is made to end.
   *
   * @param body what to run
   * @throws Throwable what the body throws
   */
  public void run(Body body) throws Throwable {
    if (HERE.get() != null) throw new IllegalStateException("a simulation must not be run within a simulation");
    scheduler.begin();
    takeIn();
    if (!standstill.isZero()) WATCH.watch(this, standstill.toNanos());
    try {
      scheduler.run(body);
    } finally {
      WATCH.forget(this);
      HERE.remove();
      scheduler.end();
    }
  }

  /** Makes the calling thread part of the simulation. */
  void takeIn() {
    HERE.set(this);
  }

  /**
   * Lets other threads run, if any can. For code that may wait: the body of the simulation, a task, user code of
   * a stage.
   */
  public void pass() {
    Wait turn = scheduler.waitFor("its turn");
    scheduler.isReady(turn);
    scheduler.block(turn);
  }

  // ---- what is told of it

  /** {@return what each thread waits for, in lines} */
  public String explain() {
    return scheduler.explain(drivers);
  }

  boolean isTraced() {
    return trace != null;
  }

  void tell(Object what) {
    if (trace != null && !scheduler.hasEnded())
      trace.accept("%8d %14.6f s  %s".formatted(scheduler.steps(), clock.nanos() / 1e9, what));
  }

  /** A driver has made a step. */
  void stepped(SimulatedDriver driver) {
    afterStep.accept(driver);
    tell(driver);
  }

  /** {@return a number that changes while the simulation makes progress} Any thread. */
  long moves() {
    return scheduler.moves();
  }

  /** Nothing has moved for too long. On the thread of {@link StandstillWatch}. */
  void standsStill() {
    scheduler.standsStill(standstill);
  }

  // ---- for what belongs to it

  SimulationScheduler scheduler() {
    return scheduler;
  }

  Choices choices() {
    return choices;
  }

  SimulationOptions options() {
    return options;
  }

  /** A thread is given out. */
  void begins(Thread thread) {
    ends.put(thread, latch());
  }

  /** A thread that was given out is over. */
  void ends(Thread thread) {
    Latch end = ends.remove(thread);
    if (end != null) end.open();
  }

  /**
   * {@return whether a machine is, or was, carried by a thread of a name in this simulation}
   *
   * @param beginning of the name
   */
  public boolean hasCarried(String beginning) {
    return drivers.stream().anyMatch(driver -> driver.machine().threadName().startsWith(beginning));
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
  public Driver driver(StepMachine machine, boolean onPlatformThread) {
    var driver = new SimulatedDriver(this, machine);
    drivers.add(driver);
    return driver;
  }

  @Override
  public Latch latch() {
    return latch("an answer or an end", "");
  }

  @Override
  public Latch latch(String opens, String owner) {
    return new SimulatedLatch(this, opens, owner);
  }

  @Override
  public Permits permits(int places) {
    return permits(places, "a free place", "");
  }

  @Override
  public Permits permits(int places, String what, String owner) {
    return new SimulatedPermits(this, places, what, owner);
  }

  @Override
  public Alarm at(long atNanos, Runnable action) {
    scheduler.ensureInside();
    return clock.at(atNanos, action);
  }

  @Override
  public TaskThread taskThread(String name, TaskThread.Work work) {
    return new SimulatedTask(this, name, work);
  }

  @Override
  public void interrupt(Thread task) {
    scheduler.interruptTask(task);
  }

  /**
   * Runs a body of work once, on a virtual thread of its own, as part of the simulation.
   *
   * @param name the thread's name
   * @param body what to run; what it throws fails the simulation
   * @return the thread
   */
  public Thread startThread(String name, Runnable body) {
    return scheduler.startThread(name, body);
  }

  @Override
  public Alarm onExit(Runnable action) {
    return () -> {};   // nothing exits in a simulation
  }

  @Override
  public boolean awaitEnd(Driver driver, long nanos) throws InterruptedException {
    Thread thread = driver.thread();
    return thread == null || awaitEnd(thread, nanos);
  }

  @Override
  public boolean awaitEnd(Thread thread, long nanos) throws InterruptedException {
    Latch end = ends.get(thread);
    return end == null || end.await(Math.max(0, nanos));
  }

  @Override
  public Thread current() {
    ThreadIdentity current = scheduler.current();
    return current != null ? current.thread() : Thread.currentThread();
  }

  @Override
  public boolean isAlive(Thread thread) {
    return ends.containsKey(thread);
  }

  @Override
  public StackTraceElement[] stackOf(Thread thread) {
    return scheduler.stackOf(thread);
  }

  @Override
  public Faults faults() {
    return faults;
  }
}
