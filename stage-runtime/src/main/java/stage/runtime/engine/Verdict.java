package stage.runtime.engine;

/** What is to become of a cell that crashed. */
public sealed interface Verdict {
  /**
   * Another incarnation takes over.
   *
   * @param delayNanos how long to wait before
   */
  record Restart(long delayNanos) implements Verdict {}

  /** The incarnation ends, and the cell waits for {@link Cell#release}: others are restarted with it. */
  record Hold() implements Verdict {}

  /** The incarnation goes on, and skips what it was doing. */
  record Resume() implements Verdict {}

  /**
   * It ends, and has failed.
   *
   * @param contained whether that is nobody else's failure than its own consumers'
   */
  record End(boolean contained) implements Verdict {}
}
