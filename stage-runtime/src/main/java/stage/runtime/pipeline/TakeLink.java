package stage.runtime.pipeline;

/** Lets the first ones pass. One that a later step fails on was one of them, as if that step were another stage's. */
final class TakeLink extends HeldLink<Long> {
  private long passed;   // of the element in hand

  TakeLink(long n) {
    super(n);
  }

  @Override
  boolean canBeDone() {
    return true;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    long left = held.value();
    if (left == 0) return;
    held.set(left - 1);
    passed++;
    next.push(value, t, w);
  }

  @Override
  void mark() {
    super.mark();
    passed = 0;
  }

  @Override
  void gaveUp() {
    held.set(held.value() - passed);
  }

  @Override
  boolean isDone() {
    return held.value() == 0;
  }
}
