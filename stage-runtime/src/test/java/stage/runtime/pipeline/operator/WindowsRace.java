package stage.runtime.pipeline.operator;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import stage.api.pipeline.Windows;

/**
 * Counts of 1,000 keys in tumbling windows of 50,000 elements, by hand and with the operator, which can undo, in one
 * run: nanoseconds of CPU time per element, medians. Not a test: run its main.
 */
final class WindowsRace {
  private static final int ROUNDS = 7;
  private static final int EVENTS = 1 << 19;
  private static final int KEYS = 1_000;
  private static final int TURN = 500;
  private static final long SIZE = 50_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private WindowsRace() {}

  /** Counts what comes out. */
  private static final class Sum implements Output<Object> {
    private long panes;

    @Override
    public boolean hasRoom() {
      return true;
    }

    @Override
    public void emit(Object value, Object key, long t, long w) {
      panes++;
    }

    @Override
    public void late(Object value, long t, long w, boolean isAfterIdle) {
      throw new IllegalStateException("late: " + value);
    }

    @Override
    public void deadLetter(Object value, Exception cause) {
      throw new IllegalStateException(cause);
    }

    @Override
    public boolean retry(Object subject, Exception cause) {
      throw new IllegalStateException(cause);
    }
  }

  public static void main(String[] args) throws Exception {
    var random = new Random(1);
    String[] events = new String[EVENTS];
    for (int i = 0; i < EVENTS; i++) {
      events[i] = "client-" + random.nextInt(KEYS);
      events[i].hashCode();
    }
    double[][] nanos = new double[2][ROUNDS];
    for (int round = -3; round < ROUNDS; round++) {
      for (int way = 0; way < 2; way++) {
        long before = THREADS.getCurrentThreadCpuTime();
        long panes = way == 0 ? byHand(events) : operator(events);
        if (round >= 0) nanos[way][round] = (double) (THREADS.getCurrentThreadCpuTime() - before) / EVENTS;
        if (panes != KEYS * ((EVENTS + SIZE - 1) / SIZE)) throw new IllegalStateException("way " + way + ": " + panes);
      }
    }
    for (double[] each : nanos) Arrays.sort(each);
    for (int way = 0; way < 2; way++) {
      System.out.printf("%-10s %6.1f ns %5.2f x  (%.1f-%.1f)%n", way == 0 ? "by hand" : "operator",
          nanos[way][ROUNDS / 2],
          nanos[way][ROUNDS / 2] / nanos[0][ROUNDS / 2], nanos[way][0], nanos[way][ROUNDS - 1]);
    }
  }

  private static long byHand(String[] events) {
    Map<String, long[]> counts = new HashMap<>();
    long end = SIZE;
    long panes = 0;
    for (int t = 0; t < events.length; t++) {
      if (t >= end) {
        panes += counts.size();
        counts = new HashMap<>();
        end += SIZE;
      }
      counts.computeIfAbsent(events[t], key -> new long[1])[0]++;
    }
    return panes + counts.size();
  }

  private static long operator(String[] events) throws Exception {
    var operator = TestWindows.of(Windows.tumbling(TestWindows.nanos(SIZE)), TestWindows.COUNT);
    var out = new Sum();
    for (int t = 0; t < events.length; t++) {
      operator.mark();
      operator.accept(events[t], events[t], t, t - 1, out);
      if (t % TURN != TURN - 1) continue;
      operator.progress(t, out);
      operator.commit();
    }
    operator.end(false, out);
    operator.commit();
    return out.panes;
  }
}
