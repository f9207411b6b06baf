package stage.runtime.pipeline;

import stage.api.pipeline.Criterion;

/** The last link of a run of whose elements another pipeline gets those for which a condition holds. */
final class TestRouteLink extends Link {
  /** The route of those that stay. */
  static final int MAIN = 0;

  /** The route of those that go to the other pipeline. */
  static final int OTHER = 1;

  private final Criterion<Object> test;

  TestRouteLink(Criterion<Object> test) {
    this.test = test;
  }

  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    boolean holds;
    try {
      holds = test.test(value);
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
    chain.stage(Envelope.of(chain.outgoing(value), null, t, w, holds ? OTHER : MAIN));
  }
}
