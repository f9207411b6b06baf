/**
 * The simulated form of {@link stage.runtime.time.Time}: one thread goes on at a time, chosen by recorded choices, on a
 * clock that is moved.
 *
 * <p>The test kit and tests come in through {@link stage.runtime.simulation.SimulatedTime}. The package must not know
 * what a stage is.
 */
package stage.runtime.simulation;
