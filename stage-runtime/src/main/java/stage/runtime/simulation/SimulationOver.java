package stage.runtime.simulation;

/** Thrown wherever something waits when its simulation is over, so that its thread ends. */
final class SimulationOver extends Error {
  private static final long serialVersionUID = 1L;

  SimulationOver(String why) {
    super(why, null, true, false);
  }
}
