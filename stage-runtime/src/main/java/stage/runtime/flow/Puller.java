package stage.runtime.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import stage.api.Demand;
import stage.api.StageEnded;
import stage.api.StopReason;
import stage.runtime.time.Room;

/**
 * A subscriber whose events a stream reads: signals come on the thread of the bridge, the reader waits on its own. Subscribes with the first event that is read.
 *
 * @param <E> the events
 */
final class Puller<E> extends Spliterators.AbstractSpliterator<E> implements Flow.Subscriber<E> {
  /** How the producer has ended; {@code cause} is null if it has completed. */
  private record Ending(Throwable cause) {}

  private static final VarHandle ENDING;

  static {
    try {
      ENDING = MethodHandles.lookup().findVarHandle(Puller.class, "ending", Ending.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final String path;
  private final Demand demand;
  private final Room wakeUps;                        // one for each time that the reader has announced that it waits
  private final Consumer<Puller<E>> subscribe;
  private final Inbox<E> inbox = new Inbox<>();
  private volatile Flow.Subscription subscription;   // the bridge's thread, once
  private volatile Ending ending;                    // the bridge's thread or who closes, once, by compare-and-set
  private boolean begun;                             // the reader, as the next
  private long left;                                 // events requested and not read

  /**
   * Makes a puller that has not begun.
   *
   * @param path the producer's path
   * @param demand how much to ask for
   * @param wakeUps room without places
   * @param subscribe subscribes this to the producer
   */
  Puller(String path, Demand demand, Room wakeUps, Consumer<Puller<E>> subscribe) {
    super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
    this.path = path;
    this.demand = demand;
    this.wakeUps = wakeUps;
    this.subscribe = subscribe;
  }

  // ---- the bridge's thread

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    if (ending != null) subscription.cancel();   // volatile, after the subscription; in close it is the other way round
    else subscription.request(demand.max());
  }

  @Override
  public void onNext(E event) {
    inbox.put(event);
    inbox.publish();
    if (inbox.wakes()) wakeUps.give(1);
  }

  @Override
  public void onError(Throwable failure) {
    end(new Ending(failure));
  }

  @Override
  public void onComplete() {
    end(new Ending(null));
  }

  private void end(Ending how) {
    if (!ENDING.compareAndSet(this, null, how)) return;   // volatile, after the last event; pairs with the look after sleep
    if (inbox.wakes()) wakeUps.give(1);
  }

  // ---- the reader

  @Override
  public boolean tryAdvance(Consumer<? super E> action) {
    if (!begun) begin();
    while (inbox.available() == 0) {
      Ending ended = ending;   // before the last look for events
      if (ended != null && inbox.available() == 0) return end(ended.cause());
      if (ended == null && inbox.sleep() && ending == null) awaitEvent();
    }
    action.accept(inbox.take());
    if (--left <= demand.min()) refill();
    return true;
  }

  private void begin() {
    begun = true;
    left = demand.max();
    if (ending == null) subscribe.accept(this);
  }

  private void refill() {
    long more = demand.max() - left;
    left = demand.max();
    subscription.request(more);
  }

  private void awaitEvent() {
    try {
      wakeUps.take();
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while awaiting an event of stage " + path);
    }
  }

  private boolean end(Throwable cause) {
    if (cause == null) return false;
    if (cause instanceof CancellationException cancelled) throw cancelled;
    throw new StageEnded(path, new StopReason.Crashed(cause));
  }

  /** Cancels the subscription, and wakes the reader, which finds that it was cancelled. Any thread; twice changes nothing. */
  void close() {
    end(new Ending(new CancellationException("the stream of stage " + path + " was closed")));
    Flow.Subscription from = subscription;   // volatile, after the ending; see onSubscribe
    if (from != null) from.cancel();
  }
}
