package stage.api;

/** Which ends of a stage its supervisor answers with a restart. As OTP's restart types of the same names. */
public enum Restart {
  /** A crash, but not completion. The default. */
  TRANSIENT,
  /** None: a crash fails the stage. */
  TEMPORARY
}
