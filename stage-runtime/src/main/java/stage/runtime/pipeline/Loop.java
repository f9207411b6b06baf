package stage.runtime.pipeline;

/**
 * Up to {@value LoopSteps#MOST} stateless steps in a row, each of which makes one element or none of one. The run's
 * own thread.
 */
interface Loop {
  /**
   * Takes elements through the steps.
   *
   * @param in where they are
   * @param from the first
   * @param to behind the last
   * @param out where results go; there must be room for all
   * @param count how many are there already
   * @return how many are there then
   * @throws Exception what a step threw; {@link #at} and the others say where
   */
  int run(Object[] in, int from, int to, Object[] out, int count) throws Exception;

  /**
   * Takes one element through the steps.
   *
   * @param element the element
   * @return what came of it; null if nothing did
   * @throws Exception what a step threw; {@link #step} says which
   */
  Object one(Object element) throws Exception;

  /** {@return which element was in hand when a step threw} */
  int at();

  /** {@return how many results there were then} */
  int made();

  /** {@return the number of the step that threw} */
  int step();
}
