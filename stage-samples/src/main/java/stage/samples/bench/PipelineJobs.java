package stage.samples.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.AbstractCollection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Settling;
import stage.api.pipeline.Windows;

/** Whole jobs, each beside the same job with its steps written by hand. */
final class PipelineJobs {
  private static final int KEYS = 1_000;
  private static final int MANY_KEYS = 100_000;
  private static final long WINDOW_MILLIS = 10L * KEYS;

  /**
   * Made once: to fill in a stack takes some microseconds, which is what the user's exceptions cost, and not what the
   * pipeline does with them.
   */
  private static final RuntimeException DIRTY = new IllegalArgumentException("dirty");

  private PipelineJobs() {}

  /** As many elements as are wanted, from their numbers. A collection, which a job reads by the batch. */
  private static final class Numbered extends AbstractCollection<Long> {
    private final long count;
    private final LongFunction<Long> element;

    Numbered(long count, LongFunction<Long> element) {
      this.count = count;
      this.element = element;
    }

    @Override
    public int size() {
      return Math.toIntExact(count);
    }

    @Override
    public Iterator<Long> iterator() {
      return new Iterator<>() {
        private long next;

        @Override
        public boolean hasNext() {
          return next < count;
        }

        @Override
        public Long next() {
          if (next == count) throw new NoSuchElementException();
          return element.apply(next++);
        }
      };
    }
  }

  private static Pipeline<Long> ring(long events) {
    return Pipeline.from(new Numbered(events, Events::at));
  }

  // ---- ten steps in a row

  static long tenMaps(long events) throws Exception {
    return ring(events).map(n -> n + 1).map(n -> n ^ 3).map(n -> n + 5).map(n -> n * 7).map(n -> n - 9)
        .map(n -> n + 11).map(n -> n ^ 13).map(n -> n + 15).map(n -> n * 17).map(n -> n - 19).async()
        .reduce(0L, Long::sum).run("bench");
  }

  static long oneMap(long events) throws Exception {
    return ring(events).map(PipelineJobs::mapped).async().reduce(0L, Long::sum).run("bench");
  }

  static long sumOfMapped(long events) {
    long sum = 0;
    for (long i = 0; i < events; i++) sum += mapped(Events.at(i));
    return sum;
  }

  private static Long mapped(Long n) {
    return ((((((n + 1 ^ 3) + 5) * 7 - 9 + 11) ^ 13) + 15) * 17) - 19;
  }

  // ---- one in a hundred elements fails

  static long oneInAHundredFails(long events) throws Exception {
    return ring(events).map(n -> {
      if (n % 100 == 0) throw DIRTY;
      return n + 1;
    }).onFailure(OnFailure.skip()).count().run("bench");
  }

  static long noneFails(long events) throws Exception {
    long all = ring(events).map(n -> {
      if (n % 100 == 101) throw DIRTY;
      return n + 1;
    }).onFailure(OnFailure.skip()).count().run("bench");
    return all == events ? clean(events) : all;
  }

  static long clean(long events) {
    long rest = events % Events.SIZE;
    long ofARing = (Events.SIZE + 99) / 100;
    return events - events / Events.SIZE * ofARing - (rest + 99) / 100;   // a ring begins with one that fails
  }

  // ---- counts by key

  static long countByKey(long events) throws Exception {
    return ring(events).keyBy(n -> n).count().reduce(0L, (sum, row) -> sum + row.key() * row.value()).run("bench");
  }

  static long countByHand(long events) throws Exception {
    var counts = new ValueCounts();
    ring(events).forEach(counts::add).run("bench");
    return counts.sum();
  }

  static long countByKey(int workers, long events) throws Exception {
    return ring(events).keyBy(n -> n).workers(workers).count()
        .reduce(0L, (sum, row) -> sum + row.key() * row.value()).run("bench");
  }

  // ---- counts by key and window: an element is its time in milliseconds

  static long windows(long events) throws Exception {
    return Pipeline.from(new Numbered(events, i -> i)).eventTime(Instant::ofEpochMilli, Duration.ZERO)
        .keyBy(n -> mixed(n, KEYS)).window(Windows.tumbling(Duration.ofMillis(WINDOW_MILLIS))).count()
        .reduce(0L, (sum, pane) -> sum + pane.value()).run("bench");
  }

  static long manyKeysInWindows(long events) throws Exception {
    return windows(MANY_KEYS, events, n -> {});
  }

  /**
   * {@return the key of an element} As customers come: in no order, and in another one each time. A {@code HashMap} has
   * whole numbers lie in a row, and its entries in the order in which they first came, so that a loop over keys that
   * come again in the same order only walks along.
   */
  private static long mixed(long n, int keys) {
    long mixed = n * 0xbf58476d1ce4e5b9L;
    mixed ^= mixed >>> 32;
    mixed *= 0x94d049bb133111ebL;
    return (mixed >>> 33) % keys;
  }

  /** Each key comes ten times in a window, on average. Something sees each element before it goes on its way. */
  static long windows(int keys, long events, LongConsumer first) throws Exception {
    return Pipeline.from(new Numbered(events, i -> {
      first.accept(i);
      return i;
    })).eventTime(Instant::ofEpochMilli, Duration.ZERO)
        .keyBy(n -> mixed(n, keys)).window(Windows.tumbling(Duration.ofMillis(10L * keys))).count()
        .reduce(0L, (sum, pane) -> sum + pane.value()).run("bench");
  }

  static long windowsByHand(long events) {
    return windowsByHand(KEYS, events, n -> {});
  }

  static long manyKeysByHand(long events) {
    return windowsByHand(MANY_KEYS, events, n -> {});
  }

  static long windowsByHand(int keys, long events, LongConsumer first) {
    Map<Long, long[]> counts = new HashMap<>();
    long end = 10L * keys;
    long sum = 0;
    for (Long n : new Numbered(events, i -> i)) {
      first.accept(n);
      if (n >= end) {
        for (long[] count : counts.values()) sum += count[0];
        counts.clear();
        end += 10L * keys;
      }
      counts.computeIfAbsent(mixed(n, keys), key -> new long[1])[0]++;
    }
    for (long[] count : counts.values()) sum += count[0];
    return sum;
  }

  // ---- deliveries that are answered for when all that comes of them is handled, through two runs

  static long receipts(long events) throws Exception {
    var numbers = new NumberedDeliveries(events);
    long[] sum = {0};   // the last stage's
    Pipeline.deliveries(numbers, Settling.inFlight(5_000).batches(500, Duration.ofMillis(100)))
        .map(n -> n + 1).async().map(n -> n - 1).forEach(n -> sum[0] += n).run("bench");
    long acked = numbers.sumOfAcked();
    return acked == sum[0] ? acked : -1;
  }

  static long withoutReceipts(long events) throws Exception {
    long[] sum = {0};   // the last stage's
    ring(events).map(n -> n + 1).async().map(n -> n - 1).forEach(n -> sum[0] += n).run("bench");
    return sum[0];
  }

  // ---- functions that wait

  static long mapConcurrent(int atOnce, long events) throws Exception {
    return ring(events).mapConcurrent(atOnce, Blocking::answer).reduce(0L, Long::sum).run("bench");
  }
}
