/**
 * The rules by which events are shared among subscriptions: numbers in, numbers out.
 *
 * <p>The engine asks them on the producer's thread. They know nothing of lanes, cells or threads.
 */
package stage.runtime.dispatch;
