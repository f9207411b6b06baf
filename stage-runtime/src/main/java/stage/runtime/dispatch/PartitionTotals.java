package stage.runtime.dispatch;

/**
 * What the partitions of a producer want and hold back, all together. Each tells of its own changes, so that no
 * question needs a look at all of them. The producer's cell only.
 */
final class PartitionTotals {
  /** What one partition has told. */
  private static final class Standing {
    private final Rank least;    // by room
    private final Rank longest;  // by what waits
    private long free;           // demand beyond what waits
    private long waiting;
    private boolean isServed;
    private boolean isFull;      // whether nobody serves it and its backlog is full

    Standing(int number) {
      least = new Rank(number);
      longest = new Rank(number);
    }
  }

  private static final class Rank extends Ranking.Entry {
    Rank(int number) {
      super(number);
    }
  }

  private final int backlog;
  private final Standing[] standings;
  private final RunningSum free = new RunningSum();
  private final Ranking<Rank> leastRoom = new Ranking<>();
  private final Ranking<Rank> longestWaiting = new Ranking<>();   // those where anything waits
  private long waiting;
  private int served;          // how many partitions have a consumer
  private int servedWaiting;   // in how many of those something waits
  private int full;            // how many of the others have no room for another event

  /** Nobody is there, and nothing waits. */
  PartitionTotals(int partitions, int backlog) {
    this.backlog = backlog;
    standings = new Standing[partitions];
    leastRoom.makeRoomFor(partitions);
    longestWaiting.makeRoomFor(partitions);
    for (int i = 0; i < partitions; i++) {
      standings[i] = new Standing(i);
      change(i, 0, 0, false, false);
    }
  }

  /**
   * A partition may have changed.
   *
   * @param partition its number
   * @param wanted its outstanding demand
   * @param waits events that wait there
   * @param isServed whether it has a consumer
   * @param hasEnded whether nobody will ever serve it again, so that what waits there holds up no other
   */
  void change(int partition, long wanted, long waits, boolean isServed, boolean hasEnded) {
    Standing standing = standings[partition];
    long holdsUp = hasEnded ? 0 : waits;
    long freeNow = Math.max(0, wanted - holdsUp);
    free.change(standing.free, freeNow);
    standing.free = freeNow;
    waiting += waits - standing.waiting;
    servedWaiting += count(isServed && waits > 0) - count(standing.isServed && standing.waiting > 0);
    served += count(isServed) - count(standing.isServed);
    boolean isFull = !isServed && !hasEnded && waits >= backlog;
    full += count(isFull) - count(standing.isFull);
    standing.waiting = waits;
    standing.isServed = isServed;
    standing.isFull = isFull;
    leastRoom.rank(standing.least, room(wanted, holdsUp));
    if (waits > 0) longestWaiting.rank(standing.longest, -waits);
    else longestWaiting.remove(standing.longest);
  }

  private static int count(boolean is) {
    return is ? 1 : 0;
  }

  private long room(long wanted, long waits) {
    long room = Sums.plus(wanted, backlog);
    return room == Long.MAX_VALUE ? room : Math.max(0, room - waits);
  }

  /**
   * {@return how many events may be emitted now} As many as are wanted in all partitions together, but no more than
   * would fit if all of them went to the partition with least room: so no backlog grows beyond its bound, and a
   * partition that nobody serves stops the producer once its backlog is full.
   */
  long demand() {
    return Math.min(free.get(), leastRoom.first().key());
  }

  /** {@return how many events wait} */
  long waiting() {
    return waiting;
  }

  /** {@return whether something waits where there is a consumer} */
  boolean hasWaitingForSomebody() {
    return servedWaiting > 0;
  }

  /** A partition that nobody serves holds the others back once its backlog is full. */
  boolean awaitsSomebody() {
    return served == 0 || full > 0;
  }

  /** {@return the partition in which most events wait} */
  int longest() {
    return longestWaiting.size() == 0 ? 0 : (int) longestWaiting.first().number();
  }
}
