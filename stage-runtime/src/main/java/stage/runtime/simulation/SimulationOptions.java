package stage.runtime.simulation;

/**
 * What a simulation varies besides which thread runs next.
 *
 * @param earlyTimers whether the clock may jump to the next timer while threads could still run, as it does for slow
 *     threads
 * @param spuriousWakeUps whether a parked machine may be woken without a reason
 * @param runLength the most steps in a row of one machine, if it has that much to do; at least 1
 * @param mostSteps the simulation fails after this many steps
 */
public record SimulationOptions(boolean earlyTimers, boolean spuriousWakeUps, int runLength, long mostSteps) {
  /** Timers when due, no spurious wake-ups, any order, ten million steps. */
  public static final SimulationOptions PLAIN = new SimulationOptions(false, false, 1, 10_000_000);
}
