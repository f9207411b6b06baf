package stage.runtime.pipeline;

/** The end of a pipeline: counts its elements. */
final class CountLink extends Link {
  private long now;
  private long marked;
  private long committed;

  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  boolean isAtomic() {
    return true;
  }

  @Override
  RunSteps fused(RunSteps before) {
    return before.to(RunSteps.End.COUNT, null);
  }

  @Override
  void end(Sweep sweep) {
    now += sweep.passed;
  }

  @Override
  void push(Object value, long t, long w) {
    now++;
    chain.sunk();
  }

  @Override
  boolean isStateful() {
    return true;
  }

  @Override
  void mark() {
    marked = now;
  }

  @Override
  void undo() {
    now = marked;
  }

  @Override
  void commit() {
    committed = now;
  }

  @Override
  void rollback() {
    now = committed;
    marked = now;
  }

  @Override
  void adopt(Link other) {
    committed = ((CountLink) other).committed;
    rollback();
  }

  @Override
  boolean end(boolean isCut) {
    chain.result(now);
    return true;
  }
}
