/**
 * Bridges to and from {@link java.util.concurrent.Flow} and {@link java.util.stream}, by the rules of Reactive Streams
 * 1.0.4, whose numbers stand in the comments.
 *
 * <p>The engine comes in through {@link stage.runtime.engine.Bridges}. A bridge is a stage like any other; only its
 * behaviour is built in, and written here. The package must not know how a cell is stepped, and starts no thread.
 */
package stage.runtime.flow;
