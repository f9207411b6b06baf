package stage.runtime.pipeline.receipt;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import stage.api.pipeline.Delivery;

/**
 * What changes of receipts that one partition has handed out one after the other: how many elements that come of a
 * delivery are not settled, and why the first of them failed.
 *
 * <p>In arrays, because three threads meet here: the source's, which begins receipts and takes those that are done, and
 * those of the runs that settle the elements. A receipt that each of them wrote to would go from processor to processor
 * three times; of an array, sixteen go together, and the receipts themselves never change.
 */
final class ReceiptPage {
  static final int SIZE = 64;   // a page is kept as long as one of its receipts is not done

  private static final VarHandle LIVE = MethodHandles.arrayElementVarHandle(int[].class);
  private static final VarHandle CAUSE = MethodHandles.arrayElementVarHandle(Throwable[].class);
  private static final VarHandle CAUSES;

  static {
    try {
      CAUSES = MethodHandles.lookup().findVarHandle(ReceiptPage.class, "causes", Throwable[].class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  final PartitionEntry<?> part;

  // any thread
  // getAndAdd: what settled an element before it is seen by who settles the last. The first value is plain, because it
  // is there before anybody else is.
  private final int[] live = new int[SIZE];
  private volatile Throwable[] causes;   // null as long as none has failed; an entry is set by CAS, once

  // the keeper of the book
  private final Receipt[] receipts = new Receipt[SIZE];   // that are not done
  private final Object[] deliveries = new Object[SIZE];   // theirs: what the source is answered with
  private final long[] positions;                         // theirs; null if there are no partitions
  private int begun;
  private int open;
  private int first;   // before it, all are done
  ReceiptPage older;
  ReceiptPage newer;

  ReceiptPage(PartitionEntry<?> part) {
    this.part = part;
    this.positions = part.key == null ? null : new long[SIZE];
  }

  // ---- the keeper

  boolean isFull() {
    return begun == SIZE;
  }

  /** {@return whether all of it is done, and no more will begin} */
  boolean isOver() {
    return open == 0 && isFull();
  }

  Receipt begin(Object delivery, Object payload, long position) {
    var receipt = new Receipt(this, begun, payload);
    if (positions != null) positions[begun] = position;
    live[begun] = 1;
    deliveries[begun] = delivery;
    receipts[begun++] = receipt;
    open++;
    return receipt;
  }

  /** Begins as many as there is room for, of a queue's deliveries. Returns how many. */
  int beginAll(List<? extends Delivery<?>> all, int from, PendingReceipts into) {
    int first = begun;
    int at = first;
    int end = Math.min(SIZE, first + all.size() - from);
    try {
      for (; at < end; at++) {   // what changes stays in registers: the thread of the source is the busiest
        Delivery<?> delivery = all.get(from + at - first);
        var receipt = new Receipt(this, at, delivery.payload());
        live[at] = 1;
        deliveries[at] = delivery;
        receipts[at] = receipt;
        into.add(receipt);
      }
    } finally {   // what was begun before the heap was full
      begun = at;
      open += at - first;
    }
    return at - first;
  }

  Receipt receipt(int index) {
    return receipts[index];
  }

  Object delivery(int index) {
    return deliveries[index];
  }

  /** {@return the deliveries of some receipts in a row} */
  List<Object> deliveries(int from, int to) {
    return Arrays.asList(Arrays.copyOfRange(deliveries, from, to));   // as a part of them, a list is copied one by one
  }

  long position(int index) {
    return positions[index];
  }

  /** Receipts in a row are done, and answered for. */
  void remove(int from, int to) {
    Arrays.fill(receipts, from, to, null);
    Arrays.fill(deliveries, from, to, null);
    open -= to - from;
  }

  /** {@return the oldest that is not done; null if all are} */
  Receipt oldest() {
    while (first < begun && receipts[first] == null) first++;
    return first == begun ? null : receipts[first];
  }

  /** {@return the oldest behind one that is not done; null if there is none on this page} */
  Receipt oldestBehind(Receipt receipt) {
    for (int i = receipt.index + 1; i < begun; i++) if (receipts[i] != null) return receipts[i];
    return null;
  }

  // ---- any thread

  void add(int index, int elements) {
    LIVE.getAndAdd(live, index, elements);
  }

  /**
   * Subtracts one element if it is the last. Returns whether it was: then nobody else has any, nor can make more of
   * them, and it is spared an atomic subtraction, which costs 8 ns. Only a close may come between, when the source has
   * no stage any more, and nobody looks at what is settled after that. Acquire: with getAndAdd of those who settled
   * the others.
   */
  boolean subtractLast(int index) {
    if ((int) LIVE.getAcquire(live, index) != 1) return false;
    LIVE.setRelease(live, index, 0);
    return true;
  }

  /** Returns how many there were before. */
  int subtract(int index, int elements) {
    return (int) LIVE.getAndAdd(live, index, -elements);
  }

  /** Sets how many there are. Returns how many there were before. */
  int set(int index, int elements) {
    return (int) LIVE.getAndSet(live, index, elements);
  }

  /** One of the elements has failed, which is subtracted after this. */
  void failed(int index, Throwable failure) {
    Throwable[] all = causes;
    if (all == null) {
      var fresh = new Throwable[SIZE];
      all = CAUSES.compareAndSet(this, null, fresh) ? fresh : causes;
    }
    CAUSE.compareAndSet(all, index, null, failure);
  }

  /** {@return whether any of them has failed} */
  boolean hasFailures() {
    return causes != null;
  }

  /** {@return why it failed first; null if it did not} */
  Throwable cause(int index) {
    Throwable[] all = causes;
    return all == null ? null : (Throwable) CAUSE.getVolatile(all, index);
  }
}
