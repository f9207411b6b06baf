/**
 * Reads the numbers of a tree of stages: writes them as JSON and as text, and explains why the tree is stuck or slow.
 * The packages below it show them in JDK Flight Recorder, JMX and a browser.
 *
 * <p>Supervision calls in here through one service; the numbers come as immutable records. The package knows
 * supervision and the contracts, and nothing of lanes and turns.
 */
package stage.runtime.observe;
