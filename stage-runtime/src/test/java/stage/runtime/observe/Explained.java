package stage.runtime.observe;

import java.time.Duration;
import stage.api.observe.Explanation;
import stage.api.supervision.Supervisor;
import stage.runtime.supervision.ObservedScope;

/** Explanations for tests that do not want to wait as long as users do before they call something stuck. */
public final class Explained {
  private static final Duration SHORT = Duration.ofMillis(400);

  private Explained() {}

  /** {@return as {@link Supervisor#explain}, with less patience} */
  public static Explanation soon(Supervisor scope) {
    return new Explainer(ObservedScope.of(scope), SHORT).explain();
  }

  /** {@return as {@link Supervisor#explain}, without any patience: what stands still for an instant is stuck} */
  public static Explanation atOnce(Supervisor scope) {
    return new Explainer(ObservedScope.of(scope), Duration.ofNanos(1)).explain();
  }
}
