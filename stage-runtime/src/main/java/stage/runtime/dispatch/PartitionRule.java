package stage.runtime.dispatch;

/** How much a producer with partitions may be asked for. */
public final class PartitionRule {
  private PartitionRule() {}

  /**
   * {@return how many events may be emitted now} As many as are wanted in all partitions together, but no more than
   * would fit if all of them went to the partition with least room: so no backlog grows beyond its bound, and a
   * partition without a consumer stops the producer once its backlog is full.
   *
   * @param wanted outstanding demand, by partition
   * @param waiting events that wait, by partition
   * @param backlog how many events may wait for one partition
   */
  public static long demand(long[] wanted, long[] waiting, int backlog) {
    long sum = 0;
    long leastRoom = Long.MAX_VALUE;
    for (int i = 0; i < wanted.length; i++) {
      long free = Math.max(0, wanted[i] - waiting[i]);
      sum = Sums.plus(sum, free);
      long room = Sums.plus(wanted[i], backlog);
      if (room < Long.MAX_VALUE) room -= waiting[i];
      leastRoom = Math.min(leastRoom, Math.max(0, room));
    }
    return Math.min(sum, leastRoom);
  }
}
