package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.function.Predicate;
import java.util.function.Supplier;
import stage.api.CancelPolicy;
import stage.runtime.lane.Ending;
import stage.runtime.lane.Lane;
import stage.runtime.lane.NoticeBoard;

/**
 * What a cell that consumes keeps: its subscriptions, and whose turn it is. It outlives incarnations. The cell's thread
 * only, but for what says otherwise.
 */
final class ConsumerHalf {
  // One subscription is looked at itself. Where there are several, producers post notices, and what is found then goes
  // into queues: so a turn looks at those that something has happened to, and not at all the others. Whatever is in a
  // queue is looked at once more when it is taken.

  private static final LaneInlet<?>[] NONE = {};

  private static final Predicate<LaneInlet<?>> HAS_EVENTS = LaneInlet::hasEvents;
  private static final Predicate<LaneInlet<?>> HAS_PROGRESS = LaneInlet::hasProgress;
  private static final Predicate<LaneInlet<?>> IS_CANCELLED = LaneInlet::isCancelled;

  private final ConsumerPort cell;
  private final Roster<LaneInlet<?>> inlets;
  private final NoticeBoard board = new NoticeBoard();
  private volatile Tasks<?, ?> tasks;   // set once; null if it hands no event to threads of their own
  private boolean closed;      // under the graph's lock: whether it may not subscribe any more
  private boolean listens;     // whether producers post notices: there is more than one, or was
  // The first of the two kinds that every consumer has; others are in queues. So a consumer with one subscription has
  // no queue, and needs none while a turn is committed. Null for none.
  private LaneInlet<?> newcomer;   // that this incarnation is to be told of, before those that are queued
  private LaneInlet<?> asking;     // whose producer is to be woken, as those that are queued
  private InletQueues queues = InletQueues.NONE;
  private int endings;         // how many have an end
  private int pausedInlets;    // how many are paused
  private boolean drains;      // whether it was looked which producers do not drain with this stage
  private long settled;        // events
  // Plain; published by the next field. When two end at once, a reader may take the path of one with this of the other.
  private boolean hasLastFailed;
  private volatile String lastProducer;   // the path of the one that ended last; null if none has. Any thread reads it

  ConsumerHalf(ConsumerPort cell) {
    this.cell = cell;
    this.inlets = new Roster<>(cell.lock(), NONE);
  }

  /** {@return what it knows of its cell} */
  ConsumerPort cell() {
    return cell;
  }

  /** {@return the events that were handed to threads of their own; made by the first incarnation, and kept} */
  @SuppressWarnings("unchecked")   // a cell has tasks of one kind: those of its spec
  <T extends Tasks<?, ?>> T tasks(Supplier<T> first) {
    if (tasks == null) tasks = first.get();
    return (T) tasks;
  }

  /** {@return the same; null if the stage hands no event to threads of their own} Any thread. */
  Tasks<?, ?> tasks() {
    return tasks;
  }

  // ---- under the graph's lock, called by any thread

  boolean isClosed() {
    return closed;
  }

  /** A subscription is about to be added; the stage hears of it with the notice. */
  void joins(LaneInlet<?> inlet) {
    inlet.lane().joins(board, inlet);
  }

  /** {@return what it adds subscriptions to} */
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

  /** Looks at those that something has happened to. If it throws, on a full heap, the rest is still to do. */
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
      // one that another thread is just adding is listened to when its notice comes, after the stage was told of it
      for (LaneInlet<?> each : inlets.all()) if (each == inlet || each.isMet()) listen(each);
      listens = true;
    } else if (listens) {
      listen(inlet);
    }
    inlet.isMet(true);
  }

  /** So that nothing takes memory while a turn is committed. */
  private void makeRoom(int all) {
    if (drains) toQueues().toOutside().makeRoomFor(all);
    if (all > 1) toQueues().makeRoomFor(all);
  }

  private void listen(LaneInlet<?> inlet) {
    inlet.lane().tellOfEvents();
    look(inlet);
  }

  /** It may have events, progress or an end. */
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

  /** {@return whether there are subscriptions that this incarnation may not have been told of} */
  boolean hasInletNews() {
    hear();
    return newcomer != null || !queues.untold().isEmpty();
  }

  /** This incarnation is to be told of it, behind those that it is to be told of already. */
  private void isUntold(LaneInlet<?> inlet) {
    if (newcomer == null && queues.untold().isEmpty()) newcomer = inlet;
    else if (newcomer != inlet) toQueues().toUntold().add(inlet);
  }

  private LaneInlet<?> pollUntold() {
    LaneInlet<?> first = newcomer;
    newcomer = null;
    return first != null ? first : queues.untold().poll();
  }

  /** {@return a subscription that this incarnation must be told of, and counts as told now; null if there is none} */
  LaneInlet<?> newcomer(int incarnation) {
    for (LaneInlet<?> inlet = pollUntold(); inlet != null; inlet = pollUntold()) {
      if (!inlet.isGone() && inlet.introduce(incarnation)) return inlet;
    }
    return null;
  }

  /** There is a new incarnation, which knows of no subscription. */
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

  /** {@return the next subscription of those with events of which this is true; null if there is none} */
  LaneInlet<?> ready(Predicate<LaneInlet<?>> hasWork) {
    return first(queues.ready(), hasWork);
  }

  private LaneInlet<?> first(InletQueue queue, Predicate<LaneInlet<?>> hasIt) {
    hear();
    if (listens) return queue.first(hasIt);
    LaneInlet<?>[] all = inlets.all();
    return all.length == 0 || !all[0].isMet() || !hasIt.test(all[0]) ? null : all[0];
  }

  /** The subscription that was ready has been served; others come first now. */
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
   * {@return a subscription that its producer has ended, and whose events are all handled; null if there is none}
   *
   * @param stuck whether the cell cannot handle events now, in which case a failure is not waited for
   */
  LaneInlet<?> ended(boolean stuck) {
    LaneInlet<?> ended = first(queues.over(), LaneInlet::isOver);
    if (ended != null) return ended;
    if (!stuck && pausedInlets == 0) return null;
    if (!listens) return first(queues.failed(), inlet -> inlet.hasFailed() && (stuck || inlet.isPaused()));
    return queues.failed().any(inlet -> stuck || inlet.isPaused());
  }

  /** {@return whether a producer has ended its subscription, its events handled or not} */
  boolean hasEnding() {
    hear();
    if (listens) return endings > 0;
    for (LaneInlet<?> inlet : inlets.all()) if (inlet.lane().ending() != null) return true;
    return false;
  }

  /** {@return a subscription to cancel whose events nobody is working on; null if there is none} */
  LaneInlet<?> cancelled() {
    if (!hasCancelled()) return null;
    Tasks<?, ?> tasks = this.tasks;
    return queues.cancels().any(inlet -> inlet.isCancelled() && (tasks == null || !tasks.isBusyWith(inlet)));
  }

  /** {@return whether there is a subscription to cancel, now or when the last of its events has been worked on} */
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
        if (inlet.lane().available() == 0 && isOutside(inlet)) toQueues().toOutside().add(inlet);
      drains = true;
    }
    return queues.outside().first(inlet -> inlet.lane().available() == 0 && isOutside(inlet));
  }

  private boolean isOutside(LaneInlet<?> inlet) {
    return !cell.drainsWith(inlet.lane().producer());
  }

  // ---- waking producers

  /** The producer of a subscription is to be woken: more was asked for. */
  void asks(LaneInlet<?> inlet) {
    mayHaveSettledAll(inlet);
    inlet.asksForMore = true;
  }

  /** The producer of a subscription is to be woken if it waits for its lane to be settled, and it is. */
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

  /** {@return how many events of all its subscriptions were settled, those that it has given up included} */
  long settled() {
    return settled;
  }

  // ---- ends

  /** Gives a subscription up; what is not settled goes back to its producer. */
  void leave(LaneInlet<?> inlet) {
    if (tasks != null) tasks.leave(inlet);
    inlet.lane().producer().consumerLeft(inlet.lane());
    cell.lock().run(() -> inlets.remove(inlet));   // last: what finds the heap full is done again
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

  /** {@return which of its producers was the last to end, and how, in words; null if none has} Any thread. */
  String lastProducer() {
    String path = lastProducer;
    return path == null ? null : "`" + path + "` has " + (hasLastFailed ? "failed" : "ended");
  }

  /** Gives every subscription up, for good. */
  void close() {
    cell.lock().run(() -> closed = true);
    for (LaneInlet<?> inlet : inlets.all()) leave(inlet);
  }

  /** Forgets the subscriptions that it has given up. Its cell has ended. */
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
