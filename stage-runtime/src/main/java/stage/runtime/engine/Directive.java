package stage.runtime.engine;

/** What happens to a cell that crashed. */
public sealed interface Directive {
  /**
   * Another incarnation takes over.
   *
   * @param delayNanos how long to wait before
   */
  record Restart(long delayNanos) implements Directive {}

  /**
   * Another incarnation takes over, and what was in hand is not to blame.
   *
   * @param delayNanos how long to wait before
   */
  record Retry(long delayNanos) implements Directive {}

  /**
   * The incarnation ends, and the cell waits for {@link Cell#release}: others are restarted with it.
   *
   * @param forgives whether what was in hand is not to blame
   */
  record Hold(boolean forgives) implements Directive {}

  /** The incarnation goes on, and skips what it was doing. */
  record Resume() implements Directive {}

  /**
   * It ends, and has failed.
   *
   * @param contained whether that is a failure of its own consumers only
   */
  record End(boolean contained) implements Directive {}
}
