package stage.runtime.pipeline.operator;

/**
 * Whether a source has fallen silent: its stage has waited for it, with demand, for a whole time since its last
 * element, or since the start if it never spoke. While the stage does something else – it works, is paused, backs off,
 * or nobody downstream wants anything – the clock stands still.
 *
 * <p>Told of each change with the engine's clock; looks at none. Belongs to one incarnation: a new one begins as if its
 * source had just spoken.
 */
public final class Idleness {
  private final long afterNanos;
  private long waited;          // since the last element, without what is being waited now
  private long waitingSince;
  private boolean isWaiting;

  /**
   * Makes one whose source is not idle.
   *
   * @param afterNanos after which time of waiting it is, above 0
   */
  public Idleness(long afterNanos) {
    if (afterNanos < 1) throw new IllegalArgumentException("a silence must be at least 1 ns, but was " + afterNanos);
    this.afterNanos = afterNanos;
  }

  /** The source spoke: at once it is idle no longer. */
  public void element() {
    waited = 0;
    isWaiting = false;
  }

  /** The stage waits for elements from now on, and there is demand. Changes nothing while it does. */
  public void waiting(long now) {
    if (isWaiting) return;
    isWaiting = true;
    waitingSince = now;
  }

  /** The stage does something else from now on. Changes nothing while it does. */
  public void busy(long now) {
    if (!isWaiting) return;
    isWaiting = false;
    waited = Math.min(afterNanos, waited + now - waitingSince);
  }

  /** {@return whether the source is idle} */
  public boolean isIdle(long now) {
    return (isWaiting ? waited + now - waitingSince : waited) >= afterNanos;
  }

  /**
   * {@return when it will be, if nothing changes; {@link Operator#NO_TIMER} while the clock stands still or if it is
   * already}
   */
  public long idleAt(long now) {
    return isWaiting && !isIdle(now) ? waitingSince + afterNanos - waited : Operator.NO_TIMER;
  }
}
