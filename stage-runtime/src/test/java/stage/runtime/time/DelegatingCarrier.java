package stage.runtime.time;

/** A carrier that does all that another one does; tests change some of it. */
public class DelegatingCarrier implements Carrier {
  private final Carrier carrier;

  protected DelegatingCarrier(Carrier carrier) {
    this.carrier = carrier;
  }

  @Override
  public void start() {
    carrier.start();
  }

  @Override
  public void wake() {
    carrier.wake();
  }

  @Override
  public void wakeUnlessResting() {
    carrier.wakeUnlessResting();
  }

  @Override
  public void interrupt() {
    carrier.interrupt();
  }

  @Override
  public void replaceThread() {
    carrier.replaceThread();
  }

  @Override
  public boolean isCurrent() {
    return carrier.isCurrent();
  }

  @Override
  public void await(Awaiting what) throws InterruptedException {
    carrier.await(what);
  }

  @Override
  public void breatheIfBusy() {
    carrier.breatheIfBusy();
  }

  @Override
  public void rename(String name) {
    carrier.rename(name);
  }

  @Override
  public Awaiting awaiting() {
    return carrier.awaiting();
  }

  @Override
  public Thread thread() {
    return carrier.thread();
  }
}
