package stage.runtime.engine;

/**
 * Why a stage does not run.
 *
 * @param cause what was thrown
 * @param hadStarted whether its {@code onStart} was good, and what failed are the subscriptions of its spec
 */
public record StartFailure(Throwable cause, boolean hadStarted) {}
