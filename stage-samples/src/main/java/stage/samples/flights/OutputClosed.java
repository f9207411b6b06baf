package stage.samples.flights;

import java.io.IOException;

/** Nobody reads standard output any more, as after {@code | head -1}: no failure, but a reason to stop. */
public final class OutputClosed extends IOException {
  private static final long serialVersionUID = 1L;

  OutputClosed(IOException cause) {
    super("standard output was closed by its reader", cause);
  }

  /** {@return whether an exception says so} The JDK has no type for it, only the system's words. */
  public static boolean isSaidBy(IOException e) {
    String message = e.getMessage();
    return message != null && (message.contains("Broken pipe") || message.contains("pipe is being closed")
        || message.contains("pipe has been ended"));
  }
}
