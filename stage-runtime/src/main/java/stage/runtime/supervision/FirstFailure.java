package stage.runtime.supervision;

import stage.api.supervision.StageFailedException;

/**
 * Why a supervisor has failed: what the first of its stages that failed threw; what others threw later is suppressed in
 * it. Guarded by the tree's lock.
 */
final class FirstFailure {
  private StageFailedException first;   // null if nothing has failed
  private boolean isOfAProducer;        // whether that stage failed only because a producer had
  private boolean isTold;               // whether a caller was told

  /** The supervisor itself has failed. */
  void replace(StageFailedException failed) {
    first = failed;
  }

  /**
   * A stage has failed.
   *
   * @param crashed whether it crashed itself, or a producer of it has failed
   */
  void add(StageFailedException failed, boolean crashed) {
    if (first == null) {
      first = failed;
      isOfAProducer = !crashed;
    } else if (crashed && isOfAProducer) {
      // A consumer that failed with its producer may get here first, but the crash is what happened.
      if (first.getCause() != failed.getCause()) failed.addSuppressed(first);
      first = failed;
      isOfAProducer = false;
    } else if (crashed) {
      first.addSuppressed(failed);
    }
  }

  /** {@return the failure, of which nobody is told by this; null if there is none} */
  StageFailedException look() {
    return first;
  }

  /** {@return the failure, of which the caller is told; null if there is none} */
  StageFailedException tell() {
    if (first != null) isTold = true;
    return first;
  }

  /** {@return as {@link #tell}, but null if a caller was told before} */
  StageFailedException tellOnce() {
    return isTold ? null : tell();
  }
}
