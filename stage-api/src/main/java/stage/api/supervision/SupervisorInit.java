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
   * @param supervisor the new supervisor
   * @throws Exception the start fails: what was started is stopped again, in reverse order
   */
  void start(Supervisor supervisor) throws Exception;
}
