package stage.api.supervision;

/** Whether a supervisor shuts itself down when significant children have ended by themselves. As OTP's {@code auto_shutdown}. */
public enum AutoShutdown {
  /** It does not. The default. */
  NEVER,
  /** When any of them has: a transient one normally, a temporary one in any way. */
  ANY,
  /** When the last of them has. */
  ALL
}
