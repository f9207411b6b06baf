package stage.runtime.pipeline;

import java.util.Objects;
import stage.api.pipeline.All;
import stage.api.pipeline.Fn;
import stage.runtime.pipeline.operator.SingleInput;

/** A reducer, with or without windows: an operator, and the key of its elements. */
final class KeyedLink extends OperatorLink<SingleInput<Object, Object>> {
  private final Fn<Object, Object> key;   // null for all together
  private final boolean isKeyTravelling;

  KeyedLink(Fn<Object, Object> key, boolean isKeyTravelling, SingleInput<Object, Object> operator) {
    super(operator);
    this.key = key;
    this.isKeyTravelling = isKeyTravelling;
  }

  @Override
  int ownStep() {
    return step + 1;
  }

  @Override
  void push(Object value, long t, long w) throws Exception {
    Object its = All.ALL;
    if (key != null) {
      its = isKeyTravelling ? chain.keyInHand() : null;
      if (its == null) {
        try {
          its = Objects.requireNonNull(key.apply(value), "the key of an element is never null");
        } catch (Exception thrown) {
          throw chain.failed(step, this, value, t, w, thrown);
        }
      }
    }
    int fatesBefore = fates;
    int failures = chain.failures();
    try {
      operator.accept(its, value, t, w, this);
    } catch (Exception thrown) {
      if (chain.failures() != failures) throw thrown;   // a later link's
      throw chain.failed(step + 1, this, value, t, w, thrown);
    }
    if (fates == fatesBefore) chain.absorbed();
  }
}
