package stage.api.pipeline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How elements become one value: a beginning, a step, a way to merge two, and an end. The accumulated value must be
 * immutable: each step returns a new one, because the changes of a turn are undone when it crashes.
 *
 * @param zero what there is before the first element
 * @param fold takes one element more in
 * @param merge joins two, where windows overlap or grow together
 * @param finish makes the result
 * @param <T> the elements
 * @param <A> what is accumulated
 * @param <R> the result
 * @since 0.1
 */
public record Aggregation<T, A, R>(A zero, Fold<A, ? super T> fold, Merge<A> merge, Fn<? super A, ? extends R> finish) {
  /** Checks that nothing is missing. */
  public Aggregation {
    Arguments.notNull("zero", zero);
    Arguments.notNull("fold", fold);
    Arguments.notNull("merge", merge, "; use aggregate(zero, fold) where none is needed");
    Arguments.notNull("finish", finish, "; use accumulated -> accumulated");
  }

  /**
   * {@return how many there are}
   *
   * @param <T> the elements
   */
  public static <T> Aggregation<T, ?, Long> counting() {
    return new Aggregation<T, Long, Long>(0L, (n, element) -> n + 1, Long::sum, n -> n);
  }

  /**
   * {@return their sum, which overflows as {@code long}s do}
   *
   * @param value what an element adds
   * @param <T> the elements
   */
  public static <T> Aggregation<T, ?, Long> summing(Weight<? super T> value) {
    Arguments.notNull("value", value);
    return new Aggregation<T, Long, Long>(0L, (sum, element) -> sum + value.of(element), Long::sum, sum -> sum);
  }

  /** What a mean is made of. */
  private record Mean(double sum, long count) {
    private Mean plus(double more, long elements) {
      return new Mean(sum + more, count + elements);
    }
  }

  /**
   * {@return their mean} Sums of {@code double}s vary in the last bits with the order of the elements.
   *
   * @param value of an element; never null
   * @param <T> the elements
   */
  public static <T> Aggregation<T, ?, Double> averaging(Fn<? super T, ? extends Number> value) {
    Arguments.notNull("value", value);
    return new Aggregation<T, Mean, Double>(new Mean(0, 0),
        (mean, element) -> mean.plus(value.apply(element).doubleValue(), 1),
        (one, other) -> one.plus(other.sum, other.count), mean -> mean.sum / mean.count);
  }

  /**
   * {@return the greatest, the greatest first} Of equal ones those that came first.
   *
   * @param k how many, at least 1
   * @param order which of two is greater
   * @param <T> the elements
   * @throws IllegalArgumentException if {@code k} is below 1
   */
  public static <T> Aggregation<T, ?, List<T>> topK(int k, Comparator<? super T> order) {
    Arguments.atLeastOne("k", k);
    Arguments.notNull("order", order);
    return new Aggregation<T, List<T>, List<T>>(
        List.of(), (top, element) -> with(top, element, k, order), (one, other) -> merged(one, other, k, order),
            top -> top);
  }

  private static <T> List<T> with(List<T> top, T element, int k, Comparator<? super T> order) {
    int at = top.size();
    while (at > 0 && order.compare(top.get(at - 1), element) < 0) at--;
    if (at == k) return top;
    List<T> more = new ArrayList<>(top);
    more.add(at, element);
    if (more.size() > k) more.removeLast();
    return List.copyOf(more);
  }

  private static <T> List<T> merged(List<T> one, List<T> other, int k, Comparator<? super T> order) {
    List<T> all = one;
    for (T element : other) all = with(all, element, k, order);
    return all;
  }
}
