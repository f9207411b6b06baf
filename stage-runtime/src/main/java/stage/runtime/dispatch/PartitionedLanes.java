package stage.runtime.dispatch;

import java.util.HashMap;
import java.util.Map;
import stage.api.Dispatcher;
import stage.runtime.bridge.EndingPartitions;
import stage.runtime.lane.Lane;
import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Progress;

/**
 * Each event goes to the partition that its function names, and there to one of the partition's lanes. There may be
 * thousands of partitions: what is asked for each event or each request looks at those that it concerns.
 */
final class PartitionedLanes<E> extends LaneDispatch<E> {
  private static final int NOBODY = Dispatcher.IndexFunction.NOBODY;

  private final Dispatcher.Partition<E> dispatch;
  private final Rejections rejections;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Dispatcher.IndexFunction<? super E> index;   // null if partitions are named
  private final EndingPartitions ending;   // null if a partition may always be served again
  private final boolean[] hasEnded;        // of each partition; see EndingPartitions
  private final DemandLanes<E>[] partitions;
  private final Backlog[] backlogs;  // theirs
  private final int[] touched;       // the partitions that events of one offer go to
  private int touchedCount;
  private final PartitionTotals totals;
  private final int[] flushable;     // a ring of the partitions that may have something to flush, each once
  private final boolean[] isListed;  // which those are
  private int firstFlushable;
  private int flushableCount;
  private final SettledFirst settled;

  @SuppressWarnings("unchecked")
  PartitionedLanes(Dispatcher.Partition<E> dispatch, Rejections rejections) {
    this.dispatch = dispatch;
    this.rejections = rejections;
    this.index = indexOf(dispatch);
    this.ending = index instanceof EndingPartitions its ? its : null;
    int count = dispatch.partitions().size();
    partitions = (DemandLanes<E>[]) new DemandLanes<?>[count];
    backlogs = new Backlog[count];
    for (int i = 0; i < count; i++) {
      numbers.put(dispatch.partitions().get(i), i);
      partitions[i] = new DemandLanes<>(new EvenSharing<>());
      backlogs[i] = partitions[i].backlog();
    }
    numbers.put(Dispatcher.NOBODY, NOBODY);
    hasEnded = new boolean[count];
    touched = new int[count];
    totals = new PartitionTotals(count, dispatch.backlog());
    flushable = new int[count];
    isListed = new boolean[count];
    settled = new SettledFirst(count);
  }

  @SuppressWarnings("unchecked")   // it takes what the function of this dispatch takes
  private static <E> Dispatcher.IndexFunction<? super E> indexOf(Dispatcher.Partition<E> dispatch) {
    return dispatch.function() instanceof Dispatcher.ByIndex<?> byIndex
        ? (Dispatcher.IndexFunction<? super E>) byIndex.index() : null;
  }

  @Override
  public void join(LaneTail<E> lane) {
    int partition = numberOf(lane);
    partitions[partition].join(lane);
    lane.tellOfDemand();
    settled.isUnsettled(partition);
    changed(partition);
  }

  @Override
  public void leave(LaneTail<E> lane) {
    int partition = numberOf(lane);
    partitions[partition].leave(lane);
    changed(partition);
  }

  @Override
  public void heard(LaneTail<E> lane) {
    int partition = numberOf(lane);
    partitions[partition].heard(lane);
    changed(partition);
  }

  /** Whatever a partition wants or holds back may be different now. */
  private void changed(int partition) {
    DemandLanes<E> lanes = partitions[partition];
    totals.change(partition, lanes.wanted(), lanes.waiting(), lanes.count() > 0, hasEnded[partition]);
    if (isListed[partition] || !lanes.canFlush()) return;
    isListed[partition] = true;
    flushable[(firstFlushable + flushableCount++) % flushable.length] = partition;
  }

  private int takeFlushable() {
    int partition = flushable[firstFlushable];
    firstFlushable = (firstFlushable + 1) % flushable.length;
    flushableCount--;
    isListed[partition] = false;
    return partition;
  }

  /** Only a router of a pipeline has such, and as few partitions as the pipeline has branches: all are looked at. */
  private void lookWhichHaveEnded() {
    if (ending == null) return;
    for (int i = 0; i < partitions.length; i++) {
      if (hasEnded[i] || !ending.hasEnded(i)) continue;
      hasEnded[i] = true;
      changed(i);
    }
  }

  private int numberOf(LaneTail<E> lane) {
    return numbers.get(lane.spec().partition().orElseThrow());
  }

  @Override
  public long demand() {
    lookWhichHaveEnded();
    return totals.demand();
  }

  @Override
  public void offer(Object[] events, int from, int to) {
    try {
      sort(events, from, to);
      for (int i = 0; i < touchedCount; i++) partitions[touched[i]].planOffered();
    } catch (Throwable failure) {   // such as a full heap
      forgetOffered();
      throw failure;
    }
    for (int i = 0; i < touchedCount; i++) {
      partitions[touched[i]].carryOutOffered();
      settled.isUnsettled(touched[i]);
      changed(touched[i]);
    }
  }

  @Override
  public void keep(Object[] events) {
    try {
      sort(events, 0, events.length);
    } catch (Throwable failure) {
      forgetOffered();
      throw failure;
    }
    for (int i = 0; i < touchedCount; i++) {
      partitions[touched[i]].keepOffered();
      changed(touched[i]);
    }
  }

  private void forgetOffered() {
    for (int i = 0; i < touchedCount; i++) backlogs[touched[i]].forgetOffered();
  }

  /** Offers each event to its partition. */
  private void sort(Object[] events, int from, int to) {
    touchedCount = 0;
    int at = from;
    while (at < to) at = sortUpToTheNextSnag(events, at, to);
  }

  /** Offers events to their partitions, up to one that fails or finds no room there. Returns which comes next. */
  private int sortUpToTheNextSnag(Object[] events, int from, int to) {
    int at = from;
    int partition = NOBODY;
    try {
      for (; at < to; at++) {
        partition = partitionOf(events[at]);
        if (partition == NOBODY) {
          rejections.skipped();
          continue;
        }
        Backlog backlog = backlogs[partition];
        if (backlog.offered() == 0) touched[touchedCount++] = partition;
        if (!backlog.offer(events[at])) break;
      }
    } catch (Throwable cause) {
      rejections.reject(events[at], cause);
      return at + 1;
    }
    if (at == to) return to;
    backlogs[partition].makeRoom(Math.max(Lane.SLICE, 2 * (to - at) / partitions.length));
    backlogs[partition].offer(events[at]);
    return at + 1;
  }

  /** {@return the number of the event's partition, or {@link #NOBODY}} Throws what its function throws. */
  @SuppressWarnings("unchecked")
  private int partitionOf(Object event) throws Exception {
    if (index == null) return partitionByName((E) event);
    int number = index.indexOf((E) event);
    if (number < NOBODY || number >= partitions.length) {
      throw new IllegalStateException(
          "the partition function of " + rejections.path() + " returned " + number + "; there are 0 to "
          + (partitions.length - 1) + "; return Dispatcher.IndexFunction.NOBODY to skip an event");
    }
    return number;
  }

  private int partitionByName(E event) throws Exception {
    String name = dispatch.function().partitionOf(event);
    Integer number = numbers.get(name);
    if (number == null) {
      throw new IllegalStateException("the partition function of " + rejections.path() + " returned "
          + (name == null ? "null" : "\"" + name + "\"") + "; there are: " + String.join(", ", dispatch.partitions())
          + "; return Dispatcher.NOBODY to skip an event");
    }
    return number;
  }

  @Override
  public void offer(Object event) {
    int partition;
    try {
      partition = partitionOf(event);
    } catch (Throwable cause) {
      rejections.reject(event, cause);
      return;
    }
    if (partition == NOBODY) {
      rejections.skipped();
      return;
    }
    partitions[partition].offer(event);
    settled.isUnsettled(partition);
    changed(partition);
  }

  @Override
  public void progress(Progress progress) {
    for (DemandLanes<E> partition : partitions) partition.progress(progress);
  }

  @Override
  public boolean canFlush() {
    while (flushableCount > 0 && !partitions[flushable[firstFlushable]].canFlush()) takeFlushable();
    return flushableCount > 0;
  }

  @Override
  public void flush() {
    for (int left = flushableCount; left > 0; left--) {
      int partition = takeFlushable();
      settled.isUnsettled(partition);
      try {
        partitions[partition].flush();
      } finally {   // if it threw, on a full heap, it is still to be flushed
        changed(partition);
      }
    }
  }

  @Override
  public long waiting() {
    return totals.waiting();
  }

  @Override
  public boolean isDeliveredToAllThere() {
    return !totals.hasWaitingForSomebody();
  }

  @Override
  public boolean awaitsSomebody() {
    lookWhichHaveEnded();
    return totals.awaitsSomebody();
  }

  @Override
  public long allowance() {
    return (long) dispatch.backlog() * partitions.length;
  }

  @Override
  public void dropOldest() {
    int longest = totals.longest();
    partitions[longest].dropOldest();
    changed(longest);
  }

  @Override
  public void makeRoomFor(LaneTail<E> leaver) {
    partitions[numberOf(leaver)].makeRoomFor(leaver);
  }

  @Override
  public int takeBack(LaneTail<E> from, Object[] events) {
    int partition = numberOf(from);
    int forNobody = partitions[partition].takeBack(from, events);
    changed(partition);
    return forNobody;
  }

  @Override
  public boolean isSettled() {
    while (!settled.isAll() && partitions[settled.next()].isSettled()) settled.nextIsSettled();
    return settled.isAll();
  }
}
