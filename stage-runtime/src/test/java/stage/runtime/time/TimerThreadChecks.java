package stage.runtime.time;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** What must hold of the timer thread, checked in the engine and in copies with a fault. */
public final class TimerThreadChecks {
  private static final long HOUR = TimeUnit.HOURS.toNanos(1);

  private TimerThreadChecks() {}

  /** {@return what does not hold; null if all does} */
  public static String firstToFail() throws InterruptedException {
    if (!locks().isEmpty()) return "P27: a virtual thread that gets no carrier can hold " + locks();
    var asleep = new TimerThread(HOUR);
    asleep.at(System.nanoTime() + HOUR, () -> {});
    // it parks once, for as long as that
    while (asleep.thread().getState() != Thread.State.TIMED_WAITING) asleep.thread().join(Duration.ofMillis(10));
    if (!runsNow(asleep, 10)) return "P27: it sleeps although a timer is due";
    var timers = new TimerThread(HOUR);
    for (int i = 0; i < 20_000; i++) timers.at(System.nanoTime() + HOUR, () -> {}).cancel();
    if (!runsNow(timers, 60)) return "P27: it does not come to a timer that is due";
    return timers.kept() < 1000 ? null : "B04: of 20,000 cancelled timers it keeps " + timers.kept();
  }

  private static boolean runsNow(TimerThread timers, int seconds) throws InterruptedException {
    var done = new CountDownLatch(1);
    timers.at(System.nanoTime(), done::countDown);
    return done.await(seconds, TimeUnit.SECONDS);
  }

  private static List<String> locks() {
    List<String> locks = new ArrayList<>();
    List<Class<?>> classes = new ArrayList<>(List.of(TimerThread.class.getDeclaredClasses()));
    classes.add(TimerThread.class);
    for (Class<?> type : classes) {
      for (Field field : type.getDeclaredFields())
        if (isLock(field.getType())) locks.add(type.getSimpleName() + "." + field.getName());
      for (Method method : type.getDeclaredMethods())
        if (Modifier.isSynchronized(method.getModifiers())) locks.add(type.getSimpleName() + "." + method.getName());
    }
    return locks;
  }

  private static boolean isLock(Class<?> type) {
    return Lock.class.isAssignableFrom(type) || Condition.class.isAssignableFrom(type)
        || BlockingQueue.class.isAssignableFrom(type) || ShortLock.class.isAssignableFrom(type);
  }
}
