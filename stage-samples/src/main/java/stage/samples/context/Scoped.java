package stage.samples.context;

import java.util.function.Supplier;
import stage.api.supervision.ContextCapture;

/**
 * A value that is bound for the time of a call and cannot be set, as {@code java.lang.ScopedValue}, which is a preview
 * in JDK 21.
 */
final class Scoped {
  private final ThreadLocal<String> bound = new ThreadLocal<>();

  String value() {
    return bound.get();
  }

  <T> T callWith(String value, Supplier<T> body) {
    String before = bound.get();
    bound.set(value);
    try {
      return body.get();
    } finally {
      if (before == null) bound.remove();
      else bound.set(before);
    }
  }

  /** Binds, in each incarnation, what is bound where the scope is opened. */
  ContextCapture carried() {
    return () -> {
      String captured = value();
      return incarnation -> callWith(captured, () -> {
        incarnation.run();
        return null;
      });
    };
  }
}
