package stage.api.supervision;

import java.util.List;
import java.util.Objects;

/**
 * Thrown when threads of a closed scope are still alive although they were interrupted. Lists each with its stack.
 *
 * @since 0.1
 */
public final class StragglersException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final transient List<Straggler> threads;

  /**
   * One thread that would not end.
   *
   * @param path the stage it belongs to
   * @param thread the thread's name
   * @param stack where it is
   * @since 0.1
   */
  public record Straggler(String path, String thread, List<StackTraceElement> stack) {
    /** Copies the stack, and rejects nulls. */
    public Straggler {
      Objects.requireNonNull(path, "path must not be null");
      Objects.requireNonNull(thread, "thread must not be null");
      stack = List.copyOf(Objects.requireNonNull(stack, "stack must not be null"));
    }
  }

  /**
   * Lists the threads.
   *
   * @param scope the scope's name
   * @param threads each with its stack
   */
  public StragglersException(String scope, List<Straggler> threads) {
    super(describe(scope, threads));
    this.threads = List.copyOf(threads);
  }

  /** {@return the threads that would not end} */
  public List<Straggler> threads() {
    return threads == null ? List.of() : threads;
  }

  private static String describe(String scope, List<Straggler> threads) {
    var text = new StringBuilder("scope " + scope + " is closed, but " + threads.size()
        + " of its threads ignored their interrupt and are still alive:");
    for (Straggler straggler : threads) {
      text.append("\n  ").append(straggler.thread());
      List<StackTraceElement> stack = straggler.stack();
      for (int i = 0; i < Math.min(stack.size(), 20); i++) text.append("\n    at ").append(stack.get(i));
    }
    return text.toString();
  }
}
