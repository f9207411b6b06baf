package stage.api.internal;

/** Describes an exception in a few words: what it is, and which line of the user's code threw it. */
public final class CauseText {
  private static final int LONGEST = 200;

  private CauseText() {}

  /**
   * {@return the type and the first line of the message, shortened if it is long, and the first line of code outside
   * the JDK and Stage, such as {@code java.io.IOException: disk full (Writer.java:12)}} Never throws, whatever the
   * exception answers.
   *
   * @param thrown what was thrown
   */
  public static String of(Throwable thrown) {
    return words(thrown) + place(thrown);
  }

  private static String words(Throwable thrown) {
    try {
      String text = String.valueOf(thrown.toString()).lines().findFirst().orElse("");
      if (text.isBlank()) return thrown.getClass().getName();
      return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    } catch (Throwable evil) {   // an exception may answer what it likes
      return thrown.getClass().getName();
    }
  }

  private static String place(Throwable thrown) {
    try {
      for (StackTraceElement frame : thrown.getStackTrace()) {
        if (isOfTheUser(frame)) return " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
      }
    } catch (Throwable evil) {   // an exception may answer what it likes
      // without a place, then
    }
    return "";
  }

  private static boolean isOfTheUser(StackTraceElement frame) {
    String type = frame.getClassName();
    return frame.getLineNumber() > 0 && !type.startsWith("java.") && !type.startsWith("javax.")
        && !type.startsWith("jdk.") && !type.startsWith("sun.") && !type.startsWith("com.sun.")
        && !type.startsWith("stage.api.") && !type.startsWith("stage.runtime.");
  }
}
