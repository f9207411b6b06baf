package stage.runtime.supervision;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps a log readable: lets ten lines through at once, then one a second or as many as it was told, and counts what it
 * holds back. Any thread.
 */
final class LogRateLimit {
  private static final int MOST_AT_ONCE = 10;
  private static final long SECOND = 1_000_000_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final long nanosPerLine;
  // guarded by lock
  private int lines = MOST_AT_ONCE;   // that may be written now
  private long countedNanos;          // up to when time has been turned into lines
  private long heldBack;              // since the last line

  LogRateLimit(long nowNanos) {
    this(nowNanos, 1);
  }

  LogRateLimit(long nowNanos, int linesPerSecond) {
    this.nanosPerLine = SECOND / linesPerSecond;
    this.countedNanos = nowNanos;
  }

  /**
   * {@return what to put at the end of a line: how many were held back before it, if any; null if the line is held back
   * too}
   */
  String admit(long nowNanos) {
    lock.lock();
    try {
      long earned = Math.max(0, nowNanos - countedNanos) / nanosPerLine;
      countedNanos += earned * nanosPerLine;
      lines = (int) Math.min(MOST_AT_ONCE, lines + earned);
      if (lines == 0) {
        heldBack++;
        return null;
      }
      lines--;
      String note = heldBack == 0 ? "" : " (" + heldBack + " lines like this were left out before)";
      heldBack = 0;
      return note;
    } finally {
      lock.unlock();
    }
  }
}
