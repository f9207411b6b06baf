package stage.runtime.pipeline;

import stage.runtime.pipeline.operator.Times;

/** The last link of a run that emits: elements as they are, or in envelopes if their stamps must travel with them. */
final class OutLink extends Link {
  private final boolean isStamped;

  OutLink(boolean isStamped) {
    this.isStamped = isStamped;
  }

  boolean isStamped() {
    return isStamped;
  }

  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  RunSteps fused(RunSteps before) {
    boolean hasStamps = before.isEnveloped() || before.time() != null;
    if (!isStamped && hasStamps) return null;   // they end here
    return before.to(RunSteps.End.OUT, null);
  }

  @Override
  void push(Object value, long t, long w) {
    boolean hasStamp = isStamped && (t != Times.NEVER || w != Times.NEVER);
    Object event = chain.outgoing(value);
    chain.stage(hasStamp ? Envelope.of(event, null, t, w, 0) : event);
  }
}
