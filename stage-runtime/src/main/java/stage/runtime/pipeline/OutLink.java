package stage.runtime.pipeline;

import java.time.Instant;
import stage.api.pipeline.Fn;
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
  RunSteps fused(LoopSteps loop, Fn<Object, Instant> time, boolean isEnveloped) {
    if (!isStamped && (isEnveloped || time != null)) return null;   // stamps end here
    return new RunSteps(loop, time, null, isEnveloped, false, RunSteps.End.OUT, null, 0);
  }

  @Override
  void push(Object value, long t, long w) {
    boolean hasStamp = isStamped && (t != Times.NEVER || w != Times.NEVER);
    Object event = chain.outgoing(value);
    chain.stage(hasStamp ? new Envelope(event, null, t, w, 0) : event);
  }
}
