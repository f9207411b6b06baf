package stage.runtime.pipeline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import stage.api.Redelivery;
import stage.api.StageKilledException;

/**
 * Which result that is no element of a batch has crashed the stage, and how often: one that was made of several
 * elements, or by an operator by itself, or what an element of an earlier turn still makes. The engine delivers
 * elements again, and gives up the one that crashes the stage every time. It knows nothing of these, so they are
 * counted here, by the number that each has among those of its link: a turn that is undone and done again gives it the
 * same.
 *
 * <p>What has crashed stays known when the turn is undone; how many there were goes back with it. A thread that does
 * not come back from a result, so that it is replaced, has crashed on it too. The run's own thread.
 */
final class CrashingResult {
  private static final int NONE = -1;
  private static final Object UNKNOWN = new Object();   // the value of one whose thread was replaced
  private static final VarHandle IN_HAND;

  static {
    try {
      IN_HAND = MethodHandles.lookup().findVarHandle(CrashingResult.class, "inHand", int.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final int redeliveries;
  private long[] over;         // by the link that made them: how many are through, or given up
  private long[] committed;
  private boolean isChanged;   // since the last commit
  // the link that made the one in hand; also read by the thread that replaces this one, while it may be stuck
  private int inHand = NONE;

  // the one that has crashed last
  private int place = NONE;    // the link that made it
  private long number;
  private Object value;
  private Throwable cause;
  private int crashes;

  CrashingResult(int links, Redelivery redelivery) {
    this.redeliveries = redelivery.attempts();
    this.over = new long[links];
    this.committed = new long[links];
  }

  /** A result goes on behind the link that made it. Returns which one is in hand so far, for {@link #end}. */
  int begin(int itsPlace) {
    int before = inHand;
    IN_HAND.setRelease(this, itsPlace);   // pairs with adopt: who sees this sees how many were through before
    return before;
  }

  /** The result in hand is through, or given up. */
  void isOver() {
    over[inHand]++;
    isChanged = true;
  }

  void end(int before) {
    IN_HAND.setRelease(this, before);
  }

  boolean isInHand() {
    return inHand != NONE;
  }

  /**
   * The result in hand has thrown what crashes the stage. Returns whether it is given up instead, because it has
   * crashed the stage as often as an element is delivered again; after an error it crashes the stage once more, and is
   * given up when it comes again. An element in hand is not counted: the engine does that.
   */
  boolean crashed(Object its, Throwable thrown) {
    if (!isInHand()) return false;
    crashes = isTheOne() ? crashes + 1 : 1;
    place = inHand;
    number = over[inHand];
    value = its;
    cause = thrown;
    return crashes > Math.max(1, redeliveries) && thrown instanceof Exception;
  }

  private boolean isTheOne() {
    return place == inHand && number == over[place];
  }

  /** {@return whether the result in hand has crashed the stage so often that it is not tried again} */
  boolean isTooMuch(Object its) {
    return place != NONE && isTheOne() && crashes > redeliveries && isSame(its);
  }

  /** Another one may have its number if something else went first. Their elements are the same ones, come again. */
  private boolean isSame(Object its) {
    if (value == UNKNOWN) return true;
    try {
      return Objects.equals(value, its);
    } catch (RuntimeException | StackOverflowError theirs) {
      return false;
    }
  }

  /** {@return whether there is no second try, as for elements} */
  boolean isDropped() {
    return redeliveries == 0;
  }

  Throwable cause() {
    return cause;
  }

  int crashes() {
    return crashes;
  }

  /**
   * {@return whether the elements that a result was made of are settled before it goes on} Should it crash the stage,
   * they are neither delivered again nor given up for it. That costs a commit point, so it is not done until one has
   * crashed; where nothing is delivered again, the first crash would lose them already.
   */
  boolean isSettledFirst() {
    return place != NONE || redeliveries == 0;
  }

  // ---- turns

  void commit() {
    if (isChanged) System.arraycopy(over, 0, committed, 0, over.length);
    isChanged = false;
  }

  void rollback() {
    if (isChanged) System.arraycopy(committed, 0, over, 0, over.length);
    isChanged = false;
    inHand = NONE;
  }

  /** On the thread that replaces the one of {@code its}, which may be stuck in what it has in hand. */
  void adopt(CrashingResult its) {
    int stuckIn = (int) IN_HAND.getAcquire(its);
    long stuckAt = stuckIn == NONE ? 0 : its.over[stuckIn];
    over = its.committed.clone();
    committed = its.committed.clone();
    place = its.place;
    number = its.number;
    value = its.value;
    cause = its.cause;
    crashes = its.crashes;
    if (stuckIn == NONE) return;
    crashes = place == stuckIn && number == stuckAt ? crashes + 1 : 1;
    place = stuckIn;
    number = stuckAt;
    value = UNKNOWN;
    cause = new StageKilledException("its thread did not come back and was abandoned");
  }
}
