package stage.runtime.simulation;

/** What a simulation can choose to run next. */
sealed interface Schedulable permits SimulatedDriver, SimulatedTask, Wait {}
