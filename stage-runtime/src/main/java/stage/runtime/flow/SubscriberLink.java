package stage.runtime.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import stage.api.StopReason;
import stage.runtime.engine.Cell;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.BridgeResource;
import stage.runtime.time.Handles;

/**
 * What a stage knows of the subscriber that it signals, from its first incarnation to its end; to the subscriber, its
 * subscription. All signals are sent on the stage's thread (rule 1.3); {@link #request} and {@link #cancel} may come on
 * any, also from within a signal (3.2).
 *
 * @param <I> the events
 */
final class SubscriberLink<I> implements Flow.Subscription, BridgeResource {
  private static final VarHandle REQUESTED = Handles.of(MethodHandles.lookup(), "requested", long.class);
  private static final VarHandle REFUSAL = Handles.of(MethodHandles.lookup(), "refusal", StopReason.class);
  private static final VarHandle SIGNALLING = Handles.of(MethodHandles.lookup(), "signalling", int.class);

  // told when the subscription is over, at least once; any thread. Null at the end: it knows the subscriber, and others
  // may keep this subscription (rule 3.13)
  private volatile Consumer<SubscriberLink<I>> whenOver;
  private volatile BridgeContext context;       // the stage's thread, when it starts; null if rejected
  private volatile long requested;        // any thread, by compare-and-set; stays at the largest number
  // any thread, once, by compare-and-set: what the subscriber must be told, whatever becomes of the stage
  private volatile StopReason refusal;
  private volatile boolean cancelled;     // any thread: set, and never cleared

  // the stage's thread
  private Flow.Subscriber<? super I> subscriber;   // null once it must not be signalled any more (rule 3.13)
  private boolean greeted;
  private boolean inTurn;      // whether the turn that is running looks at what was requested when it ends
  // how many threads are in a signal: the stage's, and one that was replaced there; see begin
  private volatile int signalling;
  private long delivered;

  /**
   * Makes a link that is not used yet.
   *
   * @param subscriber the subscriber to signal
   * @param whenOver told when the subscriber has cancelled, or is about to be told of the end: at least once, on any
   *     thread
   */
  SubscriberLink(Flow.Subscriber<? super I> subscriber, Consumer<SubscriberLink<I>> whenOver) {
    this.subscriber = subscriber;
    this.whenOver = whenOver;
  }

  // ---- the subscription; any thread

  @Override
  public void request(long events) {
    BridgeContext there = context;
    if (cancelled || there == null) return;   // rule 3.6; and a rejected subscriber has nothing to ask for
    if (events < 1) {
      refuse(new StopReason.Crashed(new IllegalArgumentException(
          "request must be for at least 1 event, but was for " + events
              + ": a non-positive subscription request (Reactive Streams rule 3.9)")));
      return;
    }
    long before;
    do {
      before = requested;
      if (before == Long.MAX_VALUE) return;   // rule 3.17
    // volatile, before the signal below: the stage that sees the signal sees what is requested
    } while (!REQUESTED.compareAndSet(this, before, before + events < 0 ? Long.MAX_VALUE : before + events));
    // Within a turn of the stage nobody has to be woken, which also bounds the recursion of request and onNext (rule
    // 3.3).
    if (!there.isCurrent() || !inTurn) there.notifyBridge();
  }

  /** Has the subscriber told of an end, and then forgotten. */
  void refuse(StopReason end) {
    if (!REFUSAL.compareAndSet(this, null, end)) return;
    // volatile, after the refusal; the stage sets it before it looks at the refusal, so one of the two sees the other
    BridgeContext there = context;
    if (there != null) there.notifyBridge();
  }

  @Override
  public void cancel() {
    if (cancelled) return;   // rule 3.7; two that come at the same time do no harm
    cancelled = true;
    BridgeContext there = context;
    if (there != null) there.stop();
    tellOver();
  }

  private void tellOver() {
    Consumer<SubscriberLink<I>> told = whenOver;
    if (told != null) told.accept(this);
  }

  // ---- the stage's thread

  /** {@return whether the subscriber must not be signalled} */
  boolean isSpent() {
    return cancelled || subscriber == null;
  }

  boolean isRefused() {
    return refusal != null;
  }

  /** {@return how many events it wants, and has not had} */
  long permits() {
    return requested - delivered;
  }

  /**
   * An incarnation begins. The one before it may have left its thread behind, in the midst of a signal: then there can
   * be no other (rule 1.3). That thread counts itself before it looks whether it is still the stage's; this one became
   * the stage's before it looks at the count. Both are volatile, so one sees the other.
   */
  void begin(BridgeContext incarnation) {
    context = incarnation;
    forgetIfInSignal();
    if (isSpent()) context.stop();
  }

  private void forgetIfInSignal() {
    if (signalling == 0) return;
    subscriber = null;
    cancelled = true;   // the thread that is in the signal looks here before it signals again
  }

  void beginTurn() {
    inTurn = true;
  }

  void endTurn() {
    inTurn = false;
  }

  /** Signals {@code onSubscribe}, the first time. */
  void greet() {
    Flow.Subscriber<? super I> to = subscriber;
    if (greeted || to == null) return;
    signal(() -> {
      greeted = true;   // not before it is certain that this thread signals it
      to.onSubscribe(this);
    });
  }

  /**
   * Signals events, for each of which there is a permit, until all are signalled or the subscriber is not to get any
   * more. What it throws, the subscriber has thrown, which must not be signalled again (rule 2.13).
   */
  void next(List<I> events) {
    Flow.Subscriber<? super I> to = subscriber;   // not the field, which another incarnation may clear
    int most = events.size();
    long before = delivered;
    int signalled = 0;
    beginSignal();
    try {
      if (isReplaced()) return;
      if (to instanceof BatchSubscriber<?>) {
        signalled = nextAll(to, events);
        delivered = before + signalled;
      }
      while (signalled < most && !cancelled && refusal == null) {
        // now, for a request in the midst of it; and what it throws on was handed over
        delivered = before + ++signalled;
        to.onNext(events.get(signalled - 1));
      }
    } catch (Throwable failure) {
      subscriber = null;
      throw failure;
    } finally {
      endSignal();
    }
  }

  @SuppressWarnings("unchecked")   // one of ours takes in runs what it takes one by one
  private int nextAll(Flow.Subscriber<? super I> ours, List<I> events) {
    if (cancelled || refusal != null) return 0;
    ((BatchSubscriber<I>) ours).onRun(events);
    return events.size();
  }

  /** {@return how many events were signalled in all} */
  long delivered() {
    return delivered;
  }

  /** Signals the end that {@link #refuse} was for, if there is one. */
  void tellRefusal() {
    StopReason end = refusal;
    if (end == null || isSpent()) return;
    tellEnd(end);
    context.stop();
  }

  /** There is no stage to signal the subscriber, so the caller does: that it does not become one (rule 1.9). */
  void reject(Cell<?> producer, StopReason end) {
    context = null;   // of one that could not start
    try {
      greet();
      if (!isSpent()) tellEnd(end, producer.path());
    } catch (Throwable broken) {   // against rule 2.13, and the caller is to return normally
      producer.report("a subscriber that could not subscribe to stage " + producer.path() + " threw when it was told",
          broken);
    } finally {
      end();
    }
  }

  /** Signals how the stage has ended, unless the subscriber knows. */
  @Override
  public void over(StopReason reason) {
    try {
      forgetIfInSignal();   // this thread may have taken over, and there is no other incarnation
      if (!isSpent()) tellEnd(refusal == null ? reason : refusal);
    } finally {
      end();
    }
  }

  private void end() {
    subscriber = null;
    cancelled = true;   // rule 1.6
    tellOver();
    whenOver = null;
  }

  private void tellEnd(StopReason end) {
    greet();
    if (!isSpent()) tellEnd(end, context.path());
  }

  private void tellEnd(StopReason end, String path) {
    Flow.Subscriber<? super I> last = subscriber;
    subscriber = null;
    // before the signal, which ends the subscription (rule 1.6): from within it the subscriber may come again
    tellOver();
    switch (end) {
      case StopReason.Completed completed -> signal(last::onComplete);
      case StopReason.Crashed(var cause) -> signal(() -> last.onError(cause));
      case StopReason.ProducerFailed(var producer, var cause) -> signal(() -> last.onError(cause));
      case StopReason.Stopped stopped -> signal(() -> last
          .onError(new CancellationException("stage " + path + " was stopped before it had delivered everything")));
      case StopReason.Replaced replaced -> throw new IllegalStateException("a replaced behaviour does not end a stage");
      case StopReason.GroupRestart restarted -> throw new IllegalStateException("a group restart does not end a stage");
    }
  }

  private void beginSignal() {
    SIGNALLING.getAndAdd(this, 1);   // volatile, before isReplaced; pairs with forgetIfInSignal, as begin says
  }

  private void endSignal() {
    SIGNALLING.getAndAdd(this, -1);   // volatile: a successor that finds no signal sees what was delivered
  }

  /** {@return whether another thread has taken the place of this one} Within beginSignal; see begin. */
  private boolean isReplaced() {
    BridgeContext there = context;
    return there != null && !there.isCurrent();   // one that is rejected has no stage
  }

  private void signal(Runnable signal) {
    beginSignal();
    try {
      if (!isReplaced()) signal.run();
    } catch (Throwable failure) {
      subscriber = null;
      throw failure;
    } finally {
      endSignal();
    }
  }
}
