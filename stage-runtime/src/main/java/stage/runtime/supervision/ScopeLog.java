package stage.runtime.supervision;

import java.util.LinkedHashMap;
import java.util.Map;
import stage.api.DeadLetter;
import stage.api.internal.DeadLetterLine;
import stage.runtime.time.ShortLock;
import stage.runtime.time.Time;

/**
 * What a scope logs. Each logger is named for a scope or a stage, as {@code stage.shop.orders}. A line is one line
 * whatever is in it, a stage that crashes again and again gets ten of them in a second, and a stack trace that stands
 * above already is referred to. Any thread.
 */
final class ScopeLog {
  private static final int MOST_STAGES = 256;
  private static final int MOST_TRACES = 8;
  private static final int LINES_PER_SECOND = 10;
  private static final long SHOWN_AGAIN_AFTER = 600_000_000_000L;   // when it may have scrolled out of sight

  /** A trace that was logged. */
  private record Shown(String incarnation, long atNanos) {}

  /** What was logged of one stage. */
  private static final class OfStage {
    private final LogRateLimit lines;
    private final Map<Trace, Shown> traces = new Latest<>(MOST_TRACES);   // under the lock

    OfStage(long nowNanos) {
      this.lines = new LogRateLimit(nowNanos, LINES_PER_SECOND);
    }
  }

  /** Forgets what was used longest ago. */
  private static final class Latest<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;

    /** How many to keep. */
    private final int most;

    Latest(int most) {
      super(16, 0.75f, true);
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > most;
    }
  }

  private final String scope;
  private final Time time;
  private final ShortLock lock = new ShortLock();
  private final Map<String, OfStage> stages = new Latest<>(MOST_STAGES);   // under the lock

  ScopeLog(String scope, Time time) {
    this.scope = scope;
    this.time = time;
  }

  /** Logs something about the scope. */
  void write(System.Logger.Level level, String line, Throwable cause) {
    write(scope, level, line, cause);
  }

  /**
   * Logs a crash.
   *
   * @param path the stage
   * @param incarnation which of its incarnations, as log lines name it
   * @param line what became of it
   * @param cause why
   */
  void crashed(String path, String incarnation, String line, Throwable cause) {
    if (time.isQuiet()) return;
    String note = of(path).lines.admit(time.nanos());
    if (note != null) writeOnce(path, System.Logger.Level.WARNING, incarnation, line + note, cause);
  }

  /** Logs a crash with which a supervisor has given up. There are few of them, so there is no limit. */
  void gaveUp(String path, String incarnation, String line, Throwable cause) {
    if (!time.isQuiet()) writeOnce(path, System.Logger.Level.ERROR, incarnation, line, cause);
  }

  /** Logs a dead letter as the default handler does. */
  void deadLetter(DeadLetter letter) {
    String line = DeadLetterLine.of(letter.path(), letter.count());
    if (line.isEmpty() || time.isQuiet()) return;
    String incarnation = letter.path().substring(letter.path().lastIndexOf('/') + 1) + "#" + letter.incarnation();
    writeOnce(letter.path(), System.Logger.Level.WARNING, incarnation, line, letter.cause());
  }

  private OfStage of(String path) {
    lock.lock();
    try {
      OfStage there = stages.get(path);
      if (there == null) stages.put(path, there = new OfStage(time.nanos()));
      return there;
    } finally {
      lock.unlock();
    }
  }

  private void writeOnce(String path, System.Logger.Level level, String incarnation, String line, Throwable cause) {
    String shownWith =
        cause == null || isOfTheMachine(cause) ? null : shownWith(path, incarnation, cause);
    if (shownWith == null) write(path, level, line, cause);
    else
      write(path, level, line + "; cause=" + Trace.words(cause) + ", same stack trace as " + shownWith, null);
  }

  /** {@return whether it is better not to allocate anything more} */
  private static boolean isOfTheMachine(Throwable cause) {
    return cause instanceof VirtualMachineError && !(cause instanceof StackOverflowError);
  }

  /** {@return the incarnation with which this trace was logged; null if it was not, and is now} */
  private String shownWith(String path, String incarnation, Throwable cause) {
    try {
      if (!logger(path).isLoggable(System.Logger.Level.DEBUG)) Trace.cut(cause);
      Trace trace = Trace.of(cause);
      OfStage stage = of(path);
      long now = time.nanos();
      lock.lock();
      try {
        Shown shown = stage.traces.get(trace);
        if (shown != null && now - shown.atNanos < SHOWN_AGAIN_AFTER) return shown.incarnation;
        stage.traces.put(trace, new Shown(incarnation, now));
        return null;
      } finally {
        lock.unlock();
      }
    } catch (Throwable evil) {   // an exception may answer what it likes
      return null;
    }
  }

  private void write(String path, System.Logger.Level level, String line, Throwable cause) {
    if (time.isQuiet()) return;
    try {
      logger(path).log(level, OneLine.of(line), cause == null ? null : inOneLine(cause));
    } catch (Throwable loggerFailure) {
      // a logger that throws must not take the stage with it
      if (cause != null && cause != loggerFailure) cause.addSuppressed(loggerFailure);
    }
  }

  private static Throwable inOneLine(Throwable cause) {
    try {
      return Trace.inOneLine(cause);
    } catch (RuntimeException | Error evil) {
      return cause;
    }
  }

  private static System.Logger logger(String path) {
    return System.getLogger("stage." + path.replace('/', '.'));
  }
}
