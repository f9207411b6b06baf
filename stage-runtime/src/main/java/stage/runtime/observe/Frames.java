package stage.runtime.observe;

import java.util.List;
import java.util.Locale;
import stage.runtime.supervision.Observed.Place;

/**
 * Finds in a stack what a reader of it knows: the innermost code that is neither Stage's nor the JDK's, and what that
 * code calls.
 */
final class Frames {
  private static final List<String> OURS = List.of("stage.runtime.", "stage.api.");
  private static final String THROTTLE = "stage.runtime.pipeline.ThrottleLink";
  private static final String STREAM = "stage.runtime.flow.StreamReader";
  private static final List<String> THE_JDKS = List.of("java.", "javax.", "jdk.", "sun.", "com.sun.");
  private static final List<String> INPUT =
      List.of("sun.nio.ch.", "sun.nio.fs.", "java.net.", "java.io.", "jdk.internal.net.http.");

  private Frames() {}

  /**
   * {@return where a thread is, such as <code>`DbWriter.onEvents` (DbWriter.java:41), in `Thread.sleep`</code>}
   *
   * @param stack the innermost frame first
   * @param itself what to say if no frame is user code, such as <code>its callback `generate`</code>
   */
  static String place(List<StackTraceElement> stack, String itself) {
    int at = firstOfUser(stack);
    if (at == stack.size()) return itself + inTheJdk(stack);
    StackTraceElement frame = stack.get(at);
    String place = "`" + name(frame) + "`";
    if (frame.getFileName() != null && frame.getLineNumber() > 0) {
      place += " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
    }
    boolean callsTheJdk = at > 0 && isTheJdks(stack.get(at - 1));
    return callsTheJdk ? place + ", in `" + name(stack.get(at - 1)) + "`" : place;
  }

  /** {@return what a thread does where it is, such as {@code waiting in}, with a space at its end} */
  static String doing(Place place) {
    if (isWaitingForALock(place)) return "waiting for a lock in ";
    return switch (place.state()) {
      case NEW -> "inside ";   // a simulated thread: unknown
      // a platform thread that reads from a socket seems to run
      case RUNNABLE -> isAwaitingInput(place) ? "waiting in " : "running in ";
      case BLOCKED, WAITING, TIMED_WAITING, TERMINATED -> "waiting in ";
    };
  }

  /** {@return the index of the innermost frame of user code; the list's size if there is none} */
  private static int firstOfUser(List<StackTraceElement> stack) {
    int at = 0;
    while (at < stack.size() && (isOurs(stack.get(at)) || isTheJdks(stack.get(at)))) at++;
    return at;
  }

  /** {@return the JDK method that Stage's own code has called, such as <code>, in `LinkedBlockingQueue.take`</code>} */
  private static String inTheJdk(List<StackTraceElement> stack) {
    int at = 0;
    while (at < stack.size() && isTheJdks(stack.get(at))) at++;
    if (at == 0 || at == stack.size() || stack.get(at - 1).getClassName().endsWith(".LockSupport")) return "";
    return ", in `" + name(stack.get(at - 1)) + "`";
  }

  /**
   * {@return whether a stage holds something back in a throttle} User code of a step behind the throttle runs within it
   * and does not count.
   *
   * @param places where its threads are, its own first
   */
  static boolean isThrottling(List<Place> places) {
    if (places.isEmpty()) return false;
    List<StackTraceElement> stack = places.getFirst().stack();
    int user = firstOfUser(stack);
    return stack.subList(0, user).stream().anyMatch(frame -> frame.getClassName().equals(THROTTLE));
  }

  /** {@return whether a stage waits until what it has put into a stream is read} */
  static boolean isReading(List<StackTraceElement> stack) {
    int user = firstOfUser(stack);
    return stack.subList(0, user).stream().anyMatch(frame -> frame.getClassName().startsWith(STREAM));
  }

  /**
   * {@return whether a thread waits in a part of the JDK that brings input: a queue, a socket, a stream, an answer by
   * HTTP, or in a sleep between two looks} Only a source may do that for as long as it likes.
   */
  static boolean isAwaitingInput(Place place) {
    for (StackTraceElement frame : place.stack()) {
      String type = frame.getClassName();
      if (isOurs(frame)) continue;
      if (!isTheJdks(frame)) return false;
      if (INPUT.stream().anyMatch(type::startsWith)) return true;
      boolean isQueue = type.startsWith("java.util.concurrent.") && (type.endsWith("Queue") || type.endsWith("Deque"));
      boolean isSleep = type.equals("java.lang.Thread") && frame.getMethodName().startsWith("sleep");
      if (isQueue || isSleep) return true;
    }
    return false;
  }

  /** {@return whether the thread waits for a lock} */
  static boolean isWaitingForALock(Place place) {
    if (place.state() == Thread.State.BLOCKED) return true;   // before a synchronized block
    for (StackTraceElement frame : place.stack()) {
      if (!isTheJdks(frame)) return false;
      String type = frame.getClassName().toLowerCase(Locale.ROOT);
      boolean isLock = type.startsWith("java.util.concurrent.locks.reentrant") || type.contains("stampedlock");
      if (isLock && frame.getMethodName().toLowerCase(Locale.ROOT).contains("lock")) return true;
    }
    return false;
  }

  /**
   * {@return whether a runnable thread is not on any processor: a virtual thread without a carrier}
   */
  static boolean isUncarried(List<StackTraceElement> stack) {
    if (stack.isEmpty()) return true;
    String type = stack.getFirst().getClassName();
    return type.equals("java.lang.VirtualThread") || type.equals("jdk.internal.vm.Continuation");
  }

  private static String name(StackTraceElement frame) {
    String type = frame.getClassName();
    int lambda = type.indexOf("$$");   // a lambda's class is named after the class that contains it
    if (lambda > 0) type = type.substring(0, lambda);
    type = type.substring(type.lastIndexOf('.') + 1).replace('$', '.');
    String method = frame.getMethodName();
    if (method.startsWith("lambda$")) {
      method = method.substring("lambda$".length());
      int number = method.lastIndexOf('$');
      if (number > 0) method = method.substring(0, number);
    }
    return type + "." + method;
  }

  private static boolean isOurs(StackTraceElement frame) {
    return OURS.stream().anyMatch(frame.getClassName()::startsWith);
  }

  private static boolean isTheJdks(StackTraceElement frame) {
    return THE_JDKS.stream().anyMatch(frame.getClassName()::startsWith);
  }
}
