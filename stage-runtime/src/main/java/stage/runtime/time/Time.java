package stage.runtime.time;

import java.time.Duration;
import java.time.Instant;

/** The one seam to threads, waiting and clocks. */
public interface Time {
  /** {@return the monotonic time in nanoseconds; only differences mean something} */
  long nanos();

  /** {@return the time of day, for people to read} */
  Instant instant();

  /**
   * {@return a driver for a machine; it is not started yet}
   *
   * @param machine what to step
   * @param onPlatformThread whether its thread is a platform thread
   */
  Driver driver(StepMachine machine, boolean onPlatformThread);

  /** {@return a number from 0 to below 1, by chance} */
  double chance();

  /** {@return a closed gate} */
  Latch latch();

  /**
   * {@return a closed gate}
   *
   * @param opens what opens it, for people, such as "an answer of"
   * @param owner the stage or scope that it belongs to
   */
  default Latch latch(String opens, String owner) {
    return latch();
  }

  /**
   * {@return room with some places}
   *
   * @param places how many at first
   */
  Permits permits(int places);

  /**
   * {@return room with some places}
   *
   * @param places how many at first
   * @param what they are, for people, such as "a free place in the mailbox of"
   * @param owner the stage that it belongs to
   */
  default Permits permits(int places, String what, String owner) {
    return permits(places);
  }

  /**
   * Runs a short action, which must not block, at a time.
   *
   * @param atNanos when
   * @param action what to run
   * @return to cancel it
   */
  Alarm at(long atNanos, Runnable action);

  /**
   * {@return a virtual thread for pieces of work that may block; it starts with the first one}
   *
   * @param name the thread's name
   * @param work what it runs
   */
  TaskThread taskThread(String name, TaskThread.Work work);

  /**
   * Starts a platform daemon thread, for what must go on while stages spin on every carrier thread, and for sockets.
   *
   * @param name the thread's name
   * @param body what it runs
   * @return the thread
   * @throws UnsupportedOperationException in a simulation, which has one thread at a time
   */
  default Thread startPlatformTask(String name, Runnable body) {
    throw new UnsupportedOperationException("a simulation starts no platform thread, but was asked to start " + name);
  }

  /**
   * Interrupts a task, wherever it is.
   *
   * @param task the thread of a {@link TaskThread}
   */
  void interrupt(Thread task);

  /**
   * Runs an action, which may block for a while, when the JVM is told to exit.
   *
   * @param action what to run
   * @return to forget it
   */
  Alarm onExit(Runnable action);

  /**
   * {@return the calling thread, by the name under which its {@linkplain Driver#thread() driver} is known if it carries
   * a machine}
   */
  Thread current();

  /**
   * {@return whether the thread of a driver or a {@link TaskThread} has not ended}
   *
   * @param thread which
   */
  boolean isAlive(Thread thread);

  /**
   * {@return what the thread of a driver or a {@link TaskThread} is doing}
   *
   * @param thread which
   */
  StackTraceElement[] stackOf(Thread thread);

  /** {@return what does harm at the borders of user code, for tests; null for nothing} */
  default Faults faults() {
    return null;
  }

  /** An action that is going to run. */
  interface Alarm {
    /** Forgets the action, unless it is running already. */
    void cancel();
  }

  /**
   * Waits until a driver's thread is gone.
   *
   * @param driver whose thread
   * @param nanos how long to wait at most
   * @return whether it is gone
   * @throws InterruptedException if interrupted while waiting
   */
  boolean awaitEnd(Driver driver, long nanos) throws InterruptedException;

  /**
   * Waits until a thread is gone that a driver has replaced.
   *
   * @param thread which
   * @param nanos how long to wait at most
   * @return whether it is gone
   * @throws InterruptedException if interrupted while waiting
   */
  boolean awaitEnd(Thread thread, long nanos) throws InterruptedException;

  /**
   * {@return a duration in nanoseconds, {@link Long#MAX_VALUE} / 2 if it is longer than that}
   *
   * @param duration the duration
   */
  static long toNanos(Duration duration) {
    Duration longest = Duration.ofNanos(Long.MAX_VALUE / 2);
    return duration.compareTo(longest) >= 0 ? Long.MAX_VALUE / 2 : duration.toNanos();
  }

  /** {@return whether time passes while user code runs} In a simulation it does not. */
  default boolean passesInUserCode() {
    return true;
  }

  /**
   * Is told of something that happened, whether or not it is logged.
   *
   * @param what an event of the scope
   */
  default void happened(Object what) {}

  /**
   * Is told that a scope was opened.
   *
   * @param scope its name
   */
  default void opened(String scope) {}

  /**
   * Is told that a scope was closed.
   *
   * @param scope its name
   */
  default void closed(String scope) {}

  /** {@return whether logging is off, because the same run is made many times} */
  default boolean isQuiet() {
    return false;
  }
}
