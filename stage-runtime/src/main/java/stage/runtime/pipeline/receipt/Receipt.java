package stage.runtime.pipeline.receipt;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The receipt of one delivery: how many elements that come of it are not settled, and why the first of them failed.
 * Whoever settles the last one hands it to its source's book, once.
 */
public final class Receipt implements Claim {
  private static final VarHandle LIVE;
  private static final VarHandle CAUSE;
  private static final int CLOSED = Integer.MIN_VALUE / 2;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      LIVE = lookup.findVarHandle(Receipt.class, "live", int.class);
      CAUSE = lookup.findVarHandle(Receipt.class, "cause", Throwable.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** What a close found. */
  enum Closing {
    /** Something that comes of it was not settled, and now never will be. */
    OPEN,
    /** Everything was settled. */
    DONE
  }

  final PartitionEntry<?> part;
  final Object delivery;     // what the source is answered with
  final long position;       // in its partition

  // any thread
  // Plain, because the first value is there before anybody else is: a volatile one costs a fence for each delivery.
  private int live = 1;                 // getAndAdd: what settled an element before it is seen by who settles the last
  private volatile Throwable cause;     // of the first that failed; written before that is subtracted from live

  // who keeps the book
  Receipt older;             // in its partition, of those that are not done
  Receipt newer;

  // who settled the last element; then who keeps the book, which has taken it from the stack
  Receipt nextDone;

  Receipt(PartitionEntry<?> part, Object delivery, long position) {
    this.part = part;
    this.delivery = delivery;
    this.position = position;
  }

  @Override
  public void add(int elements) {
    LIVE.getAndAdd(this, elements);
  }

  @Override
  public void settle(int elements, Throwable failure, Completed into) {
    if (failure != null && cause == null) CAUSE.compareAndSet(this, null, failure);
    int before = (int) LIVE.getAndAdd(this, -elements);
    if (before == elements) into.add(this);
    if (before >= 0 && before < elements) {
      throw new IllegalStateException("delivery " + delivery + " was settled once too often: " + elements
          + " of " + before + " elements that come of it");
    }
  }

  @Override
  public boolean isAbsorbable() {
    return part.book.settling().onAbsorb();
  }

  /** Nothing that comes later counts. */
  Closing close() {
    return (int) LIVE.getAndSet(this, CLOSED) > 0 ? Closing.OPEN : Closing.DONE;
  }

  /** {@return why it failed; null if it did not, or is not done} */
  Throwable cause() {
    return cause;
  }
}
