package stage.runtime.pipeline;

/** Lets the first ones pass. */
final class TakeLink extends HeldLink<Long> {
  TakeLink(long n) {
    super(n);
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    long left = held.value();
    if (left == 0) return;
    held.set(left - 1);
    next.push(value, t, w);
  }

  @Override
  boolean isDone() {
    return held.value() == 0;
  }
}
