package stage.runtime.engine;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** What must hold of a stage's timers, checked in the engine and in copies with a fault. */
public final class TimersChecks {
  private static final int FEW = 8_000;
  private static final int MANY = 4 * FEW;
  private static final int MOST_TIMES_AS_LONG = 10;   // 4 is what it should be, and 16 if each looks at all others

  private TimersChecks() {}

  /** {@return what does not hold; null if all does} */
  public static String firstToFail() {
    cancelAll(FEW);   // compiled
    long few = Long.MAX_VALUE;
    long many = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      few = Math.min(few, cancelAll(FEW));
      many = Math.min(many, cancelAll(MANY));
    }
    return many < MOST_TIMES_AS_LONG * few || many < 20_000_000 ? null
        : "P05: to cancel %d timers takes %d us, %d take %d us".formatted(FEW, few / 1000, MANY, many / 1000);
  }

  /** {@return how long this thread has worked for that, whatever else ran} */
  private static long cancelAll(int count) {
    var timers = new Timers();
    List<Timers.Due> all = new ArrayList<>();
    for (int i = 0; i < count; i++) all.add(timers.add(() -> {}, i, 0));
    long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    for (Timers.Due due : all.reversed()) due.cancel();
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
  }
}
