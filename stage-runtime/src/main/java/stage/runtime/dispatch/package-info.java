/**
 * How the events of a producer get into its lanes: by demand, to all, or by partition; and where they wait for demand.
 *
 * <p>The engine calls it on the producer's thread. It knows lanes, and nothing of cells or threads. The rules are
 * numbers in, numbers out.
 */
package stage.runtime.dispatch;
