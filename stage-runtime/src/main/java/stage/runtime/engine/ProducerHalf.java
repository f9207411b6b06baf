package stage.runtime.engine;

import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.List;
import java.util.ArrayList;
import java.util.Arrays;
import stage.api.DemandExceededException;
import stage.api.Dispatcher;
import stage.api.Overflow;
import stage.runtime.dispatch.LaneDispatch;
import stage.runtime.dispatch.Rejections;
import stage.runtime.lane.Ending;
import stage.runtime.lane.Lane;
import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Progress;
import stage.runtime.mailbox.Signals;

/**
 * What a cell that emits keeps: its lanes, the rule that shares events among them, and its counters. It outlives
 * incarnations. The cell's thread only, but for what says otherwise.
 *
 * @param <O> the events
 */
final class ProducerHalf<O> implements Rejections {
  private static final Lane<?>[] NONE = {};

  /** An event that no lane has had, because a function of the user's threw. */
  private record Rejected(Object event, Throwable cause) {}

  private final ProducerPort cell;
  private final Dispatcher<O> dispatch;
  private final Overflow overflow;
  private final boolean hasRoomForATurn;      // whether a turn that was asked for may emit as much as it likes
  private LaneDispatch<O> laneDispatch;       // null once the cell has ended
  private final Accumulation accumulation;    // null if it delivers at once
  private ConsumerNews news;                  // null if the behaviour does not want to know of its consumers
  private Lane<?>[] known = NONE;             // the lanes as the sharing knows them
  private volatile Lane<?>[] lanes = NONE;    // replaced, never changed, under the graph's lock
  private boolean closed;                     // under the graph's lock: whether it takes no more subscribers
  private boolean cutShort;                   // under the graph's lock: whether a drain has closed it
  // under the graph's lock: whether the owner has been given the last numbers
  private boolean accounted;

  private long droppedUntold;                 // since the owner was told last
  private final ArrayDeque<Rejected> rejected = new ArrayDeque<>(0);   // since then too

  final Counter emitted = new Counter();
  final Counter dropped = new Counter();
  final Counter skipped = new Counter();
  final Counter returned = new Counter();
  final Counter waiting = new Counter();      // a copy of laneDispatch.waiting() for snapshots

  ProducerHalf(ProducerPort cell, Dispatcher<O> dispatch, Overflow overflow, boolean hasRoomForATurn,
      Accumulation accumulation) {
    this.cell = cell;
    this.dispatch = dispatch;
    this.overflow = overflow;
    this.hasRoomForATurn = hasRoomForATurn;
    this.accumulation = accumulation;
    this.laneDispatch = LaneDispatch.of(dispatch, this);
  }

  @Override
  public String path() {
    return cell.path();
  }

  Dispatcher<O> dispatch() {
    return dispatch;
  }

  Overflow overflow() {
    return overflow;
  }

  // ---- subscriptions; under the graph's lock, called by any thread

  boolean isClosed() {
    return closed;
  }

  /** Adds a lane. One to a producer that has completed is complete from the start. */
  void add(Lane<?> lane) {
    if (closed) lane.end(new Ending.Completed(cutShort));
    lanes = SmallArrays.with(lanes, lane);
  }

  /** Any thread. */
  Lane<?>[] lanes() {
    return lanes;
  }

  // ---- demand

  /** {@return whether it delivers nothing yet, and has no demand} Any thread. */
  boolean isAccumulating() {
    return accumulation != null && accumulation.isOn(lanes.length)
        && !cell.signals().has(Signals.CANCELLED | Signals.STOPPED | Signals.DRAINED);
  }

  /** Accumulates no more. Any thread; the caller wakes the cell. */
  void resume() {
    if (accumulation != null) accumulation.resume();
  }

  /** {@return whether lanes came or went since {@link #meetLanes}} Not before it may know of them. */
  boolean hasLaneNews() {
    return known != lanes && !isAccumulating();
  }

  /** {@return whether there may be something to do that has nothing to do with demand} There is no signal. */
  boolean hasOtherThanDemand() {
    return known != lanes || news() != null || accumulation != null && isAccumulating() || laneDispatch.canFlush();
  }

  @SuppressWarnings("unchecked")
  void meetLanes() {
    if (isAccumulating()) return;   // with no lane that it knows of, everything waits
    if (accumulation != null) accumulation.isOver();
    Lane<?>[] all = lanes;
    known = all;
    LaneTail<O>[] tails = (LaneTail<O>[]) new LaneTail<?>[all.length];
    int count = 0;
    List<Lane<?>> givenUp = givenUp(all);
    for (Lane<?> lane : all) {
      boolean isNew = !lane.isAdmitted();
      if (isNew && isBehindOneOf(givenUp, lane)) continue;
      lane.admit();
      if (isNew && news != null) news.came(lane);
      tails[count++] = (LaneTail<O>) lane;
    }
    laneDispatch.lanesAre(count < tails.length ? Arrays.copyOf(tails, count) : tails);
  }

  /** A new incarnation is told of all consumers that are there, and of later ones; or it does not want to know. */
  void tellsOfConsumers(boolean wants) {
    news = wants ? new ConsumerNews() : null;
    if (wants) for (Lane<?> lane : known) if (lane.isAdmitted()) news.came(lane);
  }

  /** {@return which consumers came and went; null if there is nothing to tell} */
  ConsumerNews news() {
    return news == null || news.isEmpty() ? null : news;
  }

  // A consumer that cancels and subscribes anew at once gets nothing on its new lane before its old one has come back:
  // what it had not settled there is older. Not with a broadcast, where nothing of that is sent again.

  private List<Lane<?>> givenUp(Lane<?>[] all) {
    if (dispatch instanceof Dispatcher.Broadcast<?>) return List.of();
    List<Lane<?>> some = List.of();
    for (Lane<?> lane : all) {
      if (!lane.isGivenUp()) continue;
      if (some.isEmpty()) some = new ArrayList<>();
      some.add(lane);
    }
    return some;
  }

  private static boolean isBehindOneOf(List<Lane<?>> givenUp, Lane<?> lane) {
    for (Lane<?> older : givenUp) if (older.consumer() == lane.consumer() && older.id() < lane.id()) return true;
    return false;
  }

  long demand() {
    return laneDispatch == null ? 0 : laneDispatch.demand();
  }

  /** {@return how many events may be emitted beyond {@code demand}} */
  long room() {
    return Math.max(0, overflow.capacity() + laneDispatch.allowance() - laneDispatch.waiting());
  }

  /**
   * {@return the same in a turn that is taken because its events are wanted: as a rule it may emit whatever comes of
   * its input}
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

  /**
   * Publishes a turn's events as far as they are wanted; the rest waits. The caller fences and calls
   * {@link #wakeConsumers}.
   */
  void publish(Object[] events, int from, int to) {
    long skippedBefore = skipped.read();
    int rejectedBefore = rejected.size();
    try {
      laneDispatch.offer(events, from, to);
    } catch (Throwable nonePublished) {
      forget(skippedBefore, rejectedBefore);
      throw nonePublished;
    }
    emitted.add(to - from);
    trim();
  }

  void publish(Object event) {
    laneDispatch.offer(event);
    emitted.add(1);
    trim();
  }

  /** Vouches for what is published from now on. The caller fences and calls {@link #wakeConsumers}. */
  void progress(Progress progress) {
    laneDispatch.progress(progress);
  }

  /** What is not published was neither skipped nor rejected: it will be emitted, or looked at, again. */
  private void forget(long skippedBefore, int rejectedBefore) {
    skipped.set(skippedBefore);
    while (rejected.size() > rejectedBefore) rejected.pollLast();
  }

  /** Publishes events outside of any turn, and wakes their consumers. */
  void publishNow(Object[] events) {
    if (hasLaneNews()) meetLanes();
    publish(events, 0, events.length);
    fenceAndWake();
  }

  /** Events that were emitted and dropped before they got here. */
  void dropped(long events) {
    emitted.add(events);
    noteDropped(events);
  }

  private void noteDropped(long events) {
    dropped.add(events);
    droppedUntold += events;
  }

  /** Tells the owner what was dropped and given up on since the last time, if anything. */
  void tellDropped() {
    if (!rejected.isEmpty()) tellRejected();
    if (droppedUntold == 0) return;
    long events = droppedUntold;
    droppedUntold = 0;
    cell.dropped(events, "overflow " + overflow.kind());
  }

  private void tellRejected() {
    while (!rejected.isEmpty()) {
      Rejected next = rejected.peek();
      cell.deadLetter(next.event(), next.cause(), 1, cell.path());
      rejected.poll();   // last: what finds the heap full is done again
    }
  }

  private void trim() {
    long waits = laneDispatch.waiting();
    if (waits == 0 && waiting.read() == 0) return;
    if (overflow.kind() == Overflow.Kind.DROP_OLDEST) {
      long tooMany = waits - overflow.capacity() - laneDispatch.allowance();
      for (long i = 0; i < tooMany; i++) laneDispatch.dropOldest();
      if (tooMany > 0) noteDropped(tooMany);
    }
    waiting.set(laneDispatch.waiting());
  }

  boolean canFlush() {
    return laneDispatch.canFlush();
  }

  void flush() {
    int rejectedBefore = rejected.size();
    try {
      laneDispatch.flush();
    } catch (Throwable failure) {
      forget(skipped.read(), rejectedBefore);
      throw failure;
    } finally {   // of several partitions, some may have got theirs before one threw
      waiting.set(laneDispatch.waiting());
      fenceAndWake();
    }
  }

  /**
   * Puts events that were accepted behind those that wait, without asking any rule: for when no rule can be asked.
   * They count as emitted.
   */
  void keep(Object[] events) {
    laneDispatch.keep(events);
    emitted.add(events.length);
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
    for (Lane<?> lane : known) if (lane.takeTouched()) lane.consumer().wake();
  }

  /** As {@link #fenceAndWake}, after one event of many to come: a consumer that rests is left alone. */
  void fenceAndWakeUnlessResting() {
    VarHandle.fullFence();   // pairs with the announcement of each consumer's driver
    for (Lane<?> lane : known) if (lane.takeTouched()) lane.consumer().wakeUnlessResting();
  }

  void wakeAllConsumers() {
    VarHandle.fullFence();   // pairs with the announcement of each consumer's driver
    for (Lane<?> lane : known) lane.consumer().wake();
  }

  @Override
  public void skipped() {
    skipped.add(1);
  }

  /** Gives up on an event that no lane has had, once those beside it are published. */
  @Override
  public void reject(Object event, Throwable cause) {
    rejected.add(new Rejected(event, cause));
  }

  // ---- ends

  /** Takes back what consumers that have left did not settle. Returns whether there was any such consumer. */
  boolean takeBackFromLeavers() {
    boolean any = false;
    for (Lane<?> lane : lanes) {
      if (!lane.hasLeft()) continue;
      any = true;
      takeBack(lane);   // first: should it find the heap full, it is looked for again
      cell.lock().run(() -> lanes = SmallArrays.without(lanes, lane));
      if (news != null && lane.isAdmitted()) news.left(lane);
    }
    if (any) {
      meetLanes();
      waiting.set(laneDispatch.waiting());
    }
    return any;
  }

  @SuppressWarnings("unchecked")
  private void takeBack(Lane<?> lane) {
    laneDispatch.makeRoomFor((LaneTail<O>) lane);
    Object[] events = lane.takeBack();
    if (events.length == 0) return;
    int forNobody = laneDispatch.takeBack((LaneTail<O>) lane, events);
    if (forNobody == 0) return;
    returned.add(forNobody);
    cell.returned(lane.snapshot());
  }

  /** Ends every lane. What a consumer leaves unsettled after this is counted as returned by the consumer's cell. */
  void close(Ending ending) {
    cell.lock().run(() -> {
      closed = true;
      cutShort = ending instanceof Ending.Completed completed && completed.cutShort();
      for (Lane<?> lane : lanes) {
        if (lane.hasLeft()) returned.add(lane.takeBack().length);
        else lane.end(ending);
      }
      lanes = Arrays.stream(lanes).filter(lane -> !lane.hasLeft()).toArray(Lane<?>[]::new);
    });
    VarHandle.fullFence();   // pairs with the announcement of each consumer's driver
    for (Lane<?> lane : lanes) lane.consumer().inputEnded();
  }

  /** Forgets the events that are left, which are counted. Its cell has ended. Needs no memory. */
  void letGo() {
    laneDispatch = null;
    known = lanes;
  }

  /** The owner is given the last numbers now: what is returned later is told to it by itself. Under the lock. */
  void accounted() {
    accounted = true;
  }

  /** A consumer's cell gives its place in a lane back. On the consumer's thread. */
  void left(Lane<?> lane) {
    boolean[] toTell = {false};
    int[] late = {0};
    cell.lock().run(() -> {
      lane.leave();
      if (!closed) {
        toTell[0] = true;
      } else {
        // The producer is gone, and its last counters happened before this lock was free: this thread is the one writer
        // now.
        int count = lane.takeBack().length;
        returned.add(count);
        if (accounted) late[0] = count;
        lanes = SmallArrays.without(lanes, lane);
      }
    });
    if (late[0] > 0) {
      cell.returnedAfterEnd(late[0]);
      cell.returned(lane.snapshot());
    }
    if (!toTell[0]) return;
    cell.signals().set(Signals.CONSUMER_LEFT);
    cell.wake();
  }
}
