package stage.api.supervision;

import java.util.List;
import java.util.Objects;
import stage.api.internal.CauseText;

/**
 * Thrown when a stage could not be started, or has failed and its scope with it. The cause is what its code threw; the
 * message names the stage, what it was doing, that exception, and the line of your code that threw it.
 *
 * @since 0.1
 */
public final class StageFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient String path;
  private final transient List<Failure> history;

  /**
   * Names the stage.
   *
   * @param path the stage's path
   * @param during what it was doing, such as {@code onEvents}
   * @param cause what its code threw
   */
  public StageFailedException(String path, String during, Throwable cause) {
    this(path, during, cause, List.of());
  }

  /**
   * Names the stage and the crashes before. If the first of them had another cause, as where a crash leaves
   * something behind that lets every later start fail, that cause is {@linkplain #getSuppressed() suppressed} in this
   * exception, and the message tells of it if its type is another one.
   *
   * @param path the stage's path
   * @param during what it was doing, such as {@code onEvents}
   * @param cause what its code threw
   * @param history the last crashes that used up the restart intensity, oldest first, the final one included
   */
  public StageFailedException(String path, String during, Throwable cause, List<Failure> history) {
    super("stage " + path + " failed in " + during + ": " + CauseText.of(cause)
        + (history.size() > 1 ? ", after " + earlier(history.size() - 1) + first(history, cause) : ""),
        cause);
    this.path = path;
    this.history = List.copyOf(history);
    if (isHidden(history, cause)) addSuppressed(history.getFirst().cause());
  }

  private static String earlier(int crashes) {
    return crashes == 1 ? "1 earlier crash" : crashes + " earlier crashes";
  }

  private static boolean isHidden(List<Failure> history, Throwable cause) {
    if (history.size() < 2) return false;
    Throwable first = history.getFirst().cause();
    if (first.getClass() != cause.getClass()) return true;
    try {
      return !Objects.equals(first.getMessage(), cause.getMessage());
    } catch (Throwable evil) {   // an exception may answer what it likes
      return false;
    }
  }

  private static String first(List<Failure> history, Throwable cause) {
    if (history.size() < 2 || history.getFirst().cause().getClass() == cause.getClass()) return "";
    Failure first = history.getFirst();
    return ", the first in " + first.during() + ": " + CauseText.of(first.cause());
  }

  /**
   * {@return the last crashes that used up the restart intensity, oldest first, the final one included; empty where
   * there was none}
   */
  public List<Failure> history() {
    return history == null ? List.of() : history;
  }

  /** {@return the stage's path} */
  public String path() {
    return path;
  }
}
