package stage.runtime.simulation;

import java.util.List;

/** Puts into words where everybody in a simulation stands. */
final class WaitReport {
  private WaitReport() {}

  /**
   * {@return who waits for what, a line each}
   *
   * @param waits of strands
   * @param drivers all there are
   * @param main the strand of the body
   */
  static String of(List<Wait> waits, List<SimulatedDriver> drivers, SimulatedThread main) {
    var lines = new StringBuilder();
    for (Wait wait : waits) {
      lines.append("  ").append(nameOf(wait, main)).append(" waits for ").append(wait.what())
          .append(placeOf(wait.strand().thread())).append('\n');
    }
    for (SimulatedDriver driver : drivers)
      if (driver.isWorthExplaining(waits)) lines.append("  ").append(driver.standing()).append('\n');
    return lines.toString();
  }

  static String nameOf(Wait wait, SimulatedThread main) {
    if (wait.strand() == main) return "the body of the simulation";
    return nameOf(wait.who() != null ? wait.who().thread().getName() : wait.strand().thread().getName());
  }

  /** {@return the name of a thread as people say it: that of a stage is its path} */
  static String nameOf(String thread) {
    return thread.startsWith("stage:") ? thread.substring("stage:".length()) : thread;
  }

  /** {@return where user code waits: the first frame outside of Stage and the JDK} */
  private static String placeOf(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      String name = frame.getClassName();
      if (!name.startsWith("stage.runtime.") && !name.startsWith("stage.api.") && !name.startsWith("java.")
          && !name.startsWith("jdk."))
        return ", at " + frame;
    }
    return "";
  }

  /** {@return what to say of code that has had the baton for too long} With its stack, as it is now. */
  static String ofStandstill(SimulatedThread keeper, ThreadIdentity who, SimulatedThread main, long seconds) {
    String name = who != null ? "user code of " + nameOf(who.thread().getName())
        : keeper == main ? "the body of the simulation" : keeper.thread().getName();
    var text = new StringBuilder(name + " has kept everybody else waiting for " + seconds
        + " real seconds: it sleeps, waits for a lock,"
        + " a queue or a future, or never ends; within a simulation, wait only for what Stage knows of (a timer of the context, emit, a call, an end), or by"
        + " simulated.advance and simulated.await; this is where it is:");
    for (StackTraceElement frame : keeper.thread().getStackTrace()) text.append("\n    at ").append(frame);
    return text.toString();
  }
}
