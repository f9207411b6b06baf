package stage.runtime.simulation;

import java.util.List;

/** Describes what every simulated thread is waiting for. */
final class WaitReport {
  private WaitReport() {}

  /**
   * {@return what each thread waits for, one per line}
   *
   * @param waits the waits of threads within user code
   * @param drivers all drivers
   * @param main the thread of the body
   */
  static String of(List<Wait> waits, List<SimulatedDriver> drivers, SimulatedThread main) {
    var lines = new StringBuilder();
    for (Wait wait : waits) {
      lines.append("  ").append(nameOf(wait, main)).append(" waits for ").append(wait.what())
          .append(placeOf(wait.waiter().thread())).append('\n');
    }
    for (SimulatedDriver driver : drivers)
      if (driver.isWorthExplaining(waits)) lines.append("  ").append(driver.standing()).append('\n');
    return lines.toString();
  }

  static String nameOf(Wait wait, SimulatedThread main) {
    if (wait.waiter() == main) return "the body of the simulation";
    return nameOf(wait.who() != null ? wait.who().thread().getName() : wait.waiter().thread().getName());
  }

  /** {@return the name of a thread for readers: a stage's path, for a stage} */
  static String nameOf(String thread) {
    return thread.startsWith("stage:") ? thread.substring("stage:".length()) : thread;
  }

  /** {@return where user code waits: the first frame outside Stage and the JDK} */
  private static String placeOf(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      String name = frame.getClassName();
      if (!name.startsWith("stage.runtime.") && !name.startsWith("stage.api.") && !name.startsWith("java.")
          && !name.startsWith("jdk."))
        return ", at " + frame;
    }
    return "";
  }

  /** {@return the message about code that has kept the simulation from running for too long} With its current stack. */
  static String ofStandstill(SimulatedThread keeper, ThreadIdentity who, SimulatedThread main, long seconds) {
    String name = who != null ? "user code of " + nameOf(who.thread().getName())
        : keeper == main ? "the body of the simulation" : keeper.thread().getName();
    var text = new StringBuilder(name + " has kept the simulation waiting for " + seconds
        + " real seconds: it sleeps, waits for a lock,"
        + " a queue or a future, or never ends; within a simulation, wait only for what Stage knows of (a timer of the context, emit, a call, an end), or by"
        + " simulated.advance and simulated.await; this is where it is:");
    for (StackTraceElement frame : keeper.thread().getStackTrace()) text.append("\n    at ").append(frame);
    return text.toString();
  }
}
