package stage.api.supervision;

import java.time.Duration;
import java.util.Objects;
import stage.api.StageSpec;

/**
 * Describes a scope. An immutable value, checked when made.
 *
 * @param name the scope's name
 * @param shutdown how long {@code close} lets stages drain before it cancels them
 * @param grace how long {@code close} then waits for cancelled stages
 * @param intensity how many restarts the scope stands
 * @param backoff how long to wait before a restart
 */
public record SupervisorSpec(String name, Duration shutdown, Duration grace, Intensity intensity, Backoff backoff) {
  /**
   * Checks the name and the times.
   *
   * @throws IllegalArgumentException if the name is not valid or a time is negative
   */
  public SupervisorSpec {
    StageSpec.ensureName(name);
    ensureNotNegative("shutdown", shutdown);
    ensureNotNegative("grace", grace);
    Objects.requireNonNull(intensity, "intensity must not be null; use Intensity.none() for no restarts");
    Objects.requireNonNull(backoff, "backoff must not be null; use Backoff.none()");
  }

  /**
   * {@return a scope that drains for up to 5 seconds, with 1 second of grace, and that the first crash fails}
   *
   * @param name the scope's name: 1–64 of {@code [A-Za-z0-9._-]}
   */
  public static SupervisorSpec of(String name) {
    return new SupervisorSpec(name, Duration.ofSeconds(5), Duration.ofSeconds(1), Intensity.none(), Backoff.none());
  }

  /**
   * {@return a copy with this shutdown time}
   *
   * @param shutdown how long {@code close} lets stages drain; zero cancels them at once
   */
  public SupervisorSpec withShutdown(Duration shutdown) {
    return new SupervisorSpec(name, shutdown, grace, intensity, backoff);
  }

  /**
   * {@return a copy with this grace period}
   *
   * @param grace how long {@code close} waits for cancelled stages
   */
  public SupervisorSpec withGrace(Duration grace) {
    return new SupervisorSpec(name, shutdown, grace, intensity, backoff);
  }

  /**
   * {@return a copy that restarts crashed stages in place, up to this intensity}
   *
   * @param intensity how many restarts the scope stands
   */
  public SupervisorSpec withIntensity(Intensity intensity) {
    return new SupervisorSpec(name, shutdown, grace, intensity, backoff);
  }

  /**
   * {@return a copy that waits before each restart}
   *
   * @param backoff how long to wait
   */
  public SupervisorSpec withBackoff(Backoff backoff) {
    return new SupervisorSpec(name, shutdown, grace, intensity, backoff);
  }

  private static void ensureNotNegative(String what, Duration time) {
    Objects.requireNonNull(time, what + " must not be null");
    if (time.isNegative()) throw new IllegalArgumentException(what + " must not be negative, but was " + time);
  }
}
