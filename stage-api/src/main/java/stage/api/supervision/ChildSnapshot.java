package stage.api.supervision;

import java.util.Objects;
import stage.api.Restart;

/**
 * A child of a supervisor at one instant. As an entry of OTP's {@code which_children}.
 *
 * @param name its name
 * @param isSupervisor whether it is a supervisor
 * @param restart its restart type
 * @param status where it stands
 * @since 0.1
 */
public record ChildSnapshot(String name, boolean isSupervisor, Restart restart, Status status) {
  /** Rejects nulls. */
  public ChildSnapshot {
    Objects.requireNonNull(name, "name must not be null");
    Objects.requireNonNull(restart, "restart must not be null");
    Objects.requireNonNull(status, "status must not be null");
  }

  /**
   * Where a child stands.
   *
   * @since 0.1
   */
  public enum Status {
    /** It runs, or is about to for the first time. */
    RUNNING,
    /** It has crashed, or is held for a group restart, and its next incarnation has not started. */
    RESTARTING,
    /** It has ended; its spec is kept, and {@link Supervisor#restartChild} starts it again. */
    STOPPED
  }
}
