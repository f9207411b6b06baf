package stage.runtime.pipeline;

/**
 * Lets no more pass in a time than it may: a bucket of tokens, kept as the time at which it will be full again (the
 * generic cell rate algorithm). Waits on the run's thread; what came before has been committed by then.
 */
final class ThrottleLink extends HeldLink<Long> {
  private final long intervalNanos;   // from one token to the next
  private final long slackNanos;      // how far ahead of the even rate a burst may be

  ThrottleLink(int events, long perNanos, int burst) {
    super(Long.MIN_VALUE);
    this.intervalNanos = Math.max(1, perNanos / events);
    this.slackNanos = intervalNanos * (burst - 1);
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    long now = chain.clock().now();
    long full = Math.max(held.value(), now);
    if (full - now > slackNanos) {
      chain.awaitClock(full - now - slackNanos);
      now = chain.clock().now();
      full = Math.max(held.value(), now);
    }
    held.set(full + intervalNanos);
    next.push(value, t, w);
  }
}
