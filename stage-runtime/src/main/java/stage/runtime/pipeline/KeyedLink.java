package stage.runtime.pipeline;

import java.util.Objects;
import stage.api.pipeline.All;
import stage.api.pipeline.Fn;
import stage.api.pipeline.plan.Reducing;
import stage.runtime.pipeline.operator.Keys;
import stage.runtime.pipeline.operator.SingleInput;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;

/** A reducer, with or without windows: an operator, and the key of its elements. */
final class KeyedLink extends OperatorLink<SingleInput<Object, Object>> {
  private final Fn<Object, Object> key;   // null for all together
  private final boolean isKeyTravelling;
  private final Keeping keeping;

  /** What a reducer keeps of elements that answer for something. */
  enum Keeping {
    /** A result comes of each element at once. */
    NOTHING,
    /** The elements, in lists. */
    IN_LISTS,
    /** What they come to, until a window is over. */
    IN_WINDOWS,
    /** What they come to, until the end. */
    FOR_EVER;

    static Keeping of(Reducing how, boolean hasWindows) {
      return switch (how) {
        case Reducing.Scan scan -> NOTHING;
        case Reducing.Batch batch -> IN_LISTS;
        default -> hasWindows ? IN_WINDOWS : FOR_EVER;
      };
    }
  }

  KeyedLink(Fn<Object, Object> key, boolean isKeyTravelling, Keeping keeping, SingleInput<Object, Object> operator) {
    super(operator);
    this.keeping = keeping;
    this.key = key;
    this.isKeyTravelling = isKeyTravelling;
  }

  @Override
  int ownStep() {
    return step + 1;
  }

  /** What elements answer for is kept in marked steps. */
  private boolean takesAtomically() {
    return !isCounted && operator.takesAtomically();
  }

  @Override
  boolean makesOneAtMost() {
    return takesAtomically();
  }

  @Override
  boolean isAtomic() {
    return takesAtomically();
  }

  @Override
  boolean isAbsorbing() {
    return takesAtomically();
  }

  @Override
  RunSteps fused(RunSteps before) {
    return takesAtomically() ? before.by(key, isKeyTravelling).to(RunSteps.End.TAKE, null) : null;
  }

  @Override
  void begin(Sweep sweep) {
    sweep.operator = operator;
    sweep.results = this;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    Object its = key(value, t, w);
    if (isUnmarked) whole(its, value, t, w);
    else accept(its, value, t, w);
  }

  private Object key(Object value, long t, long w) throws Exception {
    if (key == null) return All.ALL;
    Object its = isKeyTravelling ? chain.keyInHand() : null;
    if (its != null) return its;
    try {
      return Objects.requireNonNull(key.apply(value), "the key of an element must not be null");
    } catch (Exception thrown) {
      throw chain.failed(step, this, value, t, w, thrown);
    }
  }

  /** There is no mark to go back to, and the operator needs none. */
  private void whole(Object its, Object value, long t, long w) throws Exception {
    int fatesBefore = fates;
    try {
      operator.take(its, Keys.hash(its), value, t, w, this);
    } catch (Exception thrown) {
      throw chain.failed(step + 1, this, value, t, w, thrown);
    }
    if (fates == fatesBefore) chain.absorbed();
  }

  private void accept(Object its, Object value, long t, long w) throws Exception {
    int fatesBefore = fates;
    int failures = chain.failures();
    Claim claim = chain.claim();
    Object element = value;
    if (claim != null && keeping != Keeping.NOTHING) {
      if (claim.isAbsorbable() || keeping == Keeping.FOR_EVER) chain.claim(null);
      else element = keeping == Keeping.IN_LISTS ? Carried.of(value, claim)
          : new Gathered.InHand(value, claim, chain.journal(), place);
    }
    try {
      operator.accept(its, element, t, w, this);
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
}
