package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.runtime.time.Permits;

/**
 * The messages that wait for one cell: any thread puts, the cell's takes. Bounded: who finds it full waits for room.
 *
 * <p>A stack of arrivals that the cell turns over when it has nothing older left (Treiber; each message is its own link, so that an
 * empty mailbox holds nothing). Closing it puts a mark on the stack, and whoever sees the mark is refused.
 */
final class Mailbox {
  /** The mark of a closed mailbox. */
  private static final Message CLOSED = new Message.Cast(stage -> {});

  private static final VarHandle ARRIVED;

  static {
    try {
      ARRIVED = MethodHandles.lookup().findVarHandle(Mailbox.class, "arrived", Message.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Permits permits;
  private final int capacity;
  private volatile Message arrived;   // the newest arrival; any thread pushes, the cell takes all
  private Message oldest;             // the cell's thread only: arrivals turned over, in order

  Mailbox(Permits permits) {
    this.permits = permits;
    this.capacity = permits.availablePermits();
  }

  /**
   * Puts a message, waiting for room.
   *
   * @return false if the mailbox is closed
   */
  boolean put(Message message) throws InterruptedException {
    permits.acquire();
    return push(message);
  }

  /**
   * Puts a message if there is room.
   *
   * @return false if there is none; a closed mailbox has room
   */
  boolean tryReserve() {
    return permits.tryAcquire();
  }

  /**
   * Puts a message for which a place was taken.
   *
   * @return false if the mailbox is closed
   */
  boolean push(Message message) {
    Message newest;
    do {
      newest = arrived;
      if (newest == CLOSED) {
        permits.release(1);   // the next in line is to be refused too
        return false;
      }
      message.older = newest;
    } while (!ARRIVED.compareAndSet(this, newest, message));   // volatile; pairs with the read in hasMail and the swap in take
    return true;
  }

  /** {@return whether there is a message} The cell's thread. */
  boolean hasMail() {
    return oldest != null || arrived != null && arrived != CLOSED;
  }

  /** {@return the oldest message; there is one} The cell's thread. */
  Message take() {
    if (oldest == null) oldest = inOrder((Message) ARRIVED.getAndSet(this, null));
    Message message = oldest;
    oldest = message.older;
    message.older = null;
    permits.release(1);
    return message;
  }

  /** Closes the mailbox for good. Answers what was in it, oldest first, linked by {@code older}. The cell's thread. */
  Message close() {
    Message rest = inOrder((Message) ARRIVED.getAndSet(this, CLOSED));
    Message all = oldest;
    if (all == null) {
      all = rest;
    } else {
      Message end = all;
      while (end.older != null) end = end.older;
      end.older = rest;
    }
    oldest = null;
    permits.release(1);   // whoever waits for room is let in to be refused, and lets in the next
    return all;
  }

  /** {@return how many messages wait} Any thread; a glance. */
  int size() {
    return Math.max(0, Math.min(capacity, capacity - permits.availablePermits()));
  }

  private static Message inOrder(Message newest) {
    Message ordered = null;
    while (newest != null && newest != CLOSED) {
      Message older = newest.older;
      newest.older = ordered;   // turned over: from now on, older leads to the next one to take
      ordered = newest;
      newest = older;
    }
    return ordered;
  }
}
