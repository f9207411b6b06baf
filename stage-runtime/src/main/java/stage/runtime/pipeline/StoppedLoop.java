package stage.runtime.pipeline;

/** Where a loop was when a step threw, which all loops remember in the same way. The run's own thread. */
abstract class StoppedLoop implements Loop {
  int at;     // the element in hand
  int made;   // results before it
  int step;   // the step that threw

  @Override
  public int at() {
    return at;
  }

  @Override
  public int made() {
    return made;
  }

  @Override
  public int step() {
    return step;
  }
}
