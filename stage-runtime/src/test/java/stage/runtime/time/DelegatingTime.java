package stage.runtime.time;

import java.time.Instant;

/** A time that does all that another one does; tests change some of it. */
public class DelegatingTime implements Time {
  private final Time time;

  protected DelegatingTime(Time time) {
    this.time = time;
  }

  @Override
  public Driver driver(StepMachine machine, boolean onPlatformThread) {
    return time.driver(machine, onPlatformThread);
  }

  @Override
  public Thread current() {
    return time.current();
  }

  @Override
  public boolean isAlive(Thread thread) {
    return time.isAlive(thread);
  }

  @Override
  public StackTraceElement[] stackOf(Thread thread) {
    return time.stackOf(thread);
  }

  @Override
  public TaskThread taskThread(String name, TaskThread.Work work) {
    return time.taskThread(name, work);
  }

  @Override
  public void interrupt(Thread task) {
    time.interrupt(task);
  }

  @Override
  public long nanos() {
    return time.nanos();
  }

  @Override
  public Instant instant() {
    return time.instant();
  }

  @Override
  public double chance() {
    return time.chance();
  }

  @Override
  public Latch latch() {
    return time.latch();
  }

  @Override
  public Permits permits(int places) {
    return time.permits(places);
  }

  @Override
  public Alarm at(long atNanos, Runnable action) {
    return time.at(atNanos, action);
  }

  @Override
  public Alarm onExit(Runnable action) {
    return time.onExit(action);
  }

  @Override
  public boolean awaitEnd(Driver driver, long nanos) throws InterruptedException {
    return time.awaitEnd(driver, nanos);
  }

  @Override
  public boolean awaitEnd(Thread thread, long nanos) throws InterruptedException {
    return time.awaitEnd(thread, nanos);
  }
}
