package stage.runtime.simulation;

/** Who may be the next to go on in a simulation. */
sealed interface Schedulable permits SimulatedDriver, SimulatedTask, Wait {}
