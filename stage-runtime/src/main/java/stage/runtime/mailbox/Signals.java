package stage.runtime.mailbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.runtime.time.Driver;

/** What other threads tell a cell, each a bit: any thread sets one, and the cell looks at all of them at once. */
public final class Signals {
  /** Give up what you are doing. */
  public static final int CANCELLED = 1;
  /** End normally. */
  public static final int STOPPED = 1 << 1;
  /** Take no turns for events or demand. */
  public static final int PAUSED = 1 << 2;
  /** End when everything in flight is handled. */
  public static final int DRAINED = 1 << 3;
  /** There may be something to emit. */
  public static final int WOKEN_UP = 1 << 4;
  /** A consumer has left its lane. */
  public static final int CONSUMER_LEFT = 1 << 5;
  /** A subscription is to be cancelled. */
  public static final int CANCEL_ASKED = 1 << 6;
  /** Events were handed in from outside. */
  public static final int HANDED_IN = 1 << 7;
  /** A producer has ended a subscription. */
  public static final int INPUT_ENDED = 1 << 8;

  /** End the incarnation and wait: the supervisor restarts this cell together with others. */
  public static final int HELD = 1 << 9;
  /** Start the next incarnation. */
  public static final int RELEASED = 1 << 10;
  /** End the incarnation by force. */
  public static final int KILLED = 1 << 11;
  /** The stage itself wants to end normally. */
  public static final int LEAVES = 1 << 12;

  /** Events that threads of their own have worked on are finished. */
  public static final int TASKS_FINISHED = 1 << 13;

  /** Somebody wants something of a behaviour of the runtime's. */
  public static final int NOTIFIED = 1 << 14;

  private static final VarHandle BITS;

  static {
    try {
      BITS = MethodHandles.lookup().findVarHandle(Signals.class, "bits", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Driver driver;
  private volatile int bits;   // any thread, by atomic or and and

  public Signals(Driver driver) {
    this.driver = driver;
  }

  /** Sets a bit and wakes the cell. */
  public void set(int bit) {
    BITS.getAndBitwiseOr(this, bit);   // volatile, so it is the full fence that pairs with the announcement of the driver
    driver.wake();
  }

  /** Clears a bit and wakes the cell. */
  public void clearAndWake(int bit) {
    BITS.getAndBitwiseAnd(this, ~bit);   // as in set
    driver.wake();
  }

  /**
   * Takes a signal and then does what it announces, in this order: what is announced while it is being done is announced again. If that throws, the
   * signal stands as if nobody had taken it. The cell's own thread.
   */
  public void answer(int bit, Runnable deed) {
    clear(bit);
    try {
      deed.run();
    } catch (Throwable failure) {
      BITS.getAndBitwiseOr(this, bit);   // nobody to wake: the cell is awake, and looks again
      throw failure;
    }
  }

  /** Clears a bit that orders one deed, which the cell has done or will not do; for the cell itself. What announces news is for {@link #answer}. */
  public void clear(int bit) {
    BITS.getAndBitwiseAnd(this, ~bit);
  }

  public boolean has(int bit) {
    return (bits & bit) != 0;
  }

  /** {@return all of them} */
  public int bits() {
    return bits;
  }
}
