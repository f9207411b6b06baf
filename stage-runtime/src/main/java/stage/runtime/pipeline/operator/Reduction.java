package stage.runtime.pipeline.operator;

import java.util.Objects;
import stage.api.pipeline.Fn;
import stage.api.pipeline.Fold;
import stage.api.pipeline.Merge;
import stage.api.pipeline.Weight;
import stage.api.pipeline.plan.Reducing;

/**
 * How elements come to one value: with any value, and where it is a sum of longs also without a box.
 *
 * @param zero what there is before the first
 * @param fold takes one in
 * @param merge joins two; null if none was given
 * @param finish makes the result
 * @param weight what an element adds, if the value is a sum of longs; null if not
 */
record Reduction(Object zero, Fold<Object, Object> fold, Merge<Object> merge, Fn<Object, Object> finish,
    Weight<Object> weight) {
  /**
   * {@return how that is reduced}
   *
   * @throws IllegalArgumentException if it is no reduction to an immutable value
   */
  static Reduction of(Reducing how) {
    return switch (how) {
      case Reducing.Count() -> sum(element -> 1);
      case Reducing.Sum(var value) -> sum(value);
      case Reducing.Aggregate(var zero, var fold, var merge, var finish) -> new Reduction(zero, fold, merge, finish,
          null);
      case Reducing.ToList(var bound) -> new Reduction(
          Rows.NONE, (rows, element) -> ((Rows) rows).with(element instanceof Claimed claimed ? claimed.kept()
              : element), (one, other) -> ((Rows) one).with((Rows) other),
              rows -> ((Rows) rows).listing(), null);
      case Reducing.Scan scan -> throw notAValue(scan);
      case Reducing.Collect collect -> throw notAValue(collect);
      case Reducing.Batch batch -> throw notAValue(batch);
    };
  }

  private static Reduction sum(Weight<Object> weight) {
    return new Reduction(0L, (sum, element) -> (Long) sum + weight.of(element),
        (one, other) -> (Long) one + (Long) other, sum -> sum, weight);
  }

  private static IllegalArgumentException notAValue(Reducing how) {
    return new IllegalArgumentException("windows reduce to one immutable value, but this is " + how);
  }

  KeyedTable table() {
    return table(0);
  }

  /** {@return an empty table with room for this many keys} */
  KeyedTable table(int keys) {
    return weight != null ? new LongTable(weight, new LongSlots(keys)) : new ValueTable(this, new ValueSlots(keys));
  }

  Object folded(Object soFar, Object element) throws Exception {
    return made("fold", fold.apply(soFar == null ? zero : soFar, element));
  }

  Object merged(Object one, Object other) throws Exception {
    if (merge == null) throw new IllegalStateException("this needs a merge, and none was given");
    return made("merge", merge.apply(one, other));
  }

  Object finished(Object value) throws Exception {
    return made("finish", finish.apply(value));
  }

  static <T> T made(String what, T value) {
    return Objects.requireNonNull(value, () -> "the " + what + " must not return null");
  }
}
