/**
 * The simulated form of {@link stage.runtime.time.Time}: one thread runs at a time, chosen by recorded choices, on a
 * clock that jumps.
 *
 * <p>The test kit and tests come in through {@link stage.runtime.simulation.SimulatedTime}. The package must not know
 * what a stage is.
 */
package stage.runtime.simulation;
