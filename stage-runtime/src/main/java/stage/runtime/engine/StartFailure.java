package stage.runtime.engine;

import stage.runtime.time.Activity;

/**
 * Why a stage does not run.
 *
 * @param cause what was thrown
 * @param during what the stage was doing
 */
public record StartFailure(Throwable cause, Activity during) {
  /** {@return whether its {@code onStart} was good, and what failed are the subscriptions of its spec} */
  public boolean hadStarted() {
    return during == Activity.SUBSCRIPTION;
  }
}
