/**
 * Supervisors: the scope that holds running stages; which stages are restarted together (strategy), how often
 * (intensity), after what wait (backoff), and by whose decision. The vocabulary is OTP's.
 *
 * <p>Users open a {@link stage.api.supervision.Supervisor} in a try-with-resources statement and start stages in it.
 * The package must not know how an engine runs a stage; it finds one as a {@link stage.api.supervision.StageRuntime}.
 */
package stage.api.supervision;
