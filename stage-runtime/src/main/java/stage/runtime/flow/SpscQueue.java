package stage.runtime.flow;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import stage.runtime.bridge.BulkOutlet;
import stage.runtime.time.Handles;

/**
 * Events on their way from a publisher, whose signals are serial (rule 1.3), to one taker. Nothing here waits; it is
 * bounded by what was requested.
 *
 * @param <E> the events
 */
final class SpscQueue<E> {
  // The idea. A single-producer single-consumer queue of chunks, with one word that both sides change atomically. Its
  // low bits count the events that were put; one bit says that the taker has found nothing and must be woken; one,
  // that nothing is accepted any more. So one atomic addition publishes an event, learns whether anyone must be
  // woken, and whether it was accepted: an event is either below the count that the closing taker saw, or refused.
  // Nothing is lost in between.
  //
  // A publisher that has many events at once (another bridge of ours) puts them as they are, and publishes once: the
  // addition costs several times what the rest of an event does.
  //
  // What the taker takes out stays where it is until commit, so that rollback can put it back: a turn may fail after it
  // has emitted events, and then they are not emitted.

  private static final int CHUNK = 256;

  private static final long ASLEEP = 1L << 62;
  private static final long CLOSED = 1L << 63;
  private static final long COUNT = ASLEEP - 1;

  private static final VarHandle WORD = Handles.of(MethodHandles.lookup(), "word", long.class);

  private static final class Chunk {
    private final Object[] events;
    // smaller than there are slots if a run was put behind it; read only when there are events beyond
    private int size;
    private Chunk next;

    Chunk(Object[] events) {
      this.events = events;
      this.size = events.length;
    }
  }

  private volatile long word = ASLEEP;

  // the publisher's side
  private Chunk last;
  private int filled;      // slots of the last chunk that are taken
  private long unpublished;

  // the taker's side
  private Chunk first;
  private int index;       // slots of the first chunk that are taken out
  private long taken;
  private Chunk kept;      // where first, index and taken were at the last commit
  private int keptIndex;
  private long keptTaken;
  private long accepted;   // in all, once it is closed

  SpscQueue() {
    this.first = new Chunk(new Object[CHUNK]);
    this.last = first;
    this.kept = first;
  }

  // ---- the publisher's side

  /** Puts an event, which the taker does not see before {@link #publish}. */
  void put(E event) {
    if (filled == last.size) {
      append(new Chunk(new Object[CHUNK]));
      filled = 0;
    }
    last.events[filled++] = event;
    unpublished++;
  }

  /** As {@link #put}, of many; nobody else may write to the array any more. */
  void putAll(Object[] run) {
    var fresh = new Chunk(run);   // first: where there is no memory, nothing has changed
    last.size = filled;
    append(fresh);
    filled = run.length;
    unpublished += run.length;
  }

  private void append(Chunk fresh) {
    last.next = fresh;
    last = fresh;
  }

  /**
   * Lets the taker see what was put.
   *
   * @return how many events were not accepted, because the inbox is closed: all or none
   */
  long publish() {
    long run = unpublished;
    unpublished = 0;
    // volatile; pairs with the acquire in available: who sees the count sees the slots
    long before = (long) WORD.getAndAdd(this, run);
    return (before & CLOSED) != 0 ? run : 0;
  }

  /** {@return whether the taker had gone to sleep, and must be woken; once} Any thread. */
  boolean wakes() {
    if ((word & ASLEEP) == 0) return false;
    // volatile; pairs with the compare-and-set in sleep: of several publishers' threads, one wakes
    long before = (long) WORD.getAndBitwiseAnd(this, ~ASLEEP);
    return (before & ASLEEP) != 0;
  }

  // ---- the taker's side

  /** {@return how many events may be taken} */
  long available() {
    long now = (long) WORD.getAcquire(this);   // pairs with the addition in publish
    return ((now & CLOSED) != 0 ? accepted : now & COUNT) - taken;
  }

  /** Emits this many events, which are available. Those emitted before something throws are taken out. */
  void drain(long count, BulkOutlet<E> out) {
    long left = count;
    while (left > 0) {
      int run = (int) Math.min(left, nextRun());
      out.emitAll(first.events, index, index + run);
      tookOut(run);
      left -= run;
    }
  }

  /** {@return all that is available} */
  Object[] drain() {
    Object[] all = new Object[(int) available()];
    for (int filled = 0; filled < all.length;) {
      int run = Math.min(all.length - filled, nextRun());
      System.arraycopy(first.events, index, all, filled, run);
      tookOut(run);
      filled += run;
    }
    return all;
  }

  /** {@return how many slots of the first chunk are left, after looking to it that there are some} */
  private int nextRun() {
    while (index == first.size) {
      first = first.next;
      index = 0;
    }
    return first.size - index;
  }

  private void tookOut(int run) {
    index += run;
    taken += run;
  }

  /** What was taken out is gone for good. Takes no memory. */
  void commit() {
    while (kept != first) {
      Chunk finished = kept;
      kept = finished.next;
      // or an old chunk that was promoted would keep its events alive, and all later chunks
      Arrays.fill(finished.events, keptIndex, finished.size, null);
      finished.next = null;
      keptIndex = 0;
    }
    Arrays.fill(kept.events, keptIndex, index, null);
    keptIndex = index;
    keptTaken = taken;
  }

  /** What was taken out since the last commit is there again. */
  void rollback() {
    first = kept;
    index = keptIndex;
    taken = keptTaken;
  }

  /** {@return how many events were taken} */
  long taken() {
    return taken;
  }

  /** {@return whether there was nothing to take, and {@link #wakes} will say so when there is} */
  boolean sleep() {
    long now = word;
    if ((now & CLOSED) != 0) return true;
    if ((now & COUNT) != taken) return false;
    // volatile; pairs with the addition in publish: either the event is seen here, or the bit there
    return (now & ASLEEP) != 0 || WORD.compareAndSet(this, now, now | ASLEEP);
  }

  /** Accepts nothing more. What was accepted can still be taken. */
  void close() {
    long before = (long) WORD.getAndBitwiseOr(this, CLOSED);   // volatile; orders itself with every addition in publish
    if ((before & CLOSED) == 0) accepted = before & COUNT;
  }
}
