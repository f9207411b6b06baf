/**
 * Observation: a listener and its events; snapshots of a tree of stages and the rates between two of them; and the
 * explanation of why a tree is stuck or slow.
 *
 * <p>Users come in by giving a scope a listener, or by asking a supervisor. The package knows the vocabulary of
 * {@link stage.api}, and {@link stage.api.supervision} knows it, not the other way round.
 */
package stage.api.observe;
