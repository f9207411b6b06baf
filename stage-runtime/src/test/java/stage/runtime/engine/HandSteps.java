package stage.runtime.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import stage.api.DeadLetter;
import stage.api.DeadLetterHandler;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageSnapshot;
import stage.api.StageSpec;
import stage.api.StopReason;
import stage.api.SubscriptionSnapshot;
import stage.api.SubscriptionSpec;
import stage.runtime.time.Activity;
import stage.runtime.time.DelegatingDriver;
import stage.runtime.time.DelegatingTime;
import stage.runtime.time.Driver;
import stage.runtime.time.RealTime;
import stage.runtime.time.StepMachine;

/** Cells that a test steps by hand: on its own thread, and on a clock that only the test moves. */
final class HandSteps extends DelegatingTime
    implements CellOwner.Supervision, CellOwner.News, CellOwner.Services {
  /** What the owner was told, in order. */
  final List<String> news = new ArrayList<>();

  /** How it answers a crash. */
  Directive answer = new Directive.Restart(0);

  long nanos;
  private final SubscriptionGraph graph = new SubscriptionGraph(this);

  HandSteps() {
    super(new RealTime());
  }

  <S extends Stage.Behaviour> Cell<S> cell(StageSpec<S> spec) {
    return Cell.of(spec, "test", graph, new CellOwner(this, this, this));
  }

  /** {@return a subscription to a producer of numbers} */
  @SuppressWarnings("unchecked")   // the test knows what it emits
  static SubscriptionSpec<Integer> to(Cell<?> producer, Demand demand) {
    return SubscriptionSpec.to((ProducerRef<Integer, ?>) producer.ref()).withDemand(demand);
  }

  /** Steps a cell until it has nothing to do. */
  void settle(Cell<?> cell) {
    while (cell.isAlive() && cell.steps().isReady(nanos)) cell.steps().step(nanos);
  }

  /** Steps a cell once; it has something to do. */
  void step(Cell<?> cell) {
    if (!cell.steps().isReady(nanos)) throw new AssertionError(cell.path() + " has nothing to do");
    cell.steps().step(nanos);
  }

  /** The thread of the test is that of each cell. */
  static final class HandDriver extends DelegatingDriver {
    private final Thread thread = Thread.currentThread();
    boolean isCurrent = true;
    int interrupts;
    int wakes;

    HandDriver(Driver idle) {
      super(idle);
    }

    @Override
    public void start() {}

    @Override
    public void wake() {
      wakes++;
    }

    @Override
    public void interrupt() {
      interrupts++;
    }

    @Override
    public boolean isCurrent() {
      return isCurrent;
    }

    @Override
    public void resetThread(String name) {}

    @Override
    public Thread thread() {
      return thread;
    }
  }

  @Override
  public HandDriver driver(StepMachine machine, boolean onPlatformThread) {
    return new HandDriver(super.driver(machine, onPlatformThread));
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public boolean isQuiet() {
    return true;
  }

  // ---- the owner

  @Override
  public boolean endsWith(CellOwner.Supervision other) {
    return true;
  }

  @Override
  public void started(Cell<?> cell) {
    news.add("started");
  }

  @Override
  public Directive crashed(Cell<?> cell, int incarnation, Throwable cause, Activity during, boolean canSkip) {
    news.add("#" + incarnation + " crashed in " + during + (canSkip ? ", can skip" : ""));
    return answer;
  }

  @Override
  public Directive completed(Cell<?> cell, Throwable onceTooOften) {
    news.add("completed");
    return answer;
  }

  @Override
  public void held(Cell<?> cell, boolean waits) {
    news.add(waits ? "held" : "not held");
  }

  @Override
  public void restarted(Cell<?> cell) {
    news.add("restarted");
  }

  @Override
  public void tookOver(Cell<?> cell, Thread old) {
    news.add("took over");
  }

  @Override
  public void interrupt(Cell<?> cell, Runnable tell) {
    tell.run();
    cell.driver().interrupt();
  }

  @Override
  public void overdue(Cell<?> cell) {
    news.add("overdue");
  }

  @Override
  public <C extends Cell<?>> void startCompanion(Function<CellOwner, C> companion, Consumer<C> connect) {
    throw new UnsupportedOperationException("no test needs one");
  }

  @Override
  public void ended(Cell<?> cell, StageSnapshot last, StopReason reason, String during, boolean contained) {
    news.add("ended in " + during);
  }

  @Override
  public void returned(SubscriptionSnapshot last) {
    news.add("returned " + last.returned());
  }

  @Override
  public void returnedAfterEnd(Cell<?> cell, int events) {
    news.add("returned late " + events);
  }

  @Override
  public void deadLettered(Cell<?> cell, DeadLetter letter, DeadLetterHandler handler, long count) {
    news.add("gave up on " + letter.event());
  }

  @Override
  public void suppressed(Cell<?> cell, Throwable thrown) {
    news.add("suppressed " + thrown.getMessage());
  }

  @Override
  public void dropped(Cell<?> cell, long events, String why) {
    news.add("dropped " + events);
  }
}
