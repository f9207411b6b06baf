/**
 * What is made of the numbers of a tree: its text for machines, and the explanation of why it is stuck or slow.
 *
 * <p>Supervision calls in here through one service; the numbers come as immutable records. The package knows
 * supervision and the contracts, and nothing of lanes and turns.
 */
package stage.runtime.observe;
