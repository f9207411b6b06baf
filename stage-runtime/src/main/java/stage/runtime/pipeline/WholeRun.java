package stage.runtime.pipeline;

/** A run as one loop over its elements. The run's own thread. */
interface WholeRun {
  /**
   * Takes elements through all steps.
   *
   * @param in where they are
   * @param from the first
   * @param to behind the last
   * @param sweep what it keeps; says afterwards how far it has come
   * @return what a step threw; null if none did. An {@code Error} passes through, and with it the turn is undone
   */
  Exception run(Object[] in, int from, int to, Sweep sweep);
}
