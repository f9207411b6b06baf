package stage.runtime.supervision;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Where an exception comes from: equal for two that were thrown at the same place for the same reason, whatever their
 * messages say.
 *
 * @param types of the exception and its causes
 * @param frames where each was thrown, the innermost first
 */
record Trace(List<String> types, List<List<StackTraceElement>> frames) {
  private static final int MOST_CAUSES = 8;
  private static final int MOST_FRAMES = 32;
  private static final int MOST_CUT = 32;
  private static final int MOST_LOGGED = 32;
  private static final int LONGEST_MESSAGE = 200;

  // Both are written out: those of a record are linked at their first use, and if the heap is full then, fail for good.

  @Override
  public boolean equals(Object other) {
    return other instanceof Trace trace && types.equals(trace.types) && frames.equals(trace.frames);
  }

  @Override
  public int hashCode() {
    return 31 * types.hashCode() + frames.hashCode();
  }

  static Trace of(Throwable thrown) {
    List<String> types = new ArrayList<>();
    List<List<StackTraceElement>> frames = new ArrayList<>();
    Throwable cause = thrown;
    for (int i = 0; i < MOST_CAUSES && cause != null; i++, cause = cause.getCause()) {
      types.add(cause.getClass().getName());
      StackTraceElement[] all = cause.getStackTrace();
      frames.add(List.of(Arrays.copyOf(all, Math.min(MOST_FRAMES, all.length))));
    }
    return new Trace(types, frames);
  }

  /** {@return the exception in a few words} */
  static String words(Throwable thrown) {
    String text = text(thrown);
    return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE - 1) + "…";
  }

  private static String text(Throwable thrown) {
    try {
      return String.valueOf(thrown.toString());
    } catch (RuntimeException evil) {
      return thrown.getClass().getName();
    }
  }

  // ---- what is not worth a line

  /**
   * Takes from the traces of an exception, and of all that belong to it, the frames between the beginning of the thread
   * and the first of the user's: they are the same for all, and say nothing about what went wrong. Where there is none
   * of the user's, as for a step that returned null, what the engine called stays. The trace of a failure in the engine
   * itself stays whole.
   */
  static void cut(Throwable thrown) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> left = new ArrayList<>(List.of(thrown));
    while (!left.isEmpty() && seen.size() < MOST_CUT) {
      Throwable next = left.removeLast();
      if (!seen.add(next)) continue;
      StackTraceElement[] frames = next.getStackTrace();
      int step = stepIn(frames);
      int end = endOf(frames, step, true);
      if (end == 0) end = endOf(frames, step, false);
      if (end > 0 && end < frames.length) next.setStackTrace(Arrays.copyOf(frames, end));
      if (next.getCause() != null) left.add(next.getCause());
      left.addAll(Arrays.asList(next.getSuppressed()));
    }
  }

  /** {@return where the step of the cell is that has called the user: below it there may be a user's context} */
  private static int stepIn(StackTraceElement[] frames) {
    for (int i = 0; i < frames.length; i++) {
      if (isOfTheEngine(frames[i]) && frames[i].getMethodName().equals("step")) return i;
    }
    return frames.length;
  }

  /** {@return how many of the first frames are left without those at their end that are ours, or the engine's only} */
  private static int endOf(StackTraceElement[] frames, int first, boolean withoutAllOfOurs) {
    int end = first;
    while (end > 0 && isLeftOut(frames[end - 1], withoutAllOfOurs)) end--;
    return end;
  }

  private static boolean isLeftOut(StackTraceElement frame, boolean ifOurs) {
    return isOfAThread(frame) || (ifOurs ? isOurs(frame) : isOfTheEngine(frame));
  }

  private static boolean isOfTheEngine(StackTraceElement frame) {
    return frame.getClassName().startsWith("stage.runtime.engine.")
        || frame.getClassName().startsWith("stage.runtime.time.");
  }

  private static boolean isOurs(StackTraceElement frame) {
    return frame.getClassName().startsWith("stage.runtime.") || frame.getClassName().startsWith("stage.api.");
  }

  private static boolean isOfAThread(StackTraceElement frame) {
    return frame.getClassName().startsWith("java.lang.Thread")
        || frame.getClassName().equals("java.lang.VirtualThread");
  }

  // ---- what must not get into a log

  /** An exception whose words are someone else's, in a form that takes one line. */
  private static final class Escaped extends Throwable {
    private static final long serialVersionUID = 1L;

    /** In one line. */
    private final String text;

    Escaped(String text, Throwable cause, StackTraceElement[] stack) {
      super(text, cause, false, true);
      this.text = text;
      setStackTrace(stack);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * {@return the exception; if its text, or that of anything that belongs to it, takes more than one line, or if there
   * is too much of that, another that says it in one}
   */
  static Throwable inOneLine(Throwable thrown) {
    if (isShortAndPlain(thrown)) return thrown;
    List<Throwable> causes = new ArrayList<>();
    Throwable next = thrown;
    for (; next != null && causes.size() < MOST_LOGGED; next = next.getCause()) causes.add(next);
    Throwable copy = next == null
        ? null
        : new Escaped("… (causes of this are left out)", null, new StackTraceElement[0]);
    for (Throwable cause : causes.reversed()) copy = new Escaped(OneLine.of(text(cause)), copy, cause.getStackTrace());
    return copy;
  }

  private static boolean isShortAndPlain(Throwable thrown) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Throwable> left = new ArrayList<>(List.of(thrown));
    while (!left.isEmpty()) {
      Throwable next = left.removeLast();
      if (!seen.add(next)) continue;
      if (seen.size() > MOST_LOGGED || !OneLine.isPlain(text(next))) return false;
      if (next.getCause() != null) left.add(next.getCause());
      left.addAll(Arrays.asList(next.getSuppressed()));
    }
    return true;
  }
}
