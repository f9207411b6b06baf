package stage.api.supervision;

/**
 * Which children a supervisor restarts when one of them crashes. As OTP's strategies of the same names.
 *
 * @since 0.1
 */
public enum Strategy {
  /** Only the one that crashed. The default. */
  ONE_FOR_ONE,
  /** All: the others are stopped in reverse start order, then all are started in start order. Counts as one restart. */
  ONE_FOR_ALL,
  /** The one that crashed and those started after it, in the same way. Counts as one restart. */
  REST_FOR_ONE,
  /**
   * Only the one that crashed, among children that come and go: those that have ended are forgotten, and all are
   * stopped at the same time.
   */
  DYNAMIC
}
