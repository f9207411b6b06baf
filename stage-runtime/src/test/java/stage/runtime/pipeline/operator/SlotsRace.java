package stage.runtime.pipeline.operator;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * Counts per key, by hand and with slots that can undo, in one run: nanoseconds of CPU time per event, medians. Not a
 * test: run its main. A first round of each fills the table and is not measured.
 */
final class SlotsRace {
  private static final int ROUNDS = 9;
  private static final int EVENTS = 1 << 19;
  private static final int TURN = 500;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private interface Way {
    long count(String[] events) throws Exception;
  }

  private record Named(String name, Way way) {}

  private SlotsRace() {}

  public static void main(String[] args) throws Exception {
    for (int keys : new int[] {16, 1_000, 100_000}) race(keys);
  }

  private static void race(int keys) throws Exception {
    String[] events = events(keys);
    double[][] nanos = new double[3][ROUNDS];
    String[] names = new String[3];
    for (int round = -4; round < ROUNDS; round++) {
      Named[] ways = {byHand(), slots(), boxedSlots()};
      for (int i = 0; i < ways.length; i++) {
        names[i] = ways[i].name();
        ways[i].way().count(events);
        long before = THREADS.getCurrentThreadCpuTime();
        long sum = ways[i].way().count(events);
        long took = THREADS.getCurrentThreadCpuTime() - before;
        if (sum != 2 * EVENTS) throw new IllegalStateException(names[i] + " counted " + sum + ", not " + 2 * EVENTS);
        if (round >= 0) nanos[i][round] = (double) took / EVENTS;
      }
    }
    System.out.printf("%,d keys, a commit every %d%n", keys, TURN);
    for (double[] each : nanos) Arrays.sort(each);
    for (int i = 0; i < names.length; i++) {
      double median = nanos[i][ROUNDS / 2];
      System.out.printf("  %-28s %6.1f ns  %5.2f x  (%.1f-%.1f)%n", names[i], median, median / nanos[0][ROUNDS / 2],
          nanos[i][0], nanos[i][ROUNDS - 1]);
    }
  }

  private static String[] events(int keys) {
    var random = new Random(1);
    String[] events = new String[EVENTS];
    // A string of its own for each event, as they come from outside: equals has to compare them.
    for (int i = 0; i < EVENTS; i++) {
      events[i] = "client-" + random.nextInt(keys);
      events[i].hashCode();
    }
    return events;
  }

  private static Named byHand() {
    Map<String, long[]> counts = new HashMap<>();
    return new Named("HashMap<K, long[]>, no undo", events -> {
      for (String event : events) counts.computeIfAbsent(event, key -> new long[1])[0]++;
      return counts.values().stream().mapToLong(count -> count[0]).sum();
    });
  }

  private static Named slots() {
    var slots = new LongSlots();
    return new Named("slots of longs", events -> {
      for (int i = 0; i < events.length; i++) {
        slots.mark();
        slots.add(events[i], 1);
        if (i % TURN == TURN - 1) slots.commit();
      }
      slots.commit();
      long sum = 0;
      for (int n = 0; n < slots.size(); n++) sum += slots.value(slots.placeOf(n));
      return sum;
    });
  }

  private static Named boxedSlots() {
    var slots = new ValueSlots();
    return new Named("slots of values", events -> {
      for (int i = 0; i < events.length; i++) {
        slots.mark();
        slots.fold(events[i], 0L, (sum, event) -> sum + 1, events[i]);
        if (i % TURN == TURN - 1) slots.commit();
      }
      slots.commit();
      long sum = 0;
      for (int n = 0; n < slots.size(); n++) sum += (Long) slots.value(slots.placeOf(n));
      return sum;
    });
  }
}
