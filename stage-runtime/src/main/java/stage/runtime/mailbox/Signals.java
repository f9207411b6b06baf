package stage.runtime.mailbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import stage.runtime.time.Driver;
import stage.runtime.time.Handles;

/** What other threads tell a cell, each a bit: any thread sets one, and the cell looks at all of them at once. */
public final class Signals {
  // The bits, for those that look at several at once: see Signal for what each says.
  public static final int CANCELLED = Signal.CANCELLED.bit();
  public static final int STOPPED = Signal.STOPPED.bit();
  public static final int PAUSED = Signal.PAUSED.bit();
  public static final int DRAINED = Signal.DRAINED.bit();
  public static final int WOKEN_UP = Signal.WOKEN_UP.bit();
  public static final int CONSUMER_LEFT = Signal.CONSUMER_LEFT.bit();
  public static final int CANCEL_ASKED = Signal.CANCEL_ASKED.bit();
  public static final int HANDED_IN = Signal.HANDED_IN.bit();
  public static final int INPUT_ENDED = Signal.INPUT_ENDED.bit();
  public static final int HELD = Signal.HELD.bit();
  public static final int RELEASED = Signal.RELEASED.bit();
  public static final int KILLED = Signal.KILLED.bit();
  public static final int LEAVES = Signal.LEAVES.bit();
  public static final int TASKS_FINISHED = Signal.TASKS_FINISHED.bit();
  public static final int NOTIFIED = Signal.NOTIFIED.bit();

  private static final VarHandle BITS = Handles.of(MethodHandles.lookup(), "bits", int.class);

  private final Driver driver;
  private volatile int bits;   // any thread, by atomic or and and

  public Signals(Driver driver) {
    this.driver = driver;
  }

  /** Sets a bit and wakes the cell. */
  public void set(int bit) {
    // volatile, so it is the full fence that pairs with the announcement of the driver
    BITS.getAndBitwiseOr(this, bit);
    driver.wake();
  }

  /** Clears a bit and wakes the cell. */
  public void clearAndWake(int bit) {
    BITS.getAndBitwiseAnd(this, ~bit);   // as in set
    driver.wake();
  }

  /**
   * Takes a signal and then does what it announces, in this order: what is announced while it is being done is
   * announced again. If that throws, the signal stands as if it had not been taken. The cell's own thread.
   */
  public void answer(int bit, Runnable deed) {
    clear(bit);
    try {
      deed.run();
    } catch (Throwable failure) {
      BITS.getAndBitwiseOr(this, bit);   // no wake-up: the cell is awake, and looks again
      throw failure;
    }
  }

  /**
   * Clears a bit that orders one deed, which the cell has done or will not do; for the cell itself. What announces news
   * is for {@link #answer}.
   */
  public void clear(int bit) {
    BITS.getAndBitwiseAnd(this, ~bit);
  }

  public boolean has(int bit) {
    return (bits & bit) != 0;
  }

  /** {@return whether it was told this} */
  public boolean has(Signal signal) {
    return has(signal.bit());
  }

  /** {@return all of them} */
  public int bits() {
    return bits;
  }
}
