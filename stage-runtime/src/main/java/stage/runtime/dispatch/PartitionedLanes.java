package stage.runtime.dispatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import stage.api.Dispatcher;
import stage.runtime.bridge.EndingPartitions;
import stage.runtime.lane.Lane;
import stage.runtime.lane.LaneTail;
import stage.runtime.lane.Progress;

/** Each event goes to the partition that its function names, and there to one of the partition's lanes. */
final class PartitionedLanes<E> extends LaneDispatch<E> {
  private static final Integer NOBODY = -1;

  private final Dispatcher.Partition<E> dispatch;
  private final Rejections rejections;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Dispatcher.IndexFunction<? super E> index;   // null if partitions are named
  private final EndingPartitions ending;   // null if a partition may always be served again
  private final DemandLanes<E>[] partitions;
  private final Object[][] sorted;   // events of one offer, by partition
  private final int[] counts;
  private final long[] wanted;
  private final long[] waiting;

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
      partitions[i] = new DemandLanes<>(new DemandDispatcher());
    }
    numbers.put(Dispatcher.NOBODY, NOBODY);
    sorted = new Object[count][];
    counts = new int[count];
    wanted = new long[count];
    waiting = new long[count];
  }

  @SuppressWarnings("unchecked")   // it takes what the function of this dispatch takes
  private static <E> Dispatcher.IndexFunction<? super E> indexOf(Dispatcher.Partition<E> dispatch) {
    return dispatch.function() instanceof Dispatcher.ByIndex<?> byIndex
        ? (Dispatcher.IndexFunction<? super E>) byIndex.index() : null;
  }

  @Override
  @SuppressWarnings("unchecked")
  public void lanesAre(LaneTail<E>[] lanes) {
    List<List<LaneTail<E>>> byPartition = new ArrayList<>();
    for (int i = 0; i < partitions.length; i++) byPartition.add(new ArrayList<>());
    for (LaneTail<E> lane : lanes) byPartition.get(numberOf(lane)).add(lane);
    for (int i = 0; i < partitions.length; i++) {
      partitions[i].lanesAre(byPartition.get(i).toArray((LaneTail<E>[]) new LaneTail<?>[0]));
    }
  }

  private boolean hasEnded(int partition) {
    return ending != null && ending.hasEnded(partition);
  }

  private int numberOf(LaneTail<E> lane) {
    return numbers.get(lane.spec().partition().orElseThrow());
  }

  @Override
  public long demand() {
    for (int i = 0; i < partitions.length; i++) {
      wanted[i] = partitions[i].wanted();
      waiting[i] = hasEnded(i) ? 0 : partitions[i].waiting();
    }
    return PartitionRule.demand(wanted, waiting, dispatch.backlog());
  }

  @Override
  public void offer(Object[] events, int from, int to) {
    sort(events, from, to);
    for (int p = 0; p < partitions.length; p++) if (counts[p] > 0) partitions[p].plan(counts[p]);
    for (int p = 0; p < partitions.length; p++) {
      if (counts[p] == 0) continue;
      partitions[p].carryOut(sorted[p], 0, counts[p]);
      // What has SLICE events or more was handed over with its array; a shorter run was copied.
      if (counts[p] >= Lane.SLICE) sorted[p] = null;
      else Arrays.fill(sorted[p], 0, counts[p], null);
    }
  }

  @Override
  public void keep(Object[] events) {
    sort(events, 0, events.length);
    for (int p = 0; p < partitions.length; p++) partitions[p].planToKeep(counts[p]);
    for (int p = 0; p < partitions.length; p++) partitions[p].carryOut(sorted[p], 0, counts[p]);
    Arrays.fill(sorted, null);
  }

  private void sort(Object[] events, int from, int to) {
    Arrays.fill(counts, 0);   // should an offer before have thrown, its events are offered again
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
    if (partition >= 0) partitions[partition].offer(event);
  }

  @Override
  public void progress(Progress progress) {
    for (DemandLanes<E> partition : partitions) partition.progress(progress);
  }

  @Override
  public boolean canFlush() {
    for (DemandLanes<E> partition : partitions) if (partition.canFlush()) return true;
    return false;
  }

  @Override
  public void flush() {
    for (DemandLanes<E> partition : partitions) partition.flush();
  }

  @Override
  public long waiting() {
    long sum = 0;
    for (DemandLanes<E> partition : partitions) sum += partition.waiting();
    return sum;
  }

  @Override
  public boolean isDeliveredToAllThere() {
    for (DemandLanes<E> partition : partitions) if (partition.waiting() > 0 && partition.count() > 0) return false;
    return true;
  }

  /** A partition without a consumer holds the others back once its backlog is full. */
  @Override
  public boolean awaitsSomebody() {
    boolean isServed = false;
    for (int i = 0; i < partitions.length; i++) {
      if (partitions[i].count() > 0) isServed = true;
      else if (partitions[i].waiting() >= dispatch.backlog() && !hasEnded(i)) return true;
    }
    return !isServed;
  }

  @Override
  public long allowance() {
    return (long) dispatch.backlog() * partitions.length;
  }

  @Override
  public void dropOldest() {
    DemandLanes<E> longest = partitions[0];
    for (DemandLanes<E> partition : partitions) if (partition.waiting() > longest.waiting()) longest = partition;
    longest.dropOldest();
  }

  @Override
  public void makeRoomFor(LaneTail<E> leaver) {
    partitions[numberOf(leaver)].makeRoomFor(leaver);
  }

  @Override
  public int takeBack(LaneTail<E> from, Object[] events) {
    return partitions[numberOf(from)].takeBack(from, events);
  }

  @Override
  public boolean isSettled() {
    boolean settled = true;
    for (DemandLanes<E> partition : partitions) settled &= partition.isSettled();
    return settled;
  }
}
