package stage.samples.bench;

/** The events that every contender moves: a ring of boxed numbers, made once, so that nobody pays for making them. */
final class Events {
  /** What techniques without an end of stream of their own send last; compared by identity. */
  static final Long END = Long.MIN_VALUE;

  /** How many of them differ. */
  static final int SIZE = 1024;

  private static final long FIRST = 1_000_000;   // beyond the small numbers that the JDK keeps boxed
  private static final Long[] RING = new Long[SIZE];

  static {
    for (int i = 0; i < SIZE; i++) RING[i] = FIRST + i;
  }

  private Events() {}

  /** {@return the event at a place of the endless stream} */
  static Long at(long index) {
    return RING[(int) index & (SIZE - 1)];
  }

  /** {@return the sum of the first events} */
  static long sum(long events) {
    long rest = events % SIZE;
    return events * FIRST + events / SIZE * (SIZE * (SIZE - 1L) / 2) + rest * (rest - 1) / 2;
  }

  /** {@return which of the partitions an event belongs to} */
  static int partitionOf(Long event, int partitions) {
    return Math.floorMod(event.hashCode(), partitions);
  }
}
