package stage.api;

/**
 * Which ends of a child its supervisor answers with a restart. As OTP's restart types of the same names.
 *
 * @since 0.1
 */
public enum Restart {
  /**
   * A crash, and completion too: every end but one that was asked for from outside. Such a stage never completes its
   * streams.
   */
  PERMANENT,
  /** A crash, but not completion. The default of stages. */
  TRANSIENT,
  /** None. A crash ends the stage, and its consumers as their cancel policy says; the supervisor goes on. */
  TEMPORARY
}
