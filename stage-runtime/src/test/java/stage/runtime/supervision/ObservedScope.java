package stage.runtime.supervision;

import stage.api.supervision.Supervisor;

/** Lets tests of those who watch see a scope as they do. */
public final class ObservedScope {
  private ObservedScope() {}

  public static Observed of(Supervisor scope) {
    return ((SupervisorCell) scope).observed();
  }
}
