package stage.samples.context;

import stage.api.supervision.ContextCapture;

/** A diagnostic context as logging libraries have it: a thread-local value that is set and removed again. */
final class Mdc {
  private static final ThreadLocal<String> VALUE = new ThreadLocal<>();

  private Mdc() {}

  static void put(String value) {
    VALUE.set(value);
  }

  static String value() {
    return VALUE.get();
  }

  static void clear() {
    VALUE.remove();
  }

  /** Carries the value of the thread that opens the scope. */
  static ContextCapture carried() {
    return () -> {
      String captured = value();
      return incarnation -> {
        put(captured);
        try {
          incarnation.run();
        } finally {
          clear();
        }
      };
    };
  }
}
