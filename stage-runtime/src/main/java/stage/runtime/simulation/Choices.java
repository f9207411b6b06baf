package stage.runtime.simulation;

/** Where a simulation asks whenever something could go one way or another. */
public interface Choices {
  /**
   * {@return a number from 0 to below the bound} 0 is always the dullest choice: the next in line runs, and nothing
   * goes wrong.
   *
   * @param bound how many ways there are, at least 1
   */
  int next(int bound);
}
