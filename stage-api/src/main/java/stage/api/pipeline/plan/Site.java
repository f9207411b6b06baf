package stage.api.pipeline.plan;

import java.util.Objects;
import java.util.Optional;

/**
 * What a step is called, and where in user code it was written.
 *
 * @param kind the method that made it, such as {@code map}
 * @param name what the user named it; empty if not
 * @param line such as {@code Weblog.java:31}, or {@code snippet 7} in jshell
 */
public record Site(String kind, Optional<String> name, String line) {
  private static final String ROOM = "stage.api.pipeline.";

  /** Checks that nothing is missing. */
  public Site {
    Objects.requireNonNull(kind, "kind must not be null");
    Objects.requireNonNull(name, "name must not be null");
    Objects.requireNonNull(line, "line must not be null");
  }

  /**
   * {@return where the pipeline API was called: the first frame outside it}
   *
   * @param kind the method that was called
   */
  public static Site here(String kind) {
    return new Site(kind, Optional.empty(), StackWalker.getInstance().walk(frames -> frames
        .filter(frame -> !frame.getClassName().startsWith(ROOM)).findFirst().map(Site::lineOf).orElse("unknown line")));
  }

  /** {@return the call of the pipeline API that is being made, and where: for messages about its arguments} */
  public static String ofCall() {
    return StackWalker.getInstance().walk(frames -> {
      StackWalker.StackFrame call = null;   // the outermost of those inside
      for (StackWalker.StackFrame frame : (Iterable<StackWalker.StackFrame>) frames::iterator) {
        if (!frame.getClassName().startsWith(ROOM)) return described(call) + " (" + lineOf(frame) + ")";
        call = frame;
      }
      return described(call);
    });
  }

  private static String described(StackWalker.StackFrame call) {
    String type = call.getClassName().substring(call.getClassName().lastIndexOf('.') + 1);
    String method = call.getMethodName().equals("<init>") ? type : call.getMethodName();
    boolean isStep = type.equals("Pipeline") || type.equals("Keyed") || type.equals("Windowing")
        || type.startsWith("Join");
    return isStep ? "step \"" + method + "\"" : method;
  }

  private static String lineOf(StackWalker.StackFrame frame) {
    String type = frame.getClassName();
    int shell = type.indexOf("$JShell$");
    if (shell >= 0) {
      String number = type.substring(shell + "$JShell$".length()).replaceFirst("\\D.*", "");
      return number.isEmpty() ? "jshell" : "snippet " + number;
    }
    String file = frame.getFileName() == null ? type : frame.getFileName();
    return frame.getLineNumber() < 0 ? file : file + ":" + frame.getLineNumber();
  }

  /**
   * {@return a copy with a name}
   *
   * @param name the name
   */
  public Site named(String name) {
    return new Site(kind, Optional.of(name), line);
  }

  /** {@return the name, or else the kind} */
  public String label() {
    return name.orElse(kind);
  }

  /** As messages have it: {@code step "parse" (Weblog.java:31)}. */
  @Override
  public String toString() {
    return "step \"" + label() + "\" (" + line + ")";
  }
}
