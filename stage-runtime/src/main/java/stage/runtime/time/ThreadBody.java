package stage.runtime.time;

/**
 * What a thread of the runtime runs, once. A virtual thread that has ended still refers to its task, and a scope keeps
 * some ended threads for its report, so the task lets go of the cell as it begins.
 */
final class ThreadBody implements Runnable {
  private Runnable body;   // set before the thread starts, cleared by that thread

  ThreadBody(Runnable body) {
    this.body = body;
  }

  @Override
  public void run() {
    Runnable once = body;
    body = null;
    once.run();
  }
}
