package stage.runtime.supervision;

/** The lines about one crash: fixed fields, written when no lock is held. */
final class CrashLog {
  private final String supervisor;
  private final String child;
  private final String what;
  private final Throwable cause;
  private final StringBuilder decision = new StringBuilder();
  private boolean gaveUp;

  CrashLog(String supervisor, String child, String what, Throwable cause) {
    this.supervisor = supervisor;
    this.child = child;
    this.what = what;
    this.cause = cause;
  }

  void says(String decision) {
    if (!this.decision.isEmpty()) this.decision.append("; ");
    this.decision.append(decision);
  }

  void givesUp(String supervisor, String decision) {
    gaveUp = true;
    says(supervisor.equals(this.supervisor) ? decision : "supervisor=" + supervisor + " " + decision);
  }

  void write(Tree tree) {
    if (decision.isEmpty()) return;
    tree.log(gaveUp ? System.Logger.Level.ERROR : System.Logger.Level.WARNING,
        "supervisor=" + supervisor + " child=" + child + " " + what + " decision=" + decision, cause);
  }
}
