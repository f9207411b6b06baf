package stage.runtime.flow;

import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import stage.behaviour.support.Await;

/**
 * A publisher that signals what a test tells it to, and notices when its subscriber breaks a rule. A new subscription
 * takes the place of the last.
 */
final class Hand implements Flow.Publisher<Integer> {
  /** What its subscribers were, in order. */
  final BlockingQueue<Flow.Subscriber<? super Integer>> subscribers = new LinkedBlockingQueue<>();
  /** What was wrong. */
  final Queue<String> violations = new ConcurrentLinkedQueue<>();

  private volatile Flow.Subscriber<? super Integer> subscriber;
  private volatile Asked asked;
  private long alreadySent;

  /** One subscription, and what was asked of it. */
  static final class Asked implements Flow.Subscription {
    final AtomicLong requested = new AtomicLong();
    final AtomicInteger requests = new AtomicInteger();
    final AtomicInteger cancels = new AtomicInteger();
    final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    private final AtomicInteger within = new AtomicInteger();
    private final Queue<String> violations;
    volatile Thread ending;   // the thread that signals the end
    volatile boolean over;    // the subscriber is known to have seen the end
    volatile Runnable onRequest = () -> {};

    Asked(Queue<String> violations) {
      this.violations = violations;
    }

    @Override
    public void request(long events) {
      call("request(" + events + ")", () -> {
        if (events < 1) violations.add("3.9: request(" + events + ")");
        requests.incrementAndGet();
        requested.accumulateAndGet(events, (before, more) -> before + more < 0 ? Long.MAX_VALUE : before + more);
      });
      onRequest.run();
    }

    @Override
    public void cancel() {
      call("cancel()", cancels::incrementAndGet);
    }

    private void call(String what, Runnable body) {
      if (within.getAndIncrement() != 0) violations.add("2.7: " + what + " beside another call");
      if (Thread.currentThread() == ending) violations.add("2.3: " + what + " within the signal of the end");
      if (over) violations.add("2.4: " + what + " after the end");
      threads.add(Thread.currentThread());
      body.run();
      within.decrementAndGet();
    }
  }

  @Override
  public void subscribe(Flow.Subscriber<? super Integer> subscriber) {
    this.subscriber = subscriber;
    asked = new Asked(violations);
    subscribers.add(subscriber);
    subscriber.onSubscribe(asked);
  }

  Flow.Subscriber<? super Integer> subscriber() {
    return subscriber;
  }

  Asked asked() {
    return asked;
  }

  /** Waits until so many have been requested in all. */
  Hand awaitRequested(long count) {
    Await.until(() -> asked != null && asked.requested.get() >= count, count + " events are requested");
    return this;
  }

  void awaitCancel() {
    Await.until(() -> asked.cancels.get() > 0, "the subscription is cancelled");
  }

  /** The subscriber is known to have seen the end: from now on it must not call. */
  void isOver() {
    asked.over = true;
  }

  /** Sends events, each of which must be requested: waits for that. */
  Hand send(int first, int count) {
    for (int i = 0; i < count; i++) {
      long sent = i + 1L + alreadySent;
      Await.until(() -> asked.requested.get() >= sent, "event " + sent + " is requested");
      subscriber.onNext(first + i);
    }
    alreadySent += count;
    return this;
  }

  void complete() {
    asked.ending = Thread.currentThread();
    subscriber.onComplete();
    asked.ending = null;
  }

  void fail(Throwable cause) {
    Asked failing = asked;
    failing.ending = Thread.currentThread();
    alreadySent = 0;
    subscriber.onError(cause);
    failing.ending = null;
  }
}
