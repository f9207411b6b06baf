package stage.runtime.time;

/** Calls threads by their names in messages, or by their numbers: virtual threads have no names unless given some. */
public final class ThreadNames {
  private ThreadNames() {}

  /** {@return its name, or {@code #} and its number if it has none} */
  public static String of(Thread thread) {
    String name = thread.getName();
    return name.isEmpty() ? "#" + thread.threadId() : name;
  }
}
