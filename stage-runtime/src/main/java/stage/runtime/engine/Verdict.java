package stage.runtime.engine;

/** What is to become of a cell that crashed. */
public sealed interface Verdict {
  /**
   * Another incarnation takes over.
   *
   * @param delayNanos how long to wait before
   */
  record Restart(long delayNanos) implements Verdict {}

  /** It ends, and has failed. */
  record End() implements Verdict {}
}
