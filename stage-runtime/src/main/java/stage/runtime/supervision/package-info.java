/**
 * The scope: which supervisor started which stage, and what happens when one of them, or the whole scope, ends.
 *
 * <p>Users come in through {@link stage.runtime.supervision.Runtime}, found as a service. The package knows the
 * engine's cells; the engine does not know it.
 */
package stage.runtime.supervision;
