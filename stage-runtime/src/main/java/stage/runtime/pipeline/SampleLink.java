package stage.runtime.pipeline;

import stage.runtime.pipeline.receipt.Claim;

/** Lets the newest element of each period pass. */
final class SampleLink extends WaitingLink<SampleLink.Newest> {
  /**
   * What passes next.
   *
   * @param value the element; null if there is none
   * @param t its time
   * @param w its watermark
   * @param claim what it answers for; null for nothing
   * @param due when it passes, by the engine's clock
   */
  record Newest(Object value, long t, long w, Claim claim, long due) {}

  private static final Newest NONE = new Newest(null, 0, 0, null, 0);

  private final long periodNanos;

  SampleLink(long periodNanos) {
    super(NONE);
    this.periodNanos = periodNanos;
  }

  @Override
  void push(Object value, long t, long w) {
    Newest before = held.value();
    chain.absorbed();
    if (before.value != null) chain.displaced();
    chain.journal().settle(before.claim, null, place);
    chain.journal().add(chain.claim(), 1, place);
    held.set(new Newest(value, t, w, chain.claim(), before.value == null ? now + periodNanos : before.due));
  }

  @Override
  boolean flush() throws Exception {
    Newest newest = held.value();
    if (newest.value == null) return true;
    chain.attempt(this, newest.value, newest.t, newest.w, newest.claim, true);
    held.set(NONE);
    return true;
  }

  @Override
  long nextTimer() {
    return held.value().value == null ? Long.MAX_VALUE : held.value().due;
  }

  @Override
  long vouchesFor(long c) {
    return held.value().value == null ? c : Math.min(c, held.value().w);
  }
}
