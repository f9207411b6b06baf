package stage.runtime.pipeline;

/** Leaves the first ones out. */
final class DropLink extends HeldLink<Long> {
  DropLink(long n) {
    super(n);
  }

  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    long left = held.value();
    if (left > 0) held.set(left - 1);
    else next.push(value, t, w);
  }
}
