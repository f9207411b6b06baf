package stage.runtime.pipeline;

import java.time.Instant;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.Fn;
import stage.runtime.pipeline.operator.Stamping;

/** Gives elements their time, and the watermark before them. */
final class TimeLink extends OperatorLink<Stamping> {
  private final EventTime<Object> how;

  TimeLink(EventTime<Object> how) {
    super(new Stamping(how));
    this.how = how;
  }

  @SuppressWarnings("unchecked")   // it takes any object
  Fn<Object, Instant> function() {
    return (Fn<Object, Instant>) (Fn<?, Instant>) how.time();
  }

  @Override
  int ownStep() {
    return step;
  }

  @Override
  boolean makesOneAtMost() {
    return true;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    int failures = chain.failures();
    try {
      operator.accept(null, value, t, w, this);
    } catch (Exception thrown) {
      if (chain.failures() != failures) throw thrown;   // a later link's
      throw chain.failed(step, this, value, t, w, thrown);
    }
  }
}
