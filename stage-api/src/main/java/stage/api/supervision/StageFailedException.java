package stage.api.supervision;

import java.util.List;
import java.util.Objects;

/**
 * Thrown when a stage could not be started, or has failed and its scope with it. The cause is what its code threw.
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
   * Names the stage, and tells of the crashes before. If the first of them had another cause, as where a crash leaves
   * something behind that lets every later start fail, that cause is {@linkplain #getSuppressed() suppressed} in this
   * exception, and the message names its type if that is another one.
   *
   * @param path the stage's path
   * @param during what it was doing, such as {@code onEvents}
   * @param cause what its code threw
   * @param history the last crashes that used up the restart intensity, oldest first, the final one included
   */
  public StageFailedException(String path, String during, Throwable cause, List<Failure> history) {
    super("stage " + path + " failed in " + during + ": " + cause.getClass().getName()
        + (history.size() > 1 ? ", after " + (history.size() - 1) + " earlier crashes" + first(history, cause) : ""),
        cause);
    this.path = path;
    this.history = List.copyOf(history);
    if (isHidden(history, cause)) addSuppressed(history.getFirst().cause());
  }

  private static boolean isHidden(List<Failure> history, Throwable cause) {
    if (history.size() < 2) return false;
    Throwable first = history.getFirst().cause();
    return first.getClass() != cause.getClass() || !Objects.equals(first.getMessage(), cause.getMessage());
  }

  private static String first(List<Failure> history, Throwable cause) {
    if (history.size() < 2 || history.getFirst().cause().getClass() == cause.getClass()) return "";
    Failure first = history.getFirst();
    return ", the first in " + first.during() + ": " + first.cause().getClass().getName();
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
