package stage.runtime.pipeline;

import java.util.List;
import java.util.Objects;
import stage.api.pipeline.Fn;
import stage.runtime.pipeline.operator.SeveralInputs;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;

/**
 * The first link of a run with several inputs that are told apart: an operator with a side for each, which may close
 * some for a time.
 */
final class SidesLink extends OperatorLink<SeveralInputs<Object>> {
  private final List<Fn<Object, Object>> keys;   // of each side; empty if there are none
  private final int absorbing;
  private final boolean isReducer;

  /**
   * Makes one.
   *
   * @param absorbing the side whose elements are handled when they are taken in: the rows of a table; -1 for none
   * @param isReducer whether that may be so for the others, too
   */
  SidesLink(List<Fn<Object, Object>> keys, int absorbing, boolean isReducer, SeveralInputs<Object> operator) {
    super(operator);
    this.absorbing = absorbing;
    this.isReducer = isReducer;
    this.keys = keys;
  }

  @Override
  int ownStep() {
    return step + 1;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    int side = chain.sideInHand();
    Object its = null;
    if (!keys.isEmpty()) {
      its = chain.keyInHand();
      if (its == null) {
        try {
          its = Objects.requireNonNull(keys.get(side).apply(value), "the key of an element must not be null");
        } catch (Exception thrown) {
          throw chain.failed(step, this, value, t, w, thrown);
        }
      }
    }
    int fatesBefore = fates;
    int failures = chain.failures();
    Claim claim = chain.claim();
    boolean isTakenIn = claim != null && (side == absorbing || isReducer && claim.isAbsorbable());
    if (isTakenIn) chain.claim(null);
    Object element = isTakenIn ? value : Carried.of(value, claim);
    try {
      operator.input(side).accept(its, element, t, w, this);
      chain.claim(claim);
    } catch (Exception thrown) {
      chain.claim(claim);
      if (chain.failures() != failures) {   // a later link's
        chain.passedBack(this, claim);
        throw thrown;
      }
      throw chain.failed(step + 1, this, value, t, w, thrown);
    }
    if (fates == fatesBefore) chain.absorbed();
  }

  @Override
  boolean isOpen(int side) {
    return operator.isOpen(side);
  }

  @Override
  boolean canBeDone() {
    return true;
  }

  @Override
  boolean isDone() {
    return operator.isDone();
  }

  @Override
  boolean sideProgress(int side, long c) throws Exception {
    return firing(() -> operator.inputProgress(side, c, this));
  }

  @Override
  boolean sideEnded(int side) throws Exception {
    return firing(() -> operator.inputEnded(side, this));
  }
}
