package stage.pipeline.random;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Models of steps that make lists, and a number for a list that shows what is in it and in which order. */
final class Lists {
  private Lists() {}

  static int shown(List<Integer> list) {
    int all = list.size();
    for (int n : list) all = (31 * all + n) % 1_000;
    return all;
  }

  /** {@return a model of numbers, of one of lists} */
  static UnaryOperator<Stream<Integer>> model(Function<List<Integer>, List<List<Integer>>> lists) {
    return all -> lists.apply(all.toList()).stream().map(Lists::shown);
  }

  static Function<List<Integer>, List<List<Integer>>> ofSize(int size) {
    return all -> weighted(all, size, n -> 1);
  }

  /** {@return lists that are full at a weight, and above it only if one element is} */
  static List<List<Integer>> weighted(List<Integer> all, int most, ToIntFunction<Integer> weight) {
    List<List<Integer>> lists = new ArrayList<>();
    List<Integer> open = new ArrayList<>();
    int sum = 0;
    for (int n : all) {
      int its = weight.applyAsInt(n);
      if (!open.isEmpty() && sum + its > most) {
        lists.add(open);
        open = new ArrayList<>();
        sum = 0;
      }
      open.add(n);
      sum += its;
      if (sum < most) continue;
      lists.add(open);
      open = new ArrayList<>();
      sum = 0;
    }
    if (!open.isEmpty()) lists.add(open);
    return lists;
  }
}
