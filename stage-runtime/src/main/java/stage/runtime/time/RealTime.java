package stage.runtime.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The time of production: a thread per machine, the system's clock, and one platform thread for timers. */
public final class RealTime implements Time {
  private static final ThreadDriver.Threads THREADS = new Threads();

  private final TimerThread timers = new TimerThread();

  /** Starts nothing yet. */
  public RealTime() {}

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Instant instant() {
    return Instant.now();
  }

  @Override
  public Driver driver(StepMachine machine, boolean onPlatformThread) {
    return new ThreadDriver(this, THREADS, machine, onPlatformThread);
  }

  @Override
  public double chance() {
    return ThreadLocalRandom.current().nextDouble();
  }

  @Override
  public Latch latch() {
    return new OneShotLatch();
  }

  @Override
  public Permits permits(int places) {
    return new SemaphorePermits(places);
  }

  @Override
  public Alarm at(long atNanos, Runnable action) {
    return timers.at(atNanos, action);
  }

  /** None of them keeps the JVM alive. */
  private static final class Threads implements ThreadDriver.Threads {
    @Override
    public Thread thread(String name, boolean onPlatformThread, Runnable body) {
      Thread.Builder builder = onPlatformThread ? Thread.ofPlatform().daemon() : Thread.ofVirtual();
      return builder.name(name).inheritInheritableThreadLocals(false).unstarted(body);
    }
  }

  @Override
  public TaskThread taskThread(String name, TaskThread.Work work) {
    return new ParkingTaskThread(THREADS, name, work);
  }

  @Override
  public Thread startPlatformTask(String name, Runnable body) {
    Thread thread = THREADS.thread(name, true, new ThreadBody(body));
    thread.start();
    return thread;
  }

  @Override
  public void interrupt(Thread task) {
    task.interrupt();
  }

  @Override
  public Alarm onExit(Runnable action) {
    Thread hook = Thread.ofPlatform().name("stage-exit").inheritInheritableThreadLocals(false).unstarted(action);
    Runtime.getRuntime().addShutdownHook(hook);
    return () -> {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException exiting) {
        hook.interrupt();   // it is running already, and has nothing to wait for any more
      }
    };
  }

  @Override
  public boolean awaitEnd(Driver driver, long nanos) throws InterruptedException {
    Thread thread = driver.thread();
    return thread == null || awaitEnd(thread, nanos);
  }

  @Override
  public boolean awaitEnd(Thread thread, long nanos) throws InterruptedException {
    if (thread.getState() == Thread.State.NEW) return true;   // there was none to be had
    return thread.join(Duration.ofNanos(Math.max(0, nanos))) || !thread.isAlive();
  }

  @Override
  public Thread current() {
    return Thread.currentThread();
  }

  @Override
  public boolean isAlive(Thread thread) {
    return thread.isAlive();
  }

  @Override
  public StackTraceElement[] stackOf(Thread thread) {
    return thread.getStackTrace();
  }

  private static final class OneShotLatch extends CountDownLatch implements Latch {
    OneShotLatch() {
      super(1);
    }

    @Override
    public void open() {
      countDown();
    }

    @Override
    public boolean isOpen() {
      return getCount() == 0;
    }

    @Override
    public boolean await(long nanos) throws InterruptedException {
      return await(nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** Has all that is asked of it already. */
  private static final class SemaphorePermits extends Semaphore implements Permits {
    private static final long serialVersionUID = 1L;

    SemaphorePermits(int places) {
      super(places);
    }

    @Override
    public boolean tryAcquire(long nanos) throws InterruptedException {
      return tryAcquire(nanos, TimeUnit.NANOSECONDS);
    }
  }
}
