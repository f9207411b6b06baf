package stage.runtime.engine;

/** What is told of the first start of a cell, by the thread that carries it. */
interface FirstStart {
  /**
   * It has failed and is about to be over: a caller that learns this from the cell must find that the next start fails
   * too.
   */
  void hasFailed(StartFailure why);

  /**
   * It is over.
   *
   * @param why it has failed; null if it has not
   */
  void isOver(StartFailure why);
}
