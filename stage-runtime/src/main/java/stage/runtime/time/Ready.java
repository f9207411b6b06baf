package stage.runtime.time;

/** Who may be the next to go on in a simulation. */
sealed interface Ready permits SimulatedCarrier, SimulatedTask, Wait {}
