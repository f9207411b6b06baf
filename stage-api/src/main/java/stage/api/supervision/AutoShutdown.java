package stage.api.supervision;

/**
 * Whether a supervisor shuts itself down when significant children have ended by themselves. As OTP's
 * {@code auto_shutdown}.
 *
 * @since 0.1
 */
public enum AutoShutdown {
  /** Never. The default. */
  NEVER,
  /** When the first of them has: a transient child by completing, a temporary one in any way. */
  ANY,
  /** When the last of them has. */
  ALL
}
