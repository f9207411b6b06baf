package stage.runtime.dispatch;

import java.util.Arrays;
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
  private static final Integer NOBODY = -1;

  private final Dispatcher.Partition<E> dispatch;
  private final Rejections rejections;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Dispatcher.IndexFunction<? super E> index;   // null if partitions are named
  private final EndingPartitions ending;   // null if a partition may always be served again
  private final boolean[] hasEnded;        // of each partition; see EndingPartitions
  private final DemandLanes<E>[] partitions;
  private final Object[][] sorted;   // events of one offer, by partition
  private final int[] counts;
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
    for (int i = 0; i < count; i++) {
      numbers.put(dispatch.partitions().get(i), i);
      partitions[i] = new DemandLanes<>(new EvenSharing<>());
    }
    numbers.put(Dispatcher.NOBODY, NOBODY);
    sorted = new Object[count][];
    counts = new int[count];
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
    sort(events, from, to);
    for (int i = 0; i < touchedCount; i++) partitions[touched[i]].plan(counts[touched[i]]);
    for (int i = 0; i < touchedCount; i++) {
      int p = touched[i];
      partitions[p].carryOut(sorted[p], 0, counts[p]);
      settled.isUnsettled(p);
      changed(p);
      // What has SLICE events or more was handed over with its array; a shorter run was copied.
      if (counts[p] >= Lane.SLICE) sorted[p] = null;
      else Arrays.fill(sorted[p], 0, counts[p], null);
    }
  }

  @Override
  public void keep(Object[] events) {
    sort(events, 0, events.length);
    for (int i = 0; i < touchedCount; i++) partitions[touched[i]].planToKeep(counts[touched[i]]);
    for (int i = 0; i < touchedCount; i++) {
      partitions[touched[i]].carryOut(sorted[touched[i]], 0, counts[touched[i]]);
      changed(touched[i]);
      sorted[touched[i]] = null;
    }
  }

  private void sort(Object[] events, int from, int to) {
    // should an offer before have thrown, its events are offered again
    for (int i = 0; i < touchedCount; i++) counts[touched[i]] = 0;
    touchedCount = 0;
    for (int i = from; i < to; i++) sort(events[i], to - i);
  }

  private void sort(Object event, int left) {
    int partition = partitionOf(event);
    if (partition < 0) return;
    Object[] run = sorted[partition];
    if (run == null) {
      run = sorted[partition] = new Object[Math.max(Lane.SLICE, 2 * left / partitions.length)];
    } else if (counts[partition] == run.length) {
      run = sorted[partition] = Arrays.copyOf(run, 2 * run.length);
    }
    if (counts[partition] == 0) touched[touchedCount++] = partition;
    run[counts[partition]++] = event;
  }

  private int partitionOf(Object event) {
    return index == null ? partitionByName(event) : partitionByIndex(event);
  }

  @SuppressWarnings("unchecked")
  private int partitionByIndex(Object event) {
    try {
      int number = index.indexOf((E) event);
      if (number < Dispatcher.IndexFunction.NOBODY || number >= partitions.length) {
        throw new IllegalStateException(
            "the partition function of " + rejections.path() + " answered " + number + "; there are 0 to "
            + (partitions.length - 1) + "; answer Dispatcher.IndexFunction.NOBODY to skip an event");
      }
      if (number == Dispatcher.IndexFunction.NOBODY) rejections.skipped();
      return number;
    } catch (Throwable cause) {
      rejections.reject(event, cause);
      return NOBODY;
    }
  }

  @SuppressWarnings("unchecked")
  private int partitionByName(Object event) {
    try {
      String name = dispatch.function().partitionOf((E) event);
      Integer number = numbers.get(name);
      if (number == null) {
        throw new IllegalStateException("the partition function of " + rejections.path() + " answered "
            + (name == null ? "null" : "\"" + name + "\"") + "; there are: " + String.join(", ", dispatch.partitions())
            + "; answer Dispatcher.NOBODY to skip an event");
      }
      if (number.equals(NOBODY)) rejections.skipped();
      return number;
    } catch (Throwable cause) {
      rejections.reject(event, cause);
      return NOBODY;
    }
  }

  @Override
  public void offer(Object event) {
    int partition = partitionOf(event);
    if (partition < 0) return;
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
