package stage.runtime.engine;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import stage.api.DemandExceededException;
import stage.api.Overflow;
import stage.api.StageEndedException;
import stage.runtime.dispatch.Sums;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.Latch;
import stage.runtime.time.Permits;

/**
 * Where threads outside a producer hand events in. Made with the first such event.
 *
 * <p>The cell grants places as demand arrives; a caller takes a place and then queues its event.
 * {@code granted - accepted} places are therefore taken or free at any time, and the sum never exceeds what was wanted
 * when it was granted.
 */
final class Intake<O> {
  private static final Object[] NONE = {};

  private final ProducerPort cell;
  private final Overflow overflow;
  private final Permits permits;
  private final Latch counted;   // opens when the cell has first said how much may come
  private final ReentrantLock lock = new ReentrantLock();
  // guarded by lock
  private final ArrayDeque<O> queue = new ArrayDeque<>();
  private boolean closed;
  private long mayQueue;    // for DROP_OLDEST: how long the queue may get
  private long droppedHere;
  // the cell's thread only
  private Object[] inHand = NONE;   // taken from the queue and not published yet, in order
  private long granted;
  private long accepted;
  private long droppedTold;
  private long demandTold;

  Intake(ProducerPort cell, Overflow overflow, Permits permits) {
    this.cell = cell;
    this.overflow = overflow;
    this.permits = permits;
    this.counted = cell.time().latch("events to be taken by", cell.path());
    this.mayQueue = overflow.capacity();
  }

  void emit(O event) throws InterruptedException {
    // A caller that does not wait for demand must know it: the first one waits until the current turn is over.
    if (overflow.kind() != Overflow.Kind.BLOCK && !counted.isOpen() && !cell.driver().isCurrent()) {
      cell.waits().during("emit()", cell, new Waits.Awaiter<Void, RuntimeException>() {
        @Override
        public Void await() throws InterruptedException {
          counted.await();
          return null;
        }
      });
    }
    switch (overflow.kind()) {
      case BLOCK -> {
        if (!permits.tryAcquire()) {
          cell.ensureForeignThread("emit() beyond demand");
          cell.waits().during("emit()", cell, new Waits.Awaiter<Void, RuntimeException>() {
            @Override
            public Void await() throws InterruptedException {
              permits.acquire();
              return null;
            }
          });
        }
        enqueue(event);
      }
      case FAIL -> {
        if (permits.tryAcquire()) enqueue(event);
        else {
          ensureOpen();
          throw new DemandExceededException(cell.path(), overflow.capacity(),
              "emit when there is demand, or choose another withOverflow(…)");
        }
      }
      case DROP_NEWEST -> {
        if (permits.tryAcquire()) enqueue(event);
        else dropNewest();
      }
      case DROP_OLDEST -> enqueue(event);
    }
  }

  /** Hands an event in if there is a place for it. */
  boolean tryEmit(O event) {
    if (overflow.kind() != Overflow.Kind.DROP_OLDEST && !permits.tryAcquire()) {
      ensureOpen();
      return false;
    }
    enqueue(event);
    return true;
  }

  /** Hands an event in if there is a place for it in time. */
  boolean emit(O event, long nanos) throws InterruptedException {
    if (tryEmit(event)) return true;
    cell.ensureForeignThread("emit() beyond demand");
    if (!permits.tryAcquire(nanos)) {
      ensureOpen();
      return false;
    }
    enqueue(event);
    return true;
  }

  private void enqueue(O event) {
    lock.lock();
    try {
      if (closed) {
        permits.release(1);   // lets in the next caller that waits, to be refused too
        throw new StageEndedException(cell.path(), cell.endReason());
      }
      if (overflow.kind() == Overflow.Kind.DROP_OLDEST && queue.size() >= mayQueue) {
        queue.poll();
        droppedHere++;
      }
      queue.add(event);
    } finally {
      lock.unlock();
    }
    cell.signals().set(Signals.HANDED_IN);
  }

  private void dropNewest() {
    lock.lock();
    try {
      // under the same lock: what is dropped after the last look counts nowhere
      if (closed) throw new StageEndedException(cell.path(), cell.endReason());
      droppedHere++;
    } finally {
      lock.unlock();
    }
    cell.signals().set(Signals.HANDED_IN);
  }

  private void ensureOpen() {
    lock.lock();
    try {
      if (closed) throw new StageEndedException(cell.path(), cell.endReason());
    } finally {
      lock.unlock();
    }
  }

  // ---- the cell's thread

  /** {@return whether more could be handed in than was granted} */
  boolean canGrant(ProducerHalf<?> half) {
    if (overflow.kind() == Overflow.Kind.DROP_OLDEST) return half.demand() != demandTold;
    return toGrant(half) > 0;
  }

  private long toGrant(ProducerHalf<?> half) {
    long beyond = overflow.kind() == Overflow.Kind.BLOCK ? 0 : half.room();
    long wanted = Math.min(Sums.plus(half.demand(), beyond), Integer.MAX_VALUE / 2);
    return wanted - (granted - accepted);
  }

  /**
   * Takes what was handed in, publishes it, and grants places for what is wanted beyond it. If it throws, what is not
   * published is still here.
   */
  void accept(ProducerHalf<O> half) {
    take(half);
    boolean any = inHand.length > 0;
    try {
      publish(half);
      grant(half);   // asks the dispatcher's rule, which may throw when events are in their lanes already
    } finally {
      if (any) half.fenceAndWake();
    }
    counted.open();
  }

  private void take(ProducerHalf<O> half) {
    lock.lock();
    try {
      if (!queue.isEmpty()) {
        Object[] taken = Arrays.copyOf(inHand, inHand.length + queue.size());
        int at = inHand.length;
        for (O event : queue) taken[at++] = event;
        inHand = taken;   // last but for what takes no memory
        queue.clear();
      }
      tellDropped(half);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Before older events are delivered: if any that were handed in after them have been dropped, they are dropped too.
   * Else a consumer would get them, and miss what came between them and the newest.
   */
  void dropOlder(ProducerHalf<O> half) {
    if (overflow.kind() != Overflow.Kind.DROP_OLDEST) return;
    lock.lock();
    try {
      tellDropped(half);
    } finally {
      lock.unlock();
    }
  }

  private void tellDropped(ProducerHalf<O> half) {
    if (droppedHere == droppedTold) return;
    if (overflow.kind() == Overflow.Kind.DROP_OLDEST) half.dropWaiting();
    half.dropped(droppedHere - droppedTold);
    droppedTold = droppedHere;
  }

  private void publish(ProducerHalf<O> half) {
    if (inHand.length == 0) return;
    if (half.hasLaneNews()) half.meetLanes();   // consumers that came before these events get them
    half.publish(inHand, 0, inHand.length);
    acceptInHand();
  }

  private void acceptInHand() {
    accepted += inHand.length;
    inHand = NONE;
  }

  private void grant(ProducerHalf<?> half) {
    if (overflow.kind() == Overflow.Kind.DROP_OLDEST) {
      long demand = half.demand();   // not under the lock: it asks a user's rule
      lock.lock();
      try {
        demandTold = demand;
        mayQueue = Sums.plus(demand, overflow.capacity());
      } finally {
        lock.unlock();
      }
      granted = accepted;
      return;
    }
    long more = toGrant(half);
    if (more <= 0) return;
    granted += more;
    permits.release((int) more);
  }

  /**
   * Refuses everybody from now on. What was handed in before is published; or, if that throws, it waits with what waits
   * for demand, and no rule is asked when this is called again.
   */
  void close(ProducerHalf<O> half) {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    take(half);
    try {
      publish(half);
    } catch (Throwable failure) {
      half.keep(inHand);
      acceptInHand();
      throw failure;
    } finally {
      half.fenceAndWake();
      counted.open();
      permits.release(1);
    }
  }
}
