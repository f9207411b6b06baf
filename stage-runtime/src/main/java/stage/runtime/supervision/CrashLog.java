package stage.runtime.supervision;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import stage.api.observe.StageEvent;

/**
 * The lines about one crash: fixed fields, written when no lock is held. The listener is then told of the supervisors
 * that gave up.
 */
final class CrashLog {
  /** What has happened to a permanent child that has done all there was to do. */
  static final String COMPLETED = "completed";

  private final String supervisor;
  private final String child;
  private final String childPath;
  private final String what;
  private final Throwable cause;
  private final StringBuilder decision = new StringBuilder();
  private final List<StageEvent.GaveUp> gaveUp = new ArrayList<>();
  private boolean isUncounted;

  CrashLog(String supervisor, String child, int incarnation, String what, Throwable cause) {
    this.supervisor = supervisor;
    this.child = child + "#" + incarnation;
    this.childPath = supervisor + "/" + child;
    this.what = what;
    this.cause = cause;
  }

  /** {@return a time as it stands in the log: {@code 5s}, {@code 1m30s}} */
  static String shown(Duration time) {
    return time.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }

  /** It is judged from here on: what an attempt has said that found the heap full does not count. */
  void begin() {
    decision.setLength(0);
    gaveUp.clear();
    isUncounted = false;
  }

  void decided(String decision) {
    if (!this.decision.isEmpty()) this.decision.append("; ");
    this.decision.append(decision);
  }

  /**
   * As {@link #decided}, of a decision that uses up no restart: without a limit, there could be any number of such
   * lines.
   */
  void saysUncounted(String decision) {
    isUncounted = true;
    decided(decision);
  }

  void givesUp(String supervisor, String decision) {
    String child = gaveUp.isEmpty() ? childPath : gaveUp.getLast().path();
    gaveUp.add(new StageEvent.GaveUp(supervisor, child, cause));
    decided(supervisor.equals(this.supervisor) ? decision : "supervisor=" + supervisor + " " + decision);
  }

  void write(ScopeContext context, LogRateLimit uncounted) {
    if (decision.isEmpty()) return;
    String line = "supervisor=" + supervisor + " child=" + child + " " + what + " decision=" + decision;
    if (!gaveUp.isEmpty()) {
      context.log().gaveUp(childPath, child, line, cause);
    } else {
      String note = isUncounted ? uncounted.admit(context.graph().time().nanos()) : "";
      // a completion has no cause but the one with which its supervisor would give up
      Throwable shown = what.equals(COMPLETED) ? null : cause;
      if (note != null) context.log().crashed(childPath, child, line + note, shown);
    }
    for (StageEvent.GaveUp each : gaveUp) context.tell(each);
  }
}
