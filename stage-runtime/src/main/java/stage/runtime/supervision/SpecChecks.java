package stage.runtime.supervision;

import java.time.Duration;
import stage.api.ProducerSpec;
import stage.api.Restart;
import stage.api.StageSpec;
import stage.api.supervision.AutoShutdown;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.time.Time;

/** Whether the specs of a supervisor and its children fit together: what cannot work is refused or warned of. */
final class SpecChecks {
  private final SupervisorSpec spec;
  private final String supervisor;   // as people read it
  private final String path;
  private final ScopeContext context;

  SpecChecks(SupervisorSpec spec, String supervisor, String path, ScopeContext context) {
    this.spec = spec;
    this.supervisor = supervisor;
    this.path = path;
    this.context = context;
  }

  void warnOfABackoffThatIsNeverReached() {
    int restarts = spec.intensity().restarts();
    if (restarts == 0 || spec.backoff().most().isZero()) return;
    long last = BackoffRule.longestNanos(spec.backoff(), restarts);
    if (last >= Time.toNanos(spec.backoff().most())) return;
    context.log(System.Logger.Level.WARNING,
        supervisor + " has a backoff of up to " + CrashLog.shown(spec.backoff().most()) + ", but gives up after "
            + restarts + " restarts without progress, of which the last waits for "
            + CrashLog.shown(Duration.ofNanos(last)) + "; to get there it takes an intensity of "
            + BackoffRule.restartsToReach(spec.backoff()), null);
  }

  void warnOfTooManyAttempts(StageSpec<?> child) {
    if (child instanceof ProducerSpec) return;   // nothing is delivered to it
    int attempts = child.options().redelivery().attempts();
    int most = spec.intensity().restarts();
    if (most > 0 && attempts >= most && child.options().restart() != Restart.TEMPORARY) {
      context.log(System.Logger.Level.WARNING,
          "stage " + path + "/" + child.name() + " has an event delivered again " + attempts
              + " times, but its supervisor gives up after " + most + " restarts in "
              + CrashLog.shown(spec.intensity().period())
              + ": an event that crashes it every time ends the supervisor before it becomes a dead letter", null);
    }
  }

  /** Refuses a child whose end would end a supervisor that never ends by itself. */
  void ensureSignificanceFits(String child, boolean significant) {
    if (significant && spec.options().autoShutdown() == AutoShutdown.NEVER) {
      throw new IllegalArgumentException("child \"" + child + "\" is significant, but supervisor " + path
          + " never shuts itself down; give it withAutoShutdown(AutoShutdown.ANY) or ALL");
    }
  }

  /** Refuses a supervisor below this one that would be restarted whenever it has shut itself down. */
  static void ensureMayShutItselfDown(SupervisorSpec child) {
    if (child.options().autoShutdown() != AutoShutdown.NEVER && child.restart() == Restart.PERMANENT) {
      throw new IllegalArgumentException("supervisor \"" + child.name()
          + "\" shuts itself down, so as a child it must not be PERMANENT; use withRestart(Restart.TRANSIENT)");
    }
  }
}
