package stage.runtime.pipeline;

/** The last link of a run that sends its results one way, and elements that come too late another. */
final class LateRouteLink extends Link {
  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  void push(Object value, long t, long w) {
    chain.stage(Envelope.of(chain.outgoing(value), null, t, w, TestRouteLink.MAIN));
  }
}
