package stage.samples.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
    return products().stream().mapToLong(Long::longValue).sum();
  }

  /** {@return of each value, the sum of its events} */
  List<Long> products() {
    List<Long> products = new ArrayList<>();
    counts.forEach((event, count) -> products.add(event * count.value));
    return products;
  }
}
