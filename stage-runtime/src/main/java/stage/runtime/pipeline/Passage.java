package stage.runtime.pipeline;

/** How the elements of a batch go through the links of a run. The run's own thread. */
sealed interface Passage permits LoopPassage, FusedPassage, OneByOne {
  /**
   * Takes elements through, as long as there is room for what they make.
   *
   * @param events where they are
   * @param from the first
   * @param size how many
   * @return how many it has taken; the others come again
   */
  int take(Object[] events, int from, int size) throws Exception;
}
