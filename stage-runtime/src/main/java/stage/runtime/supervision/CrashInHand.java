package stage.runtime.supervision;

import java.util.BitSet;
import stage.api.supervision.Decision;
import stage.api.supervision.Failure;
import stage.runtime.engine.Directive;

/**
 * A crash, from when it is told for the first time until its stage knows what becomes of it. On a full heap it is told
 * again up to then, but each supervisor counts it once. The cell's thread, and under the tree's lock unless a comment
 * says otherwise.
 */
final class CrashInHand {
  private final Failure failure;
  private final CrashLog log;
  // by the depths of the supervisors: which have counted it, for which it was one too many, and which gave up
  private final BitSet counted;
  private final BitSet tooOften;
  private final BitSet gaveUp;
  private Directive directive;   // null until it was judged
  private Decision decision;     // null until the user's rule was asked; the cell's thread alone, as is the next
  private boolean isTold;        // whether the listener knows

  CrashInHand(Failure failure, CrashLog log, int depths) {
    this.failure = failure;
    this.log = log;
    this.counted = new BitSet(depths);
    this.tooOften = new BitSet(depths);
    this.gaveUp = new BitSet(depths);
  }

  Failure failure() {
    return failure;
  }

  CrashLog log() {
    return log;
  }

  boolean isCountedAt(int depth) {
    return counted.get(depth);
  }

  boolean isTooOftenAt(int depth) {
    return tooOften.get(depth);
  }

  void countedAt(int depth, boolean isTooOften) {
    counted.set(depth);
    tooOften.set(depth, isTooOften);
  }

  /** {@return whether the supervisor at a depth gives up because of it for the first time} */
  boolean givesUpAt(int depth) {
    boolean isNew = !gaveUp.get(depth);
    gaveUp.set(depth);
    return isNew;
  }

  Directive directive() {
    return directive;
  }

  void judged(Directive directive) {
    this.directive = directive;
  }

  Decision decision() {
    return decision;
  }

  void decided(Decision decision) {
    this.decision = decision;
  }

  boolean isTold() {
    return isTold;
  }

  void told() {
    isTold = true;
  }
}
