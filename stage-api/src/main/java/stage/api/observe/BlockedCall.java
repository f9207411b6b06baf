package stage.api.observe;

import java.time.Duration;
import java.util.Objects;

/**
 * A thread that is blocked inside a method of a stage's handle, such as {@code call} or {@code emit}, at one instant.
 *
 * @param caller the path of the stage whose thread is blocked, or the thread's name
 * @param isStage whether the caller is a stage
 * @param target the path of the stage it waits for
 * @param method the method it is in, such as {@code call()}
 * @param blocked how long it has been blocked
 * @since 0.1
 */
public record BlockedCall(String caller, boolean isStage, String target, String method, Duration blocked) {
  /** Rejects nulls. */
  public BlockedCall {
    Objects.requireNonNull(caller, "caller must not be null");
    Objects.requireNonNull(target, "target must not be null");
    Objects.requireNonNull(method, "method must not be null");
    Objects.requireNonNull(blocked, "blocked must not be null");
  }
}
