package stage.samples.bench;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * Hands chunks from one virtual thread to one other; two may be on their way, the one in the taker's hands included. As
 * bare as it can be: no demand, no failure, no end, no numbers.
 *
 * <p>A slot is written with a volatile store, and then the peer's waiting flag is read; a peer that waits sets its
 * flag, and then looks at the slot once more. One of the two sees the other.
 */
final class ChunkLane {
  private static final int SLOTS = 2;

  private final Object[][] slots = new Object[SLOTS][];
  private volatile Thread waitingGiver;
  private volatile Thread waitingTaker;
  private int given;   // the giver's thread only
  private int taken;   // the taker's thread only

  /** Gives a chunk; waits while there is no free slot. The chunk is the taker's from now on. */
  void give(Object[] chunk) {
    int slot = given++ & (SLOTS - 1);
    if (SLOT.getAcquire(slots, slot) != null) awaitRoom(slot);
    SLOT.setVolatile(slots, slot, chunk);
    Thread taker = waitingTaker;
    if (taker != null) {
      waitingTaker = null;
      LockSupport.unpark(taker);
    }
  }

  private void awaitRoom(int slot) {
    // Announced again after each wake-up: the peer that clears the flag may be late, and clear the next announcement.
    do {
      waitingGiver = Thread.currentThread();
      if (SLOT.getVolatile(slots, slot) != null) LockSupport.park(this);
    } while (SLOT.getVolatile(slots, slot) != null);
    waitingGiver = null;
  }

  /** {@return the next chunk} Waits for it. The one taken before is done with, and its slot free. */
  Object[] take() {
    if (taken > 0) release(taken - 1 & (SLOTS - 1));
    int slot = taken++ & (SLOTS - 1);
    Object[] chunk = (Object[]) SLOT.getAcquire(slots, slot);
    return chunk != null ? chunk : awaitChunk(slot);
  }

  private void release(int slot) {
    SLOT.setVolatile(slots, slot, null);
    Thread giver = waitingGiver;
    if (giver != null) {
      waitingGiver = null;
      LockSupport.unpark(giver);
    }
  }

  private Object[] awaitChunk(int slot) {
    do {
      waitingTaker = Thread.currentThread();
      if (SLOT.getVolatile(slots, slot) == null) LockSupport.park(this);
    } while (SLOT.getVolatile(slots, slot) == null);
    waitingTaker = null;
    return (Object[]) SLOT.getVolatile(slots, slot);
  }

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[][].class);
}
