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
   * @throws Exception what a step threw
   */
  void run(Object[] in, int from, int to, Sweep sweep) throws Exception;
}
