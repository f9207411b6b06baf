package stage.runtime.engine;

import stage.api.EventFunction;
import stage.api.EventHandler;
import stage.api.Stage;
import stage.api.internal.Description;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Activity;
import stage.runtime.time.WaitState;

/**
 * A stage that hands each event to a thread of its own. Its turns start such threads and collect their results.
 */
final class TaskRole<I, O> extends Role {
  private static final Object DONE = new Object();

  private final ConsumerHalf input;
  private final Tasks<I, O> tasks;
  private final ProducerHalf<O> half;    // null for a consumer
  private final StagedOutlet<O> out;     // null for a consumer
  private LaneInlet<?> told;             // the lane whose progress this turn has passed on; null for none

  private TaskRole(CellParts parts, Tasks<I, O> tasks, ProducerHalf<O> half) {
    super(parts);
    this.input = parts.input();
    this.tasks = tasks;
    this.half = half;
    this.out = half == null ? null : new StagedOutlet<>(half);
  }

  static <I> TaskRole<I, Object> perEvent(int concurrency, EventHandler<I> handler, CellParts parts) {
    Tasks<I, Object> tasks = tasksOf(parts, true, false);
    tasks.use(concurrency, new Handling<>(handler));
    return new TaskRole<>(parts, tasks, null);
  }

  static <I, O> TaskRole<I, O> mapConcurrent(Description.MapConcurrent described, EventFunction<I, O> function,
      Stage.Behaviour stage, CellParts parts) {
    Tasks<I, O> tasks = tasksOf(parts, described.isOrdered(), true);
    tasks.use(described.concurrency(), function);
    return new TaskRole<>(parts, tasks, parts.outputOf(stage));
  }

  /** {@return the tasks of the cell: the first incarnation makes them} */
  @SuppressWarnings("unchecked")   // all incarnations of a cell are of the same types
  private static <I, O> Tasks<I, O> tasksOf(CellParts parts, boolean isOrdered, boolean isEmitting) {
    if (parts.input().tasks() == null)
      parts.input().hasTasks(new Tasks<I, O>(parts.input(), parts.redelivery(), isOrdered, isEmitting));
    return (Tasks<I, O>) parts.input().tasks();
  }

  /** A handler as a function. */
  private static final class Handling<I> implements EventFunction<I, Object> {
    private final EventHandler<I> handler;

    Handling(EventHandler<I> handler) {
      this.handler = handler;
    }

    @Override
    public Object apply(I event) throws Exception {
      handler.handle(event);
      return DONE;
    }
  }

  private long demand() {
    return half == null ? Long.MAX_VALUE : half.demand();
  }

  @Override
  boolean hasTurn() {
    return !input.cell().signals().has(Signals.STOPPED) && (tasks.canStart(demand()) || isProgressReady());
  }

  @Override
  void turn() {
    tasks.start(demand());
    LaneInlet<?> inlet = onlyInlet();
    if (inlet == null) return;
    inlet.seeProgress();
    if (!inlet.isProgressDue()) return;
    out.progress(inlet.seenProgress());
    told = inlet;
  }

  /** It passes on its only producer's progress once everything before it is emitted and settled. */
  private boolean isProgressReady() {
    LaneInlet<?> inlet = onlyInlet();
    return inlet != null && inlet.hasProgress();
  }

  private LaneInlet<?> onlyInlet() {
    if (out == null || input.inletCount() != 1) return null;
    LaneInlet<?>[] inlets = input.inlets();
    return inlets.length == 1 ? inlets[0] : null;
  }

  /** Takes in finished events; the turn is open. */
  void collect() {
    tasks.collect(out);
  }

  @Override
  void beginTurn() {
    if (out != null) out.beginTurn();
  }

  @Override
  void commit() {
    boolean published = out != null && out.commit();
    try {
      tasks.settle();
      memory.commit();
      if (told != null) told.applyProgress();
      told = null;
    } finally {
      if (published) half.fenceAndWake();
      input.fenceAndWakeProducers();
    }
  }

  @Override
  void rollback() {
    if (out != null) out.rollback();
    tasks.undo();
    told = null;
  }

  @Override
  WaitState.Kind idle() {
    if (half != null && half.demand() == 0) return WaitState.Kind.DEMAND;
    return input.hasNoInlets() ? WaitState.Kind.MAIL : WaitState.Kind.EVENTS;
  }

  @Override
  Activity callback() {
    return Activity.TASKS;
  }

  @Override
  RoleOutlet<?> outlet() {
    return out;
  }
}
