package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import stage.api.DemandExceededException;
import stage.api.Dispatcher;
import stage.api.Overflow;
import stage.runtime.dispatch.LaneDispatch;
import stage.runtime.dispatch.Rejections;
import stage.runtime.lane.Ending;
import stage.runtime.lane.Lane;
import stage.runtime.lane.LaneChain;
import stage.runtime.lane.LaneTail;
import stage.runtime.lane.NoticeBoard;
import stage.runtime.lane.Progress;
import stage.runtime.mailbox.Signals;

/**
 * What an emitting cell keeps across incarnations: its lanes, the rule that shares events among them, and its counters.
 * The cell's thread only, except where a method says otherwise.
 *
 * @param <O> the events
 */
final class ProducerHalf<O> implements Rejections {
  private static final Lane<?>[] NONE = {};

  /** An event that got into no lane, because a user function threw. */
  private record Rejected(Object event, Throwable cause) {}

  private final ProducerPort cell;
  private final Dispatcher<O> dispatch;
  private final Overflow overflow;
  private final boolean hasRoomForATurn;      // whether a turn with demand may emit as much as it likes
  private LaneDispatch<O> laneDispatch;       // null once the cell has ended
  // null once it delivers, from the start or since the cell's thread has cleared it for good
  private volatile Accumulation accumulation;
  private ConsumerNews news;                  // null if the behaviour is not told of its consumers
  private final Roster<Lane<?>> lanes;
  private final Set<String> partitions;       // to look up; empty if there are none
  private final NoticeBoard board = new NoticeBoard();   // for lanes that came, left, or want more
  private final LaneChain touched = LaneChain.ofTouched();
  private LaneChain spared;                   // null but for a generator; written before its start
  // lanes that came before anything is delivered; lanes behind an older one that their consumer has given up
  private Set<Lane<?>> early = Set.of();
  private Set<Lane<?>> behind = Set.of();
  private Newest newest;                      // null as long as there was never more than one lane at once
  private volatile IntakeDoor<O> intakeDoor;  // set once, under the graph's lock, by the thread that needs it first
  private boolean closed;                     // under the graph's lock: whether nobody may subscribe any more
  private boolean cutShort;                   // under the graph's lock: whether a drain has closed it
  // under the graph's lock: whether the owner has its final numbers
  private boolean accounted;
  private int lateUntold;                     // under the graph's lock: returned since then and not reported yet

  private long droppedUntold;                 // since the owner was last told
  private ArrayDeque<Rejected> rejected;      // since the owner was last told; null until there was one

  private final ProducerCounts counts = new ProducerCounts();
  private volatile String lastConsumer;       // path of the one that left last; null if none has

  ProducerHalf(ProducerPort cell, Dispatcher<O> dispatch, Overflow overflow, boolean hasRoomForATurn,
      Accumulation accumulation) {
    this.cell = cell;
    this.dispatch = dispatch;
    this.overflow = overflow;
    this.hasRoomForATurn = hasRoomForATurn;
    this.accumulation = accumulation;
    this.laneDispatch = LaneDispatch.of(dispatch, this);
    this.lanes = new Roster<>(cell.lock(), NONE);
    this.partitions = dispatch instanceof Dispatcher.Partition<?> named ? new HashSet<>(named.partitions()) : Set.of();
  }

  /** {@return whether sharing events out calls user code: selectors, functions of partitions, or a rule} */
  boolean asksUsers() {
    return !(dispatch instanceof Dispatcher.ByDemand<?>);
  }

  @Override
  public String path() {
    return cell.path();
  }

  Dispatcher<O> dispatch() {
    return dispatch;
  }

  /** Any thread. */
  ProducerCounts counts() {
    return counts;
  }

  /** Any thread. */
  boolean hasPartition(String name) {
    return partitions.contains(name);
  }

  Overflow overflow() {
    return overflow;
  }

  // ---- subscriptions; under the graph's lock, called by any thread

  boolean isClosed() {
    return closed;
  }

  /** A lane is about to be added. */
  void joins(Lane<?> lane) {
    lane.joins(touched, board);
  }

  /** {@return the list to which lanes are added} */
  Roster<Lane<?>> roster() {
    return lanes;
  }

  /** {@return how a lane added now ends at once: completed, if this producer has; null if it does not end} */
  Ending endingOfLateOnes() {
    return closed ? new Ending.Completed(cutShort) : null;
  }

  /** Any thread; see {@link Roster#all}. */
  Lane<?>[] lanes() {
    return lanes.all();
  }

  /** {@return how many are subscribed, those included that leave} Any thread. */
  int laneCount() {
    return lanes.size();
  }

  /** {@return how many are subscribed and do not leave} Looks at each. */
  int staying() {
    int staying = 0;
    for (Lane<?> lane : lanes.all()) if (!lane.isGivenUp()) staying++;
    return staying;
  }

  // ---- events from outside; any thread

  /** {@return the door for events from outside; null until it is first used} */
  IntakeDoor<O> intakeDoor() {
    return intakeDoor;
  }

  /** {@return the door for events from outside, made if there is none} */
  IntakeDoor<O> ensureIntakeDoor() {
    IntakeDoor<O> there = intakeDoor;
    if (there != null) return there;
    cell.lock().lock();
    try {
      if (intakeDoor == null) intakeDoor = new IntakeDoor<>(cell, this);
    } finally {
      cell.lock().unlock();
    }
    return intakeDoor;
  }

  // ---- demand

  /** {@return whether it delivers nothing yet, and has no demand} Any thread. */
  boolean isAccumulating() {
    Accumulation there = accumulation;
    return there != null && there.isOn(lanes.size())
        && !cell.signals().has(Signals.CANCELLED | Signals.STOPPED | Signals.DRAINED);
  }

  /**
   * {@return whether it looks at new consumers only after the running init has returned, which wakes it} Under the
   * graph's lock.
   */
  boolean isWokenByInit() {
    Accumulation there = accumulation;
    return there != null && there.waitsForInit() && news == null;
  }

  /** Accumulates no more. Any thread; the caller wakes the cell. */
  void resume() {
    Accumulation there = accumulation;
    if (there != null) there.resume();
  }

  /**
   * Takes note of lanes that want more, up to the first that came or went, which {@link #meetLanes} handles. Part of a
   * look, so it takes no memory.
   */
  private void hear() {
    for (Lane<?> lane = board.first(); lane != null && lane.isAdmitted() && !lane.hasLeft(); lane = board.first()) {
      board.takeFirstDown();
      hear(lane);
    }
  }

  @SuppressWarnings("unchecked")
  private void hear(Lane<?> lane) {
    laneDispatch.heard((LaneTail<O>) lane);
    if (lane.hasLeft()) lane.noticeToProducer();   // it left just now, perhaps with the notice that was taken down
  }

  /** {@return whether lanes came or went since {@link #meetLanes}; while it accumulates, new lanes do not count} */
  boolean hasLaneNews() {
    if (laneDispatch == null) return false;
    hear();
    return board.first() != null || !early.isEmpty() && !isAccumulating();
  }

  /** {@return whether there may be work apart from demand} To be asked only if no signal is set. */
  boolean hasOtherThanDemand() {
    return hasLaneNews() || hasNews() || isAccumulating() || laneDispatch.canFlush();
  }

  /** Tells a new incarnation of all present and later consumers, if it wants to know. */
  void tellsOfConsumers(boolean wants) {
    news = wants ? new ConsumerNews() : null;
    if (wants) for (Lane<?> lane : lanes.all()) if (lane.isAdmitted()) news.came(lane);
  }

  /** {@return whether the behaviour must be told of consumers that came or went} */
  boolean hasNews() {
    return news != null && !news.isEmpty();
  }

  /** {@return which consumers came and went; null if there is nothing to tell} */
  ConsumerNews news() {
    return hasNews() ? news : null;
  }

  /** Takes new lanes in, and takes back what lanes that left did not settle. */
  void meetLanes() {
    boolean delivers = !isAccumulating();   // while no lane is admitted, all events wait
    laneDispatch.othersJoin();
    // for good: consumers that leave later do not bring it back
    if (delivers && accumulation != null) accumulation = null;
    if (delivers && !early.isEmpty()) {
      admitAll(early);
      early = Set.of();   // no longer needed
    }
    for (Lane<?> lane = board.first(); lane != null; lane = board.first()) {
      board.takeFirstDown();
      try {
        meet(lane, delivers);
      } catch (Throwable failure) {   // such as a full heap
        lane.noticeToProducer();
        throw failure;
      }
    }
    counts.nowWaiting(laneDispatch.waiting());
  }

  private void meet(Lane<?> lane, boolean delivers) {
    if (lane.hasLeft()) {
      takeBack(lane);
    } else if (lane.isAdmitted()) {
      hear(lane);
    } else {
      if (!(dispatch instanceof Dispatcher.Broadcast<?>)) note(lane);
      if (delivers) admit(lane);
      else early = with(early, lane);
    }
  }

  /** With several lanes, it must know which lane of a consumer is the newest. */
  private void note(Lane<?> lane) {
    if (newest != null) {
      newest.note(lane);
    } else if (lanes.size() > 1) {
      var all = new Newest();
      for (Lane<?> each : lanes.all()) all.note(each);
      newest = all;
    }
  }

  private void admitAll(Set<Lane<?>> some) {
    for (Lane<?> lane : List.copyOf(some)) {
      admit(lane);
      if (some != behind || lane.isAdmitted()) some.remove(lane);
    }
  }

  private static Set<Lane<?>> with(Set<Lane<?>> some, Lane<?> lane) {
    Set<Lane<?>> more = some.isEmpty() ? new LinkedHashSet<>(2) : some;   // most hold one lane, until the init is over
    more.add(lane);
    return more;
  }

  /**
   * Shares events out to a lane from now on. If a consumer cancels and at once subscribes anew, its new lane gets
   * nothing until the old one has been taken back, because the unsettled events there are older. A broadcast does not
   * send those again, so there this does not apply.
   */
  @SuppressWarnings("unchecked")
  private void admit(Lane<?> lane) {
    if (newest != null && newest.isBehindOneGivenUp(lane)) {
      behind = with(behind, lane);
      return;
    }
    laneDispatch.join((LaneTail<O>) lane);
    lane.admit();
    if (news != null) news.came(lane);
  }

  long demand() {
    if (laneDispatch == null) return 0;
    hear();
    return laneDispatch.demand();
  }

  /** {@return how many events may be emitted beyond {@code demand}} */
  long room() {
    return Math.max(0, overflow.capacity() + laneDispatch.allowance() - laneDispatch.waiting());
  }

  /**
   * {@return how many events a turn taken for demand may emit beyond it: as a rule, everything that its input results
   * in}
   */
  long roomOfTurn() {
    return hasRoomForATurn ? Long.MAX_VALUE : room();
  }

  DemandExceededException exceeded() {
    String remedy = switch (overflow.kind()) {
      case FAIL -> "emit no more than the demand, or choose Overflow.dropOldest(n)";
      case BLOCK, DROP_OLDEST, DROP_NEWEST -> cell.isConsumer()
          ? "give its spec a larger withBuffer(n), or smaller batches by a smaller demand"
          : "emit no more than the demand, or give its spec another withOverflow(…)";
    };
    return new DemandExceededException(cell.path(), overflow.capacity(), remedy);
  }

  // ---- events

  /** From now on resting consumers are not woken for each single event. Before the cell is started. */
  void sparesResting() {
    spared = LaneChain.ofSpared();
  }

  /**
   * Publishes a turn's events as far as there is demand; the rest waits. The caller fences and calls
   * {@link #wakeConsumers}.
   */
  void publish(Object[] events, int from, int to) {
    long skippedBefore = counts.skipped();
    int rejectedBefore = rejectedCount();
    try {
      laneDispatch.offer(events, from, to);
    } catch (Throwable nonePublished) {
      forget(skippedBefore, rejectedBefore);
      throw nonePublished;
    }
    counts.addEmitted(to - from);
    trim();
  }

  void publish(Object event) {
    laneDispatch.offer(event);
    counts.addEmitted(1);
    trim();
  }

  /** Vouches for what is published from now on. The caller fences and calls {@link #wakeConsumers}. */
  void progress(Progress progress) {
    laneDispatch.progress(progress);
  }

  /** Unpublished events were neither skipped nor rejected: they will be emitted, or looked at, again. */
  private void forget(long skippedBefore, int rejectedBefore) {
    counts.skippedOnly(skippedBefore);
    while (rejectedCount() > rejectedBefore) rejected.pollLast();
  }

  private int rejectedCount() {
    return rejected == null ? 0 : rejected.size();
  }

  /** Publishes events outside any turn, and wakes their consumers. */
  void publishNow(Object[] events) {
    if (hasLaneNews()) meetLanes();
    publish(events, 0, events.length);
    fenceAndWake();
  }

  /** Counts events that were emitted but dropped before they got here. */
  void dropped(long events) {
    counts.addEmitted(events);
    noteDropped(events);
  }

  private void noteDropped(long events) {
    counts.addDropped(events);
    droppedUntold += events;
  }

  /** Tells the owner what was dropped and given up since it was last told, if anything. */
  void tellDropped() {
    if (rejectedCount() > 0) tellRejected();
    if (droppedUntold == 0) return;
    long events = droppedUntold;
    droppedUntold = 0;
    cell.dropped(events, "overflow " + overflow.kind());
  }

  private void tellRejected() {
    while (!rejected.isEmpty()) {
      Rejected next = rejected.peek();
      cell.deadLetter(next.event(), next.cause(), 1, cell.path());
      rejected.poll();   // last: if the heap is full, it is told again
    }
  }

  private void trim() {
    long waits = laneDispatch.waiting();
    if (waits == 0 && counts.waiting() == 0) return;
    if (overflow.kind() == Overflow.Kind.DROP_OLDEST) dropDownTo(overflow.capacity());
    counts.nowWaiting(laneDispatch.waiting());
  }

  /** Drops all waiting events except those given back by consumers: newer ones have been dropped already. */
  void dropWaiting() {
    dropDownTo(0);
    counts.nowWaiting(laneDispatch.waiting());
  }

  private void dropDownTo(int capacity) {
    long tooMany = laneDispatch.waiting() - capacity - laneDispatch.allowance();
    for (long i = 0; i < tooMany; i++) laneDispatch.dropOldest();
    if (tooMany > 0) noteDropped(tooMany);
  }

  boolean canFlush() {
    hear();
    return laneDispatch.canFlush();
  }

  void flush() {
    int rejectedBefore = rejectedCount();
    try {
      laneDispatch.flush();
    } catch (Throwable failure) {
      forget(counts.skipped(), rejectedBefore);
      throw failure;
    } finally {   // some partitions may have got their events before another one threw
      counts.nowWaiting(laneDispatch.waiting());
      fenceAndWake();
    }
  }

  /**
   * Puts accepted events behind those that wait, without asking any rule: for when no rule can be asked. They count as
   * emitted.
   */
  void keep(Object[] events) {
    laneDispatch.keep(events);
    counts.addEmitted(events.length);
    trim();
  }

  boolean isDelivered() {
    return laneDispatch.waiting() == 0;
  }

  boolean awaitsSomebody() {
    return laneDispatch.awaitsSomebody();
  }

  boolean isDeliveredToAllThere() {
    return laneDispatch.isDeliveredToAllThere();
  }

  boolean isSettled() {
    return laneDispatch.isSettled();
  }

  /** One fence for all lanes; pairs with the announcement of each consumer's driver. */
  void fenceAndWake() {
    VarHandle.fullFence();
    wakeConsumers();
  }

  /** Wakes the consumers of the lanes that were published to. After a full fence. */
  void wakeConsumers() {
    for (Lane<?> lane = touched.poll(); lane != null; lane = touched.poll()) lane.wakeConsumer();
  }

  /** As {@link #fenceAndWake}, after one event of many: a resting consumer is not woken. */
  void fenceAndWakeUnlessResting() {
    VarHandle.fullFence();   // pairs with the announcement of each consumer's driver
    for (Lane<?> lane = touched.poll(); lane != null; lane = touched.poll()) {
      if (lane.wakeConsumerUnlessResting()) spared.add(lane);
    }
  }

  /** Wakes the resting consumers that were not woken before. */
  void wakeRestingConsumers() {
    VarHandle.fullFence();   // pairs with the announcement of each consumer's driver
    for (Lane<?> lane = spared.poll(); lane != null; lane = spared.poll()) lane.wakeConsumer();
  }

  @Override
  public void skipped() {
    counts.addSkipped(1);
  }

  /** Gives up on an event that got into no lane, once the events beside it are published. */
  @Override
  public void reject(Object event, Throwable cause) {
    if (rejected == null) rejected = new ArrayDeque<>(1);
    rejected.add(new Rejected(event, cause));
  }

  // ---- ends

  /** Takes back the events that a consumer did not settle before it left. */
  @SuppressWarnings("unchecked")
  private void takeBack(Lane<?> lane) {
    var tail = (LaneTail<O>) lane;
    if (lane.isAdmitted()) {
      takeBackEvents(tail);   // first: if the heap is full, all of this is repeated
      laneDispatch.leave(tail);
    }
    if (!early.isEmpty()) early.remove(lane);
    if (!behind.isEmpty()) behind.remove(lane);
    cell.lock().lock();
    try {
      lanes.remove(lane);
    } finally {
      cell.lock().unlock();
    }
    if (newest != null) newest.forget(lane);
    lastConsumer = lane.consumer().path();
    if (news != null && lane.isAdmitted()) news.left(lane);
    if (!behind.isEmpty()) admitAll(behind);
  }

  /** {@return the path of the consumer that left last; null if none has} Any thread. */
  String lastConsumer() {
    return lastConsumer;
  }

  private void takeBackEvents(LaneTail<O> lane) {
    laneDispatch.makeRoomFor(lane);
    Object[] events = lane.takeBack();
    if (events.length == 0) return;
    int forNobody = laneDispatch.takeBack(lane, events);
    if (forNobody == 0) return;
    counts.addReturned(forNobody);
    cell.returned(((Lane<?>) lane).snapshot());
  }

  /** Ends every lane. The consumer's cell counts as returned what the consumer leaves unsettled after this. */
  void close(Ending ending) {
    cell.lock().lock();
    try {
      closed = true;
      cutShort = ending instanceof Ending.Completed completed && completed.cutShort();
      for (Lane<?> lane : lanes.all()) {
        if (!lane.hasLeft()) {
          lane.end(ending);
        } else {
          counts.addReturned(lane.takeBack().length);
          lanes.remove(lane);
        }
      }
    } finally {
      cell.lock().unlock();
    }
    VarHandle.fullFence();   // pairs with the announcement of each consumer's driver
    for (Lane<?> lane : lanes.all()) lane.tellConsumerOfEnd();
  }

  /** Forgets the events that are left, which have been counted. The cell has ended. Takes no memory. */
  void letGo() {
    laneDispatch = null;
    board.close();
    newest = null;
    while (touched.poll() != null) continue;
    while (spared != null && spared.poll() != null) continue;
  }

  /** The owner gets its final numbers now; events returned later are reported separately. Under the lock. */
  void accounted() {
    accounted = true;
  }

  /** Reports events given back to a producer that has ended and cannot do so itself. On the consumer's thread. */
  private void tellOfLate(Lane<?> lane, int events) {
    if (events == 0) return;
    try {
      cell.returnedAfterEnd(events);
    } catch (Throwable full) {
      cell.lock().lock();
      lateUntold += events;
      cell.lock().unlock();
      throw full;
    }
    cell.returned(lane.snapshot());
  }

  /** The consumer leaves a lane. On the consumer's thread. */
  void left(Lane<?> lane) {
    boolean toTell;
    int late = 0;
    cell.lock().lock();
    try {
      lane.leave();
      toTell = !closed;
      if (closed) {
        // The producer is gone, and its last counters were written before this lock was free, so this thread is the
        // only writer now. If the heap is full, all of this is repeated, so events taken back stay unreported until
        // then.
        lanes.remove(lane);
        int count = lane.takeBack().length;
        counts.addReturned(count);
        if (accounted) lateUntold += count;
        late = lateUntold;
        lateUntold = 0;
      }
    } finally {
      cell.lock().unlock();
    }
    tellOfLate(lane, late);
    if (!toTell) return;
    lane.noticeToProducer();
    cell.signals().set(Signals.CONSUMER_LEFT);
    cell.wake();
  }
}
