package stage.runtime.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEndedException;
import stage.api.StopReason;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.BridgeResource;
import stage.runtime.time.Handles;
import stage.runtime.time.Permits;

/**
 * What a stream reads of a stage: a consumer hands over each batch and waits until it was read, so what is not read is
 * not settled, and goes back. Subscribes when the first event is wanted.
 *
 * @param <E> the events
 */
final class StreamReader<E> extends Spliterators.AbstractSpliterator<E> implements BridgeResource {
  // One word says how many events of the batch were read, and whether it is over. Reader and consumer change it by
  // compare-and-set, so that an event is either read or among those that are given back; the first to come decides.

  private static final long OVER = 1L << 62;
  private static final long COUNT = OVER - 1;

  private static final VarHandle WORD = Handles.of(MethodHandles.lookup(), "word", long.class);
  private static final VarHandle ENDING = Handles.of(MethodHandles.lookup(), "ending", StopReason.class);

  private final String path;
  private final Consumer<StreamReader<E>> subscribe;
  private final Permits offered;             // a place for each batch, and for the end
  private final Permits read;                // a place for each batch that was read, and for a close
  private volatile long word;             // the reader counts up, the consumer starts anew, anybody sets OVER
  private volatile List<E> batch;         // the consumer sets it, the reader takes it
  private volatile StopReason ending;     // once, by compare-and-set
  private volatile BridgeContext context;       // the consumer's thread, once
  private boolean begun;                  // the reader, as the next two
  private List<E> inHand = List.of();
  private int next;

  /**
   * Makes a puller that has not begun.
   *
   * @param path the producer's path
   * @param offered permits, none of them free
   * @param read permits, none of them free
   * @param subscribe starts the {@link #consumer}
   */
  StreamReader(String path, Permits offered, Permits read, Consumer<StreamReader<E>> subscribe) {
    super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
    this.path = path;
    this.offered = offered;
    this.read = read;
    this.subscribe = subscribe;
  }

  // ---- the consumer

  /** {@return the behaviour that hands the batches over} */
  Stage.Consumer<E> consumer() {
    return new Stage.Consumer<>() {
      @Override
      public void onStart(StageContext context) {
        begin(BridgeContext.of(context));
      }

      @Override
      public void onEvents(List<E> events, Inlet<E> from) throws InterruptedException {
        handOver(events, from);
      }
    };
  }

  private void begin(BridgeContext context) {
    context.kept(() -> this);
    this.context = context;
    // volatile, after the context was set; in close it is the other way round, so one of the two stops it
    if (isOver()) context.stop();
  }

  private void handOver(List<E> events, Inlet<E> from) throws InterruptedException {
    long last = word;
    // volatile; nobody counts while there is no batch, so only a close can be in between
    if ((last & OVER) != 0 || !WORD.compareAndSet(this, last, 0L)) {
      from.cancel(0);
      return;
    }
    batch = events;
    offered.release(1);
    try {
      while (word < events.size()) read.acquire();   // OVER is above any size
    } catch (InterruptedException e) {
      giveUp();
      throw e;
    } finally {
      from.commit((int) (word & COUNT));   // what was read is not to be delivered again, however this turn ends
    }
    if (isOver()) from.cancel(0);
  }

  /** Lets no more events be read. */
  private void giveUp() {
    WORD.getAndBitwiseOr(this, OVER);   // volatile; orders itself with each compare-and-set of the reader
  }

  @Override
  public void over(StopReason reason) {
    if (ENDING.compareAndSet(this, null, reason)) offered.release(1);   // volatile, after the last batch
  }

  // ---- the reader

  @Override
  public boolean tryAdvance(Consumer<? super E> action) {
    if (!begun) {
      begun = true;
      if (Thread.currentThread().isInterrupted()) throw interrupted();
      if (!isOver()) subscribe.accept(this);
    }
    if (next == inHand.size() && !awaitBatch()) return false;
    E event = inHand.get(next);
    if (!WORD.compareAndSet(this, (long) next, next + 1L)) throw closed();   // volatile; see giveUp
    if (++next == inHand.size()) read.release(1);
    action.accept(event);
    return true;
  }

  /** {@return whether there is one; else the stage has completed} */
  private boolean awaitBatch() {
    while (true) {
      if (isOver()) throw closed();
      List<E> there = batch;
      if (there != null) {
        inHand = there;
        next = 0;
        batch = null;
        return true;
      }
      StopReason ended = ending;   // after the look for a batch: it is set when all of them were read
      if (ended != null) return isCompletion(ended);
      try {
        offered.acquire();
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
  }

  private CancellationException interrupted() {
    Thread.interrupted();   // or the close would not wait
    close();
    Thread.currentThread().interrupt();
    return new CancellationException("interrupted while awaiting an event of stage " + path);
  }

  private boolean isCompletion(StopReason ended) {
    return switch (ended) {
      case StopReason.Completed completed -> false;
      case StopReason.Crashed(var cause) ->
          throw cause instanceof StageEndedException before ? before : new StageEndedException(path, ended);
      case StopReason.ProducerFailed(var producer, var cause) ->
          throw new StageEndedException(path, new StopReason.Crashed(cause));
      case StopReason.Stopped stopped ->
          throw new CancellationException("stage " + path + " was stopped before it had delivered everything");
      case StopReason.Replaced replaced -> throw new IllegalStateException("a replaced behaviour does not end a stage");
      case StopReason.GroupRestart restarted -> throw new IllegalStateException("a group restart does not end a stage");
    };
  }

  private boolean isOver() {
    return (word & OVER) != 0;
  }

  private CancellationException closed() {
    return new CancellationException("the stream of stage " + path + " was closed");
  }

  /**
   * Ends the subscription, and waits until what was not read is back; a reader finds that it was closed. Any thread;
   * twice changes nothing.
   */
  void close() {
    giveUp();   // before the context is looked for; see begin
    read.release(1);
    offered.release(1);
    BridgeContext there = context;
    if (there == null) return;
    there.stop();
    try {
      there.awaitEnd();   // it is in our code only, and comes at once
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
