package stage.api.supervision;

/**
 * Starts the children of a new supervisor. As the {@code init} callback of an OTP supervisor.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface SupervisorInit {
  /**
   * Starts the children, in order. On the caller's thread.
   *
   * <p>Starting a stage does not wait here: the stage runs its {@code onStart} after those before it, and all are
   * awaited when this has returned. So what the {@code onStart} of one stage sets up is there for that of the next, but
   * not yet for the lines that follow here; a {@code call} to the stage waits for it. Starting a supervisor waits for
   * the stages before it, and for its own.
   *
   * <p>A stage that cannot be started makes the whole start fail, as if this had thrown its exception; the {@code
   * start} of a later one throws it if it is known by then. To go on without a stage, start it in a supervisor of its
   * own, or after the scope is open.
   *
   * @param supervisor the new supervisor
   * @throws Exception the start fails: what was started is stopped again, in reverse order
   */
  void start(Supervisor supervisor) throws Exception;
}
