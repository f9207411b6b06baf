package stage.samples.bench;

import java.util.HashMap;
import java.util.Map;

/** Counts events by their value. */
final class ValueCounts {
  private static final class Count {
    private long value;
  }

  private final Map<Long, Count> counts = new HashMap<>();

  void add(Long event) {
    counts.computeIfAbsent(event, absent -> new Count()).value++;
  }

  /** {@return the sum of all events counted, from the counts} */
  long sum() {
    long sum = 0;
    for (var entry : counts.entrySet()) sum += entry.getKey() * entry.getValue().value;
    return sum;
  }
}
