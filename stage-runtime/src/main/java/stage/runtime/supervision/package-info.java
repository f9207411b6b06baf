/**
 * Supervisors and the scope: who started which stage, what a crash leads to (restarts, groups, escalation), where dead
 * letters go, and how a scope drains and closes.
 *
 * <p>Users come in through {@link stage.runtime.supervision.Runtime}, found as a service. The package knows the
 * engine's cells; the engine does not know it.
 */
package stage.runtime.supervision;
