package stage.runtime.simulation;

/**
 * What a simulation does beside choosing who runs next.
 *
 * @param earlyTimers whether the clock may jump to the next timer while there are others who could run, as it does for
 *     threads that are slow
 * @param spuriousWakeUps whether who has nothing to do may be woken for nothing
 * @param runLength how many steps in a row the same machine is stepped at most, if it has that much to do; at least 1
 * @param mostSteps after so many steps the simulation is given up
 */
public record SimulationOptions(boolean earlyTimers, boolean spuriousWakeUps, int runLength, long mostSteps) {
  /** Timers in their time, no wake-ups for nothing, any order, ten million steps. */
  public static final SimulationOptions PLAIN = new SimulationOptions(false, false, 1, 10_000_000);
}
