package stage.runtime.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.Flow;
import stage.api.Outlet;
import stage.runtime.bridge.BulkOutlet;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.time.Handles;

/**
 * What a stage is to its publisher: a subscriber that leaves events for the stage's thread and returns. For one
 * subscription.
 *
 * <p>The publisher's signals come one at a time, on any threads (rule 1.3). What is asked of the publisher is asked on
 * the stage's thread (2.7), but for the cancelling of a subscription that comes too late.
 *
 * @param <E> the events
 */
final class Upstream<E> implements Flow.Subscriber<E>, BatchSubscriber<E> {
  /** How a publisher has ended. */
  private sealed interface Ending {
    /** After its last event. */
    record Completed() implements Ending {}

    /** It failed, by its own account or by ours. */
    record Failed(Throwable cause) implements Ending {}
  }

  private static final VarHandle SUBSCRIPTION =
      Handles.of(MethodHandles.lookup(), "subscription", Flow.Subscription.class);
  private static final VarHandle ENDING = Handles.of(MethodHandles.lookup(), "ending", Ending.class);
  private static final VarHandle CANCELLED = Handles.of(MethodHandles.lookup(), "cancelled", boolean.class);

  private static final String TOO_LATE = "sent by a publisher after its subscription was cancelled";

  private final SpscQueue<E> queue = new SpscQueue<>();
  // set by the stage's thread, once, before the publisher knows this
  private volatile BridgeContext context;
  private volatile Flow.Subscription subscription;   // set by the publisher's thread, once, by compare-and-set
  // set by the publisher's thread or the stage's, once, by compare-and-set
  private volatile Ending ending;
  private volatile boolean closed;                   // set by the stage's thread, once its queue is
  private volatile boolean cancelled;                // written by the thread that cancels, by compare-and-set
  // written by the stage's thread before it asks, read by the publisher's
  private volatile long requested;
  private long received;                             // the publisher's side, as the next
  private long allowed;                              // of the requested ones, those it knows of

  /** The stage has started, or starts. */
  void attach(BridgeContext context) {
    this.context = context;
  }

  // ---- the publisher's side

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    if (subscription == null)
      throw new NullPointerException("subscription must not be null (Reactive Streams rule 2.13)");
    // volatile; of two that come at the same time one is first
    if (!SUBSCRIPTION.compareAndSet(this, null, subscription)) {
      cancelQuietly(subscription);   // rule 2.5
      return;
    }
    // volatile, after the subscription was set; in close it is the other way round, so one of the two cancels
    if (closed) cancel(subscription);
    else context.notifyBridge();
  }

  @Override
  public void onNext(E event) {
    if (event == null) throw new NullPointerException("event must not be null (Reactive Streams rule 2.13)");
    if (received >= allowed && !isAllowed()) return;
    try {
      queue.put(event);
    } catch (Throwable full) {
      giveUp(full);
      throw full;
    }
    received++;
    publish();
  }

  /** There is no memory for an event. Its stage would wait for it for ever, so that gets the failure too. */
  private void giveUp(Throwable full) {
    fail(full);
    allowed = received;   // so that what comes nevertheless is looked at
  }

  /** {@return whether there may be another event, as far as is known by now} */
  private boolean isAllowed() {
    if (ending != null) {   // rule 1.7 is broken, or the event belongs to a publisher that was given up
      context.refused(1, "sent by a publisher after its end");
      return false;
    }
    if (closed) {
      context.refused(1, TOO_LATE);
      return false;
    }
    allowed = requested;
    if (received >= allowed) {
      fail(new IllegalStateException("the publisher of stage " + context.path() + " has sent more than the " + requested
          + " events that were requested (Reactive Streams rule 1.1)"));
      context.refused(1, "sent by a publisher without a request");
      return false;
    }
    return true;
  }

  private void publish() {
    long refused = queue.publish();
    if (refused > 0) {   // rule 2.8
      allowed = received;   // what comes from now on is looked at, and not put into a queue that nobody takes from
      context.refused(refused, TOO_LATE);
    }
    if (queue.wakes()) context.notifyBridge();
  }

  @Override
  public void onRun(List<? extends E> events) {
    int more = events.size();
    if (ending != null || closed || requested - received < more) {   // then it matters which of them is too much
      for (E event : events) onNext(event);
      return;
    }
    try {
      queue.putAll(events.toArray());
    } catch (Throwable full) {
      giveUp(full);
      throw full;
    }
    received += more;
    publish();
  }

  @Override
  public void onError(Throwable failure) {
    if (failure == null) throw new NullPointerException("failure must not be null (Reactive Streams rule 2.13)");
    end(new Ending.Failed(failure));
  }

  @Override
  public void onComplete() {
    end(new Ending.Completed());
  }

  private void end(Ending how) {
    cancelled = true;     // rule 2.4: there is nothing to cancel any more
    allowed = received;   // so that what comes against rule 1.7 is looked at
    if (ENDING.compareAndSet(this, null, how)) context.notifyBridge();   // volatile, after the last event was published
  }

  /** Gives the publisher up as failed; it is still to be cancelled. */
  private void fail(Throwable cause) {
    if (ENDING.compareAndSet(this, null, new Ending.Failed(cause))) context.notifyBridge();   // as in end
  }

  /** Ends the stage of this subscription: what it would get is wanted by nobody. Any thread. */
  void leave() {
    context.stop();
  }

  // ---- the stage's thread

  /**
   * Asks for what is wanted beyond what has come, and emits what has come, as far as it is wanted. In this order:
   * should the publisher never return from being asked, this thread is replaced and its turn undone, and what that had
   * taken would be lost with it.
   *
   * <p>Throws the publisher's failure, whatever it is, in a turn that has emitted nothing.
   */
  void settle(Outlet<E> out) {
    Ending ended = ending;   // volatile, before the events are looked for: it is written after the last of them
    if (ended == null) request(out.demand());
    long emitted = emitted((BulkOutlet<E>) out);
    switch (ended) {
      case null -> {}
      case Ending.Completed completed -> {
        if (queue.available() == 0) out.complete();
      }
      case Ending.Failed(var cause) -> {
        // What this turn has emitted would be forgotten if it threw. What nobody wants yet is published when the
        // incarnation is over.
        if (emitted == 0) throw Upstream.<RuntimeException>sneaky(cause);
        context.notifyBridge();
      }
    }
  }

  /**
   * What has come is another thread's if this one was replaced while it was asking; then it gets no further than here.
   */
  private long emitted(BulkOutlet<E> out) {
    long[] emitted = {0};
    context.inEngine(() -> emitted[0] = emit(out));
    return emitted[0];
  }

  private long emit(BulkOutlet<E> out) {
    long emitted = 0;
    long wanted = out.demand();
    while (emitted < wanted) {
      long run = Math.min(queue.available(), wanted - emitted);
      if (run == 0 && queue.sleep()) break;
      queue.drain(run, out);
      emitted += run;
    }
    return emitted;
  }

  private void request(long demand) {
    Flow.Subscription from = subscription;
    if (from == null) return;
    long more = demand - (requested - queue.taken());   // what was requested and not emitted is still to come, or waits
    if (more <= 0) return;
    requested = requested + more < 0 ? Long.MAX_VALUE : requested + more;   // rule 3.17
    try {
      from.request(more);
    } catch (Throwable broken) {   // against rule 3.16; not thrown on, or what has come would not be emitted first
      fail(new IllegalStateException(
          "the publisher of stage " + context.path() + " has thrown from request (Reactive Streams rule 3.16)",
          broken));
    }
  }

  /** What was emitted is published. */
  void commit() {
    queue.commit();
  }

  /** What was emitted since the last commit is not, and there to be emitted again. */
  void rollback() {
    queue.rollback();
  }

  /**
   * Accepts nothing more, cancels the publisher, and publishes what has come. Changes nothing the second time, except
   * to publish what there was no memory for.
   */
  void close() {
    try {
      context.inEngine(this::publishRest);
    } finally {
      closed = true;
      Flow.Subscription from = subscription;   // volatile, after closed was set; see onSubscribe
      if (from != null) cancel(from);
    }
  }

  private void publishRest() {
    queue.close();
    try {
      context.publish(queue.drain());
      queue.commit();   // whatever becomes of the turn in which this was called, it is published
    } finally {
      queue.rollback();   // nothing, unless that threw
    }
  }

  private void cancel(Flow.Subscription from) {
    if (CANCELLED.compareAndSet(this, false, true)) cancelQuietly(from);   // rule 2.6, once
  }

  private void cancelQuietly(Flow.Subscription from) {
    try {
      from.cancel();
    // not thrown on: on the publisher's thread it would break rule 2.13, and on the stage's it would hide why that one
    // ends
    } catch (Throwable broken) {
      context.report("a publisher of stage " + context.path() + " has thrown from cancel (Reactive Streams rule 3.15)",
          broken);
    }
  }

  @SuppressWarnings("unchecked")
  private static <X extends Throwable> X sneaky(Throwable cause) throws X {
    throw (X) cause;
  }
}
