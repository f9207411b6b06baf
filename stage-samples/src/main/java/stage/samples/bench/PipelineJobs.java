package stage.samples.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.AbstractCollection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.LongFunction;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;

/** Whole jobs, each beside the same job with its steps written by hand. */
final class PipelineJobs {
  private static final int KEYS = 1_000;
  private static final long WINDOW_MILLIS = 10_000;

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
        .keyBy(n -> n % KEYS).window(Windows.tumbling(Duration.ofMillis(WINDOW_MILLIS))).count()
        .reduce(0L, (sum, pane) -> sum + pane.value()).run("bench");
  }

  static long windowsByHand(long events) {
    Map<Long, long[]> counts = new HashMap<>();
    long end = WINDOW_MILLIS;
    long sum = 0;
    for (Long n : new Numbered(events, i -> i)) {
      if (n >= end) {
        for (long[] count : counts.values()) sum += count[0];
        counts.clear();
        end += WINDOW_MILLIS;
      }
      counts.computeIfAbsent(n % KEYS, key -> new long[1])[0]++;
    }
    for (long[] count : counts.values()) sum += count[0];
    return sum;
  }

  // ---- functions that wait

  static long mapConcurrent(int atOnce, long events) throws Exception {
    return ring(events).mapConcurrent(atOnce, Blocking::answer).reduce(0L, Long::sum).run("bench");
  }
}
