package stage.runtime.time;

/** A driver that does all that another one does; tests change some of it. */
public class DelegatingDriver implements Driver {
  private final Driver driver;

  protected DelegatingDriver(Driver driver) {
    this.driver = driver;
  }

  @Override
  public void start() {
    driver.start();
  }

  @Override
  public void wake() {
    driver.wake();
  }

  @Override
  public void wakeUnlessResting() {
    driver.wakeUnlessResting();
  }

  @Override
  public void interrupt() {
    driver.interrupt();
  }

  @Override
  public void replaceThread() {
    driver.replaceThread();
  }

  @Override
  public boolean isCurrent() {
    return driver.isCurrent();
  }

  @Override
  public void await(WaitState what) throws InterruptedException {
    driver.await(what);
  }

  @Override
  public void breatheIfBusy() {
    driver.breatheIfBusy();
  }

  @Override
  public void resetThread(String name) {
    driver.resetThread(name);
  }

  @Override
  public WaitState awaiting() {
    return driver.awaiting();
  }

  @Override
  public WaitTimes.Reading waits(long nowNanos) {
    return driver.waits(nowNanos);
  }

  @Override
  public Thread thread() {
    return driver.thread();
  }
}
