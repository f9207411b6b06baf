package stage.runtime.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import stage.behaviour.support.Await;

/** A subscriber that writes down its signals, and notices when one breaks a rule. */
class Recorder implements Flow.Subscriber<Integer> {
  /** What a signal does beyond being written down. */
  @FunctionalInterface
  interface Reaction {
    void run(Flow.Subscription subscription) throws Exception;
  }

  @FunctionalInterface
  private interface Signal {
    void run() throws Exception;
  }

  /** The events, in order. */
  final BlockingQueue<Integer> events = new LinkedBlockingQueue<>();
  /** How it ended: {@code "completed"}, or a {@link Throwable}. */
  final BlockingQueue<Object> ends = new LinkedBlockingQueue<>();
  /** The threads that signals came on. */
  final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
  /** What was wrong. */
  final Queue<String> violations = new ConcurrentLinkedQueue<>();
  /** Open once it is subscribed. */
  final CountDownLatch subscribed = new CountDownLatch(1);

  private final AtomicInteger inSignal = new AtomicInteger();
  // the shadow of what the publisher is to count; stays at the largest number
  private final AtomicLong requested = new AtomicLong();
  private volatile Reaction inOnSubscribe = subscription -> {};
  private volatile Reaction inOnNext = subscription -> {};
  private volatile Reaction atTheEnd = subscription -> {};
  private volatile Flow.Subscription subscription;
  private volatile boolean ended;
  private volatile Thread canceller;   // who has cancelled from within a signal
  private volatile long received;

  Recorder onSubscribeDo(Reaction reaction) {
    inOnSubscribe = reaction;
    return this;
  }

  Recorder onNextDo(Reaction reaction) {
    inOnNext = reaction;
    return this;
  }

  Recorder atTheEndDo(Reaction reaction) {
    atTheEnd = reaction;
    return this;
  }

  // ---- what it asks for

  /** Requests, and remembers that it did. */
  void request(long count) {
    if (count > 0)
      requested.accumulateAndGet(count, (before, more) -> before + more < 0 ? Long.MAX_VALUE : before + more);
    subscription.request(count);
  }

  void cancel() {
    subscription.cancel();
  }

  /** To be called in a signal: after it there must be no other. */
  void cancelFromWithin() {
    canceller = Thread.currentThread();
    cancel();
  }

  /** {@return how many events have come} */
  long received() {
    return received;
  }

  Flow.Subscription subscription() {
    return subscription;
  }

  // ---- what it waits for

  Recorder awaitSubscribed() throws InterruptedException {
    Await.open(subscribed);
    return this;
  }

  List<Integer> await(int count) throws InterruptedException {
    return Await.next(count, events);
  }

  Object awaitEnd() throws InterruptedException {
    return Await.next(ends);
  }

  /** {@return what has come and was not awaited} */
  List<Integer> rest() {
    List<Integer> rest = new ArrayList<>();
    events.drainTo(rest);
    return rest;
  }

  // ---- signals

  @Override
  public void onSubscribe(Flow.Subscription given) {
    signal("onSubscribe", () -> {
      if (subscription != null) violations.add("2.12: onSubscribe a second time");
      subscription = given;
      try {
        inOnSubscribe.run(given);
      } finally {
        subscribed.countDown();
      }
    });
  }

  @Override
  public void onNext(Integer event) {
    signal("onNext", () -> {
      if (ended) violations.add("1.7: an event after the end: " + event);
      received = received + 1;   // one thread at a time
      if (received > requested.get())
        violations.add("1.1: event " + received + " of " + requested.get() + " requested");
      events.add(event);
      inOnNext.run(subscription);
    });
  }

  @Override
  public void onError(Throwable failure) {
    end(failure);
  }

  @Override
  public void onComplete() {
    end("completed");
  }

  private void end(Object how) {
    signal("the end", () -> {
      if (ended) violations.add("1.7: a second end: " + how);
      ended = true;
      ends.add(how);
      atTheEnd.run(subscription);
    });
  }

  private void signal(String what, Signal body) {
    if (inSignal.getAndIncrement() != 0) violations.add("1.3: " + what + " within or beside another signal");
    if (subscription == null && !what.equals("onSubscribe")) violations.add("1.9: " + what + " before onSubscribe");
    if (Thread.currentThread() == canceller) violations.add("1.8: " + what + " after a cancel from within a signal");
    threads.add(Thread.currentThread());
    try {
      body.run();
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    } finally {
      inSignal.decrementAndGet();
    }
  }
}
