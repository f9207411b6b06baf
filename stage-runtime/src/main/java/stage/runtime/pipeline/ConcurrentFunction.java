package stage.runtime.pipeline;

import java.util.function.Consumer;
import stage.api.pipeline.Fn;
import stage.api.pipeline.OnFailure;
import stage.api.supervision.Backoff;
import stage.runtime.bridge.AbandonableFunction;
import stage.runtime.bridge.KeyedFunction;
import stage.runtime.time.Time;

/**
 * A user function that runs in a thread for each element: tries again by itself, and hands on what it has
 * come to, so that the run behind it settles failures as it settles its own.
 */
class ConcurrentFunction implements AbandonableFunction<Object, Object> {
  private static final Object GIVEN_UP = new Object();

  private final Fn<Object, Object> fn;
  private final int retries;
  private final Backoff backoff;
  private final long timeoutNanos;   // 0 for none
  private final JobContext job;

  ConcurrentFunction(Fn<Object, Object> fn, OnFailure how, long timeoutNanos, JobContext job) {
    this.fn = fn;
    this.retries = how.retries();
    this.backoff = how.backoff();
    this.timeoutNanos = timeoutNanos;
    this.job = job;
  }

  @Override
  public Object apply(Object event, Consumer<? super Object> instead) throws Exception {
    Object element = Envelope.valueOf(event);
    for (int attempt = 1;; attempt++) {
      try {
        Object made = timeoutNanos == 0 ? fn.apply(element) : limited(event, element, attempt, instead::accept);
        if (made == GIVEN_UP) return null;
        if (made == null) {
          throw new NullPointerException("the function returned null, and no element may be null");
        }
        return Envelope.with(event, new OutcomeLink.Outcome(element, made, null, attempt));
      } catch (InterruptedException wantsItsEnd) {
        throw wantsItsEnd;
      } catch (Exception thrown) {
        if (attempt > retries) return Envelope.with(event, new OutcomeLink.Outcome(element, null, thrown, attempt));
      }
      job.clock().await(job.backoffNanos(backoff, attempt));
    }
  }

  /**
   * Interrupts the thread when time is over, and says so. If that is not heeded the element has failed without it; but
   * only a few threads of a job are left to themselves, and others are waited for.
   */
  private Object limited(Object event, Object element, int attempt, Consumer<Object> instead) throws Exception {
    Time time = job.time();
    var limit = new TimeLimit(time, time.current(), timeoutNanos, job::mayAbandon, () -> {
      job.abandoned();
      Exception unheeded = TimeLimit.unheeded(timeoutNanos);
      instead.accept(Envelope.with(event, new OutcomeLink.Outcome(element, null, unheeded, attempt)));
    });
    try {
      Object made = fn.apply(element);
      limit.end();
      return limit.isGivenUp() ? GIVEN_UP : made;
    } catch (Throwable thrown) {
      boolean isExceeded = limit.end();
      if (limit.isGivenUp()) return GIVEN_UP;
      if (isExceeded && thrown instanceof Exception failure) throw limit.exceeded(failure);
      throw thrown;
    } finally {
      if (limit.isGivenUp()) job.cameBack();
    }
  }

  /** One for events that come with their keys: those of one key are worked on one after the other. */
  static final class ByKey extends ConcurrentFunction implements KeyedFunction<Object, Object> {
    ByKey(Fn<Object, Object> fn, OnFailure how, long timeoutNanos, JobContext job) {
      super(fn, how, timeoutNanos, job);
    }

    @Override
    public Object keyOf(Object event) {
      return ((Envelope) event).key();
    }
  }
}
