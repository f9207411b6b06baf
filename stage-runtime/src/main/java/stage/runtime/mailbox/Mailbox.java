package stage.runtime.mailbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;
import stage.runtime.time.Handles;
import stage.runtime.time.Permits;

/**
 * The messages that wait for one cell: any thread puts, the cell's takes. Bounded: a sender blocks while it is full.
 *
 * <p>A stack of arrivals that the cell turns over when it has nothing older left (Treiber; each message is its own
 * link, so that an empty mailbox holds nothing). Closing it puts a mark on the stack, and a sender that sees the mark
 * is refused.
 *
 * <p>A sender that no longer waits for its answer withdraws its message, so that calls which timed out neither keep
 * others out nor pile up behind a stage that is stuck. The withdrawn are taken out all at once, as soon as they are
 * more than those that wait: when many calls time out together, each of them looking for its message would look at all
 * of the others.
 */
public final class Mailbox {
  /** More than will ever wait; the places given back at the end still fit in an {@code int}. */
  public static final int MOST = 1 << 30;

  /** The mark of a closed mailbox. */
  private static final Message CLOSED = new Message.Cast(stage -> {});

  private static final VarHandle ARRIVED = Handles.of(MethodHandles.lookup(), "arrived", Message.class);

  private final Permits permits;
  private final int capacity;
  // guards the links between arrivals: held to turn them over, and to take one out
  private final ReentrantLock links = new ReentrantLock();
  private volatile Message arrived;   // the newest arrival; any thread pushes, the cell takes all
  private int withdrawn;              // guarded by links: how many of the arrivals, at most, are withdrawn
  private Message oldest;             // the cell's thread only: arrivals turned over, in order

  public Mailbox(Permits permits) {
    this.permits = permits;
    this.capacity = permits.availablePermits();
  }

  /**
   * Puts a message, waiting for room.
   *
   * @return false if the mailbox is closed
   */
  public boolean put(Message message) throws InterruptedException {
    permits.acquire();
    return push(message);
  }

  /**
   * Takes a place for a message, if there is one.
   *
   * @return false if there is none; a closed mailbox has room
   */
  public boolean tryReserve() {
    return permits.tryAcquire();
  }

  /**
   * Takes a place for a message, waiting no longer than a time.
   *
   * @return false if there was none in that time; a closed mailbox has permits
   */
  public boolean reserve(long nanos) throws InterruptedException {
    return permits.tryAcquire(nanos);
  }

  /**
   * Puts a message for which a place was taken.
   *
   * @return false if the mailbox is closed
   */
  public boolean push(Message message) {
    Message newest;
    do {
      newest = arrived;
      if (newest == CLOSED) {
        permits.release(1);   // the next in line must be refused too
        return false;
      }
      message.older = newest;
    // volatile; pairs with the read in hasMail and the swap in take
    } while (!ARRIVED.compareAndSet(this, newest, message));
    return true;
  }

  /** Withdraws a message that is not waited for any more, unless the cell has it in hand. Its sender. */
  public void withdraw(Message.Request message) {
    if (!message.withdraw()) return;
    permits.release(1);
    links.lock();
    try {
      if (++withdrawn > size()) takeOutWithdrawn();
    } finally {
      links.unlock();
    }
  }

  /**
   * Under the lock. One that is not there was turned over already: the cell passes it by, and there are no more of
   * those than there were places.
   */
  private void takeOutWithdrawn() {
    withdrawn = 0;
    Message newest = arrived;
    while (newest != null && newest.isWithdrawn()) {
      ARRIVED.compareAndSet(this, newest, newest.older);   // else there is a newer one by now
      newest = arrived;
    }
    for (Message at = newest; at != null; at = at.older) {
      Message next = at.older;
      while (next != null && next.isWithdrawn()) next = next.older;
      if (at.older != next) at.older = next;
    }
  }

  /** {@return whether there may be a message} The cell's thread. */
  public boolean hasMail() {
    return oldest != null || arrived != null && arrived != CLOSED;
  }

  /** {@return the oldest message, which stays; null if those that were there were withdrawn} The cell's thread. */
  public Message peek() {
    if (oldest == null) oldest = turnOver(null);
    return oldest;
  }

  /**
   * Takes the message that {@link #peek} has answered. The cell's thread.
   *
   * @return false if its sender has withdrawn it, and given its place back
   */
  public boolean take(Message message) {
    oldest = message.older;
    message.older = null;
    if (!message.take()) return false;
    permits.release(1);
    return true;
  }

  /** {@return the oldest message; null if those that were there were withdrawn} The cell's thread. */
  public Message take() {
    for (Message next = peek(); next != null; next = peek()) if (take(next)) return next;
    return null;
  }

  /** {@return the arrivals in order} Leaves this in their place. */
  private Message turnOver(Message left) {
    links.lock();
    try {
      withdrawn = 0;
      return inOrder((Message) ARRIVED.getAndSet(this, left));
    } finally {
      links.unlock();
    }
  }

  /** Closes the mailbox for good. Returns what was in it, oldest first, linked by {@code older}. The cell's thread. */
  public Message close() {
    Message rest = turnOver(CLOSED);
    Message all = oldest;
    if (all == null) {
      all = rest;
    } else {
      Message end = all;
      while (end.older != null) end = end.older;
      end.older = rest;
    }
    oldest = null;
    permits.release(1);   // a sender that waits for room is let in to be refused, and lets in the next
    return all;
  }

  /** {@return how many messages it holds at most} */
  public int capacity() {
    return capacity;
  }

  /** {@return how many messages wait} Any thread; a glance. */
  public int size() {
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
