package stage.runtime.engine;

/**
 * A thread that waits in a method of a stage's handle.
 *
 * @param name the path of the stage whose thread it is, or the thread's own name
 * @param isStage whether it is a stage's, or handles an event for one
 * @param target the path of the stage it waits for
 * @param method the method it is in, such as {@code call()}
 * @param sinceNanos since when
 */
public record BlockedThread(String name, boolean isStage, String target, String method, long sinceNanos) {
  /** How the names of the threads of all stages begin; the path follows, and then {@code #}. */
  static final String STAGE_PREFIX = "stage:";

  static BlockedThread of(Thread thread, String target, String method, long sinceNanos) {
    String stage = stageOf(thread.getName());
    String name = stage.isEmpty() ? thread.getName() : stage;
    return new BlockedThread(name, !stage.isEmpty(), target, method, sinceNanos);
  }

  /** {@return the path in a thread's name, which its cell has given it; empty if it is no stage's} */
  private static String stageOf(String thread) {
    int end = thread.indexOf('#');   // no path has one
    return thread.startsWith(STAGE_PREFIX) && end > 0 ? thread.substring(STAGE_PREFIX.length(), end) : "";
  }
}
