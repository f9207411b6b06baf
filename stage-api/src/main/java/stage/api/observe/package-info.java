/**
 * What can be watched: a listener, and the events it is told of.
 *
 * <p>Users come in by giving a scope a listener. The package knows the vocabulary of {@link stage.api} and nothing of supervisors.
 */
package stage.api.observe;
