package stage.runtime.flow;

import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A producer-consumer as others see it (rule 4.1): the subscriber of its input, and the publisher that it is.
 *
 * @param <I> the events it consumes
 * @param <O> the events it emits
 */
final class StageProcessor<I, O> implements Flow.Processor<I, O>, BatchSubscriber<I> {
  /** Subscribes to the stage, and has something run, at least once, when the subscription is over. */
  interface Output<O> {
    void subscribe(Flow.Subscriber<? super O> subscriber, Runnable whenOver);
  }

  private final Upstream<I> input;
  private final Output<O> output;
  private final AtomicInteger subscribers = new AtomicInteger();

  StageProcessor(Upstream<I> input, Output<O> output) {
    this.input = input;
    this.output = output;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super O> subscriber) {
    if (subscriber == null) throw new NullPointerException("subscriber must not be null (Reactive Streams rule 1.9)");
    var over = new AtomicBoolean();
    subscribers.incrementAndGet();
    try {
      output.subscribe(subscriber, () -> {
        // With the last one nobody wants anything any more. Where the stage itself has ended, its input has too, and
        // this changes nothing.
        if (over.compareAndSet(false, true) && subscribers.decrementAndGet() == 0) input.leave();
      });
    } catch (Throwable failure) {   // such as a full heap: it is no subscriber, and may come again
      if (over.compareAndSet(false, true)) subscribers.decrementAndGet();
      throw failure;
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    input.onSubscribe(subscription);
  }

  @Override
  public void onNext(I event) {
    input.onNext(event);
  }

  @Override
  public void onRun(List<? extends I> events) {
    input.onRun(events);
  }

  @Override
  public void onError(Throwable failure) {
    input.onError(failure);
  }

  @Override
  public void onComplete() {
    input.onComplete();
  }
}
