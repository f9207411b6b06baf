package stage.runtime.supervision;

/**
 * How often a child has failed without having got anywhere in between. Guarded by the tree's lock.
 *
 * <p>A sliding window forgets: where restarts are slow, because of a backoff or because it takes long to fail, there
 * are never enough of them within its period. So those that follow each other without progress count whatever the time.
 */
final class FailureStreak {
  private long cell = -1;     // which one failed last, by its number
  private long progress;      // what that one had done by then
  private int failures;

  /**
   * Counts a failure.
   *
   * @param cell the number of the cell that has failed
   * @param progress a number that has changed if that cell has got anywhere since
   */
  void failed(long cell, long progress) {
    boolean goesOn = cell == this.cell && progress == this.progress;
    failures = goesOn ? failures + 1 : 1;
    this.cell = cell;
    this.progress = progress;
  }

  /** {@return how many failures there were in a row, the last one included} */
  int failures() {
    return failures;
  }

  void forget() {
    failures = 0;
    cell = -1;
  }
}
