package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import stage.api.pipeline.Fn;
import stage.api.pipeline.Fold;
import stage.api.pipeline.Merge;
import stage.api.pipeline.plan.Reducing;
import stage.runtime.pipeline.operator.Claimed;
import stage.runtime.pipeline.operator.Listed;
import stage.runtime.pipeline.receipt.Carried;
import stage.runtime.pipeline.receipt.Claim;
import stage.runtime.pipeline.receipt.Journal;

/**
 * What an operator has made of several elements, and what all of them answer for. So receipts live in the operator's
 * own state, and change with that.
 *
 * @param value what it has made
 * @param claim what they answer for; null for nothing
 */
record Gathered(Object value, Claim claim) {
  /**
   * An element that a fold is given: who folds it keeps it.
   *
   * @param value the element
   * @param claim what it answers for
   * @param journal where that is noted
   * @param place of the link that it is given to
   */
  record InHand(Object value, Claim claim, Journal journal, int place) implements Claimed {
    @Override
    public Object kept() {
      journal.add(claim, 1, place);
      return Carried.of(value, claim);
    }
  }

  /** {@return an element, or what was made of several, by itself} */
  static Object valueOf(Object event) {
    return switch (event) {
      case InHand inHand -> inHand.value;
      case Gathered gathered -> gathered.value;
      default -> Carried.valueOf(event);
    };
  }

  /** {@return what that answers for; null for nothing} */
  static Claim claimOf(Object event) {
    return switch (event) {
      case InHand inHand -> inHand.claim;
      case Gathered gathered -> gathered.claim;
      default -> Carried.claimOf(event);
    };
  }

  /** {@return elements by themselves, and what all of them answer for} */
  static Gathered of(List<?> elements) {
    List<Object> values = new ArrayList<>(elements.size());
    Claim claim = null;
    for (Object element : elements) {
      values.add(Carried.valueOf(element));
      claim = Claim.join(claim, Carried.claimOf(element));
    }
    return new Gathered(List.copyOf(values), claim);
  }

  /** {@return a result, as one of these if it is a list of elements that answer for something} */
  static Object listed(Object result) {
    return result instanceof Listed(List<Object> elements) ? of(elements) : result;
  }

  /** {@return the same reduction, of elements and values that answer for something} */
  static Reducing reducing(Reducing how) {
    return switch (how) {
      case Reducing.Count count -> sum(element -> 1);
      case Reducing.Sum(var weight) -> sum(weight);
      case Reducing.Aggregate(var zero, var fold, var merge, var finish) -> aggregate(zero, fold, merge, finish);
      case Reducing.ToList list -> list;
      case Reducing.Scan scan -> scan;
      case Reducing.Collect collect -> collect;
      case Reducing.Batch batch -> batch;
    };
  }

  private static Reducing sum(stage.api.pipeline.Weight<Object> weight) {
    return aggregate(0L, (sum, element) -> (Long) sum + weight.of(element),
        (one, other) -> (Long) one + (Long) other, sum -> sum);
  }

  private static Reducing aggregate(Object zero, Fold<Object, Object> fold, Merge<Object> merge,
      Fn<Object, Object> finish) {
    return new Reducing.Aggregate(new Gathered(zero, null),
        (soFar, element) -> ((Gathered) soFar).folded(element, fold),
        merge == null ? null : (one, other) -> ((Gathered) one).merged((Gathered) other, merge),
        value -> ((Gathered) value).finished(finish));
  }

  private Gathered folded(Object element, Fold<Object, Object> fold) throws Exception {
    Object folded = Objects.requireNonNull(fold.apply(value, valueOf(element)), "the fold must not return null");
    if (element instanceof InHand inHand) inHand.kept();
    return new Gathered(folded, Claim.join(claim, claimOf(element)));
  }

  private Gathered merged(Gathered other, Merge<Object> merge) throws Exception {
    Object merged = Objects.requireNonNull(merge.apply(value, other.value), "the merge must not return null");
    return new Gathered(merged, Claim.join(claim, other.claim));
  }

  private Gathered finished(Fn<Object, Object> finish) throws Exception {
    return new Gathered(Objects.requireNonNull(finish.apply(value), "the finish must not return null"), claim);
  }
}
