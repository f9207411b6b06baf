package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.function.Predicate;
import stage.api.CancelPolicy;
import stage.runtime.lane.Ending;
import stage.runtime.lane.Lane;
import stage.runtime.lane.NoticeBoard;

/**
 * What a consuming cell keeps across incarnations: its subscriptions, and whose turn it is. The cell's thread only,
 * except where a method says otherwise.
 */
final class ConsumerHalf {
  // A single subscription is looked at directly. Where there are several, producers post notices, and the subscriptions
  // concerned go into queues, so that a turn looks only at those where something has happened. An entry of a queue is
  // checked once more when it is taken.

  private static final LaneInlet<?>[] NONE = {};

  private static final Predicate<LaneInlet<?>> HAS_EVENTS = LaneInlet::hasEvents;
  private static final Predicate<LaneInlet<?>> HAS_PROGRESS = LaneInlet::hasProgress;
  private static final Predicate<LaneInlet<?>> IS_CANCELLED = LaneInlet::isCancelled;
  // Not where they are used: there, a call site would be linked for the first time when something has failed.
  private static final Predicate<LaneInlet<?>> IS_OVER = LaneInlet::isOver;
  private static final Predicate<LaneInlet<?>> IS_PAUSED = LaneInlet::isPaused;
  private static final Predicate<LaneInlet<?>> HAS_FAILED = LaneInlet::hasFailed;
  private static final Predicate<LaneInlet<?>> HAS_FAILED_AND_IS_PAUSED = HAS_FAILED.and(IS_PAUSED);
  private static final Predicate<LaneInlet<?>> ANY = inlet -> true;

  private final ConsumerPort cell;
  private final Roster<LaneInlet<?>> inlets;
  private final NoticeBoard board = new NoticeBoard();
  private volatile Tasks<?, ?> tasks;   // set once; null if it hands no event to threads of their own
  private boolean closed;      // under the graph's lock: whether it may not subscribe any more
  private boolean listens;     // whether producers post notices: there is or was more than one
  // The first entry of two queues that every consumer needs, so that one with a single subscription has no queue, and
  // takes no memory for one while a turn is committed. Null for none.
  private LaneInlet<?> newcomer;   // to be told of before those in the queue
  private LaneInlet<?> asking;     // its producer must be woken, like those in the queue
  private InletQueues queues = InletQueues.NONE;
  private int endings;         // how many have ended
  private int pausedInlets;    // how many are paused
  private boolean drains;      // whether it has looked for producers that do not drain with this stage
  private long settled;        // events
  // Plain; published by the next field. When two end at once, a reader may see the path of one with this of the other.
  private boolean hasLastFailed;
  private volatile String lastProducer;   // path of the one that ended last; null if none has; read by any thread

  ConsumerHalf(ConsumerPort cell) {
    this.cell = cell;
    this.inlets = new Roster<>(cell.lock(), NONE);
  }

  /** {@return its cell, as far as it may use it} */
  ConsumerPort cell() {
    return cell;
  }

  /** Events are handed to threads of their own: the first incarnation says so, and they are kept. */
  void hasTasks(Tasks<?, ?> first) {
    tasks = first;
  }

  /** {@return those events; null if the stage hands none to threads of their own} Any thread. */
  Tasks<?, ?> tasks() {
    return tasks;
  }

  // ---- under the graph's lock, called by any thread

  boolean isClosed() {
    return closed;
  }

  /** A subscription is about to be added; a notice will tell the stage. */
  void joins(LaneInlet<?> inlet) {
    inlet.lane().joins(board, inlet);
  }

  /** {@return the list to which subscriptions are added} */
  Roster<LaneInlet<?>> roster() {
    return inlets;
  }

  /** Any thread; see {@link Roster#all}. */
  LaneInlet<?>[] inlets() {
    return inlets.all();
  }

  /** {@return how many subscriptions there are} Any thread. */
  int inletCount() {
    return inlets.size();
  }

  boolean hasNoInlets() {
    return inlets.isEmpty();
  }

  /** The other end of a subscription wants it cancelled. Any thread. */
  void askToCancel(Lane<?> lane) {
    ((LaneInlet<?>) lane.inlet()).askToCancel();
  }

  // ---- the cell's thread

  /** Looks at the subscriptions with notices. If it throws because the heap is full, the rest stays to be done. */
  private void hear() {
    for (Lane<?> lane = board.first(); lane != null; lane = board.first()) {
      board.takeFirstDown();
      try {
        hear((LaneInlet<?>) lane.inlet());
      } catch (Throwable failure) {
        lane.noticeToConsumer();
        throw failure;
      }
    }
  }

  private void hear(LaneInlet<?> inlet) {
    if (inlet.isGone()) return;
    if (!inlet.isMet()) meet(inlet);
    if (inlet.isCancelled()) toQueues().toCancels().add(inlet);
    if (listens) look(inlet);
  }

  private void meet(LaneInlet<?> inlet) {
    int all = inlets.size();
    makeRoom(all);
    isUntold(inlet);
    if (drains && isOutside(inlet)) toQueues().toOutside().add(inlet);
    if (!listens && all > 1) {
      // one that another thread is just adding is listened to once its notice has come and the stage knows of it
      for (LaneInlet<?> each : inlets.all()) if (each == inlet || each.isMet()) listen(each);
      listens = true;
    } else if (listens) {
      listen(inlet);
    }
    inlet.isMet(true);
  }

  /** Takes memory now, so that committing a turn takes none. */
  private void makeRoom(int all) {
    if (drains) toQueues().toOutside().makeRoomFor(all);
    if (all > 1) toQueues().makeRoomFor(all);
  }

  private void listen(LaneInlet<?> inlet) {
    inlet.lane().tellOfEvents();
    look(inlet);
  }

  /** Queues a subscription for the events, the progress or the end it may have. */
  private void look(LaneInlet<?> inlet) {
    Ending ending = inlet.lane().ending();   // before the events: it is written after the last of them
    if (inlet.lane().available() > 0) toQueues().toReady().add(inlet);
    if (inlet.lane().progress() != null) toQueues().toProgressing().add(inlet);
    if (ending == null) return;
    if (ending instanceof Ending.Failed) toQueues().toFailed().add(inlet);
    if (inlet.lane().available() == 0) toQueues().toOver().add(inlet);
    if (inlet.isEnding()) return;
    inlet.isEnding(true);
    endings++;
  }

  /** Events of a subscription have been settled. */
  void settled(LaneInlet<?> inlet, long events) {
    settled += events;
    if (!listens && !drains) return;
    boolean isEmpty = inlet.lane().available() == 0;
    if (isEmpty && drains && isOutside(inlet)) toQueues().toOutside().add(inlet);
    if (listens) look(inlet);
  }

  /** {@return whether there may be subscriptions that this incarnation has not been told of} */
  boolean hasInletNews() {
    hear();
    return newcomer != null || !queues.untold().isEmpty();
  }

  /** This incarnation must be told of it, after those already queued. */
  private void isUntold(LaneInlet<?> inlet) {
    if (newcomer == null && queues.untold().isEmpty()) newcomer = inlet;
    else if (newcomer != inlet) toQueues().toUntold().add(inlet);
  }

  private LaneInlet<?> pollUntold() {
    LaneInlet<?> first = newcomer;
    newcomer = null;
    return first != null ? first : queues.untold().poll();
  }

  /** {@return a subscription that this incarnation must be told of, and now counts as told; null if there is none} */
  LaneInlet<?> newcomer(int incarnation) {
    for (LaneInlet<?> inlet = pollUntold(); inlet != null; inlet = pollUntold()) {
      if (!inlet.isGone() && inlet.introduce(incarnation)) return inlet;
    }
    return null;
  }

  /** A new incarnation begins, which knows of no subscription. */
  void reincarnated() {
    for (LaneInlet<?> inlet : inlets.all()) {
      if (inlet.isMet()) isUntold(inlet);
      if (!inlet.isPaused()) continue;
      inlet.resume();
      commitGate(inlet);
    }
    queues.moved().clear();
    fenceAndWakeProducers();
  }

  // ---- pausing and resuming

  /** The turn has paused or resumed a subscription. */
  void gateMoved(LaneInlet<?> inlet) {
    toQueues().toMoved().add(inlet);
  }

  /** Keeps which subscriptions the turn has paused and resumed. Returns whether one was resumed that asks for more. */
  boolean commitGates() {
    boolean asked = false;
    InletQueue moved = queues.moved();
    for (LaneInlet<?> inlet = moved.poll(); inlet != null; inlet = moved.poll()) asked |= commitGate(inlet);
    return asked;
  }

  private boolean commitGate(LaneInlet<?> inlet) {
    boolean wasPaused = inlet.isPauseCommitted();
    boolean asks = inlet.commitGate();
    pausedInlets += (inlet.isPauseCommitted() ? 1 : 0) - (wasPaused ? 1 : 0);
    if (asks) asks(inlet);
    if (listens) look(inlet);
    return asks;
  }

  void rollbackGates() {
    InletQueue moved = queues.moved();
    for (LaneInlet<?> inlet = moved.poll(); inlet != null; inlet = moved.poll()) inlet.rollbackGate();
  }

  // ---- what there is to do

  /** {@return the next subscription with events; null if there is none} */
  LaneInlet<?> ready() {
    return ready(HAS_EVENTS);
  }

  /** {@return the next subscription with events for which this is true; null if there is none} */
  LaneInlet<?> ready(Predicate<LaneInlet<?>> hasWork) {
    return first(queues.ready(), hasWork);
  }

  private LaneInlet<?> first(InletQueue queue, Predicate<LaneInlet<?>> hasIt) {
    hear();
    if (listens) return queue.first(hasIt);
    LaneInlet<?>[] all = inlets.all();
    return all.length == 0 || !all[0].isMet() || !hasIt.test(all[0]) ? null : all[0];
  }

  /** The ready subscription has been served; the others come first now. */
  void served() {
    queues.ready().rotate();
  }

  /** A subscription may be ready again. */
  void mayBeReady(LaneInlet<?> inlet) {
    if (listens) toQueues().toReady().add(inlet);
  }

  /** {@return the next subscription with progress that a turn without events may tell of; null if there is none} */
  LaneInlet<?> progressing() {
    return first(queues.progressing(), HAS_PROGRESS);
  }

  /**
   * {@return a subscription that its producer has ended and whose events are all handled; null if there is none}
   *
   * @param stuck whether the cell cannot handle events now; then the events before a failure are not waited for
   */
  LaneInlet<?> ended(boolean stuck) {
    LaneInlet<?> ended = first(queues.over(), IS_OVER);
    if (ended != null) return ended;
    if (!stuck && pausedInlets == 0) return null;
    if (!listens) return first(queues.failed(), stuck ? HAS_FAILED : HAS_FAILED_AND_IS_PAUSED);
    return queues.failed().any(stuck ? ANY : IS_PAUSED);
  }

  /** {@return whether a producer has ended its subscription, its events handled or not} */
  boolean hasEnding() {
    hear();
    if (listens) return endings > 0;
    for (LaneInlet<?> inlet : inlets.all()) if (inlet.lane().ending() != null) return true;
    return false;
  }

  /** {@return a subscription to cancel with no event being worked on; null if there is none} */
  LaneInlet<?> cancelled() {
    if (!hasCancelled()) return null;
    return queues.cancels().any(new IsCancelledAndFree(tasks));
  }

  private record IsCancelledAndFree(Tasks<?, ?> tasks) implements Predicate<LaneInlet<?>> {
    @Override
    public boolean test(LaneInlet<?> inlet) {
      return inlet.isCancelled() && (tasks == null || !tasks.isBusyWith(inlet));
    }
  }

  /** {@return whether there is a subscription to cancel, now or once its last running event is finished} */
  boolean hasCancelled() {
    hear();
    return queues.cancels().first(IS_CANCELLED) != null;
  }

  /** The stage itself has cancelled a subscription. */
  void isCancelled(LaneInlet<?> inlet) {
    toQueues().toCancels().add(inlet);
  }

  /** {@return an idle subscription to a producer that does not drain with this stage; null if there is none} */
  LaneInlet<?> outsider() {
    hear();
    if (!drains) {
      toQueues().toOutside().makeRoomFor(inlets.size());
      for (LaneInlet<?> inlet : inlets.all())
        if (isIdleAndOutside(inlet)) toQueues().toOutside().add(inlet);
      drains = true;
    }
    return queues.outside().first(new IsIdleAndOutside());
  }

  private final class IsIdleAndOutside implements Predicate<LaneInlet<?>> {
    @Override
    public boolean test(LaneInlet<?> inlet) {
      return isIdleAndOutside(inlet);
    }
  }

  private boolean isIdleAndOutside(LaneInlet<?> inlet) {
    return inlet.lane().available() == 0 && isOutside(inlet);
  }

  private boolean isOutside(LaneInlet<?> inlet) {
    return !cell.drainsWith(inlet.lane().producer());
  }

  // ---- waking producers

  /** The producer of a subscription must be woken: more was asked for. */
  void asks(LaneInlet<?> inlet) {
    mayHaveSettledAll(inlet);
    inlet.asksForMore = true;
  }

  /** The producer of a subscription must be woken if it waits for its lane to be settled, and the lane is. */
  void mayHaveSettledAll(LaneInlet<?> inlet) {
    if (asking == null) asking = inlet;
    else if (asking != inlet) toQueues().toAsking().add(inlet);
  }

  /** Wakes the producers of subscriptions that asked, or were resumed. */
  void fenceAndWakeProducers() {
    if (asking == null && queues.asking().isEmpty()) return;
    // pairs with the announcement of each producer's driver, and with tell in Lane.isSettledOrTellMe
    VarHandle.fullFence();
    for (LaneInlet<?> inlet = pollAsking(); inlet != null; inlet = pollAsking()) {
      boolean wakes = inlet.asksForMore || inlet.lane().shouldNotifyProducer();
      inlet.asksForMore = false;
      if (wakes) inlet.lane().wakeProducer();
    }
  }

  private LaneInlet<?> pollAsking() {
    LaneInlet<?> first = asking;
    asking = null;
    return first != null ? first : queues.asking().poll();
  }

  /** {@return how many events of all its subscriptions were settled, including those it has given up} */
  long settled() {
    return settled;
  }

  // ---- ends

  /** Gives a subscription up; its unsettled events go back to the producer. */
  void leave(LaneInlet<?> inlet) {
    if (tasks != null) tasks.leave(inlet);
    inlet.lane().producer().consumerLeft(inlet.lane());
    cell.lock().lock();   // last: if the heap is full, all of this is repeated
    try {
      inlets.remove(inlet);
    } finally {
      cell.lock().unlock();
    }
    if (inlet.isGone()) return;
    if (inlet.lane().ending() != null) {   // nothing is allocated here: the heap may be full
      hasLastFailed = inlet.lane().ending() instanceof Ending.Failed;
      lastProducer = inlet.lane().producer().path();
    }
    if (inlet.isEnding()) endings--;
    if (inlet.isPauseCommitted()) pausedInlets--;
    inlet.isGone(true);
    if (newcomer == inlet) newcomer = null;
    if (asking == inlet) asking = null;
    queues.left(inlet);
  }

  /** {@return which producer ended last, and how, in words; null if none has} Any thread. */
  String lastProducer() {
    String path = lastProducer;
    return path == null ? null : "`" + path + "` has " + (hasLastFailed ? "failed" : "ended");
  }

  /** Gives all subscriptions up and accepts no other. */
  void close() {
    cell.lock().lock();
    closed = true;
    cell.lock().unlock();
    for (LaneInlet<?> inlet : inlets.all()) leave(inlet);
  }

  /** Forgets the subscriptions given up. The cell has ended. */
  void letGo() {
    tasks = null;
    board.close();
    newcomer = null;
    asking = null;
    queues.clear();
  }

  private InletQueues toQueues() {
    if (queues == InletQueues.NONE) queues = new InletQueues();
    return queues;
  }

  static CancelPolicy policyOf(LaneInlet<?> inlet) {
    return inlet.lane().spec().cancelPolicy();
  }
}
