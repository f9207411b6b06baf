package stage.runtime.time;

/** The real time, whose drivers get their threads and their alarms from here; tests have some of these fail. */
public class OwnThreads extends DelegatingTime {
  protected OwnThreads() {
    super(new RealTime());
  }

  /** {@return a thread that is not started yet} */
  protected Thread thread(String name, Runnable body) {
    return Thread.ofVirtual().name(name).unstarted(body);
  }

  @Override
  public Driver driver(StepMachine machine, boolean onPlatformThread) {
    return new ThreadDriver(this, (name, platform, body) -> thread(name, body), machine, onPlatformThread);
  }
}
