package stage.api.supervision;

import java.time.Duration;

/**
 * Ends a scope from any thread: for a container that opens it on one thread and closes it on another. See
 * {@link Supervisor#handle()}.
 *
 * <p>The owner of a scope still joins and closes it, as try-with-resources does. If the scope has no owner, the handle
 * closes it in the owner's place.
 *
 * @since 0.1
 */
public interface ScopeHandle {
  /** {@return the scope's name} */
  String name();

  /**
   * Begins to close the scope, as {@link Supervisor#stop()} does. Returns at once. Any thread, even one of its stages.
   */
  void stop();

  /**
   * Waits until someone has stopped the scope and every stage has ended, and closes it then, unless that has been
   * done. Any thread but those of its stages.
   *
   * @param timeout how long to wait; zero or less only looks
   * @return whether the scope is closed; then there is a {@link #report()}
   * @throws ScopeMisuseException if called by one of its stages, which would wait for itself
   * @throws InterruptedException if interrupted while waiting; the stages go on as before
   */
  boolean awaitEnd(Duration timeout) throws InterruptedException;

  /**
   * {@return what was left over when the scope closed} Any thread.
   *
   * @throws ScopeMisuseException if the scope is not closed
   */
  ShutdownReport report();
}
