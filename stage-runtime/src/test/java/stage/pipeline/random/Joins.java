package stage.pipeline.random;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Join;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;

/** Joins of all kinds, whose model is two loops. */
final class Joins {
  private static final Bound MANY = Bound.rows(100_000);
  private static final int MOST_PAIRS = 3_000;
  private static final int SIZE = 7;   // of windows, in seconds

  private Joins() {}

  /** How two pipelines whose keys are known are joined. */
  private interface Joining {
    Join.Ready<Integer, Integer> of(Join.On<Integer, Integer, Integer> on);
  }

  static ModelledPipeline whole(ModelledPipeline all, ModelledPipeline other, Choice c) {
    return joined("join", all, other, c, on -> on.whole(MANY), (l, r) -> true).untimed();
  }

  /** The time of an element is the number that it is. */
  static ModelledPipeline near(ModelledPipeline all, ModelledPipeline other, Choice c) {
    int before = c.random().nextInt(4);
    int after = c.random().nextInt(4);
    return joined("joinNear", all.timed(), other.timed(), c, on -> on.within(Duration.ofSeconds(before),
        Duration.ofSeconds(after), MANY), (l, r) -> -before <= r - l && r - l <= after).unordered();
  }

  static ModelledPipeline inWindows(ModelledPipeline all, ModelledPipeline other, Choice c) {
    return joined("joinInWindows", all.timed(), other.timed(), c,
        on -> on.window(Windows.tumbling(Duration.ofSeconds(SIZE)), MANY), (l, r) -> l / SIZE == r / SIZE).unordered();
  }

  private static ModelledPipeline joined(String step, ModelledPipeline all, ModelledPipeline other, Choice c,
      Joining joining, BiPredicate<Integer, Integer> areNear) {
    if (all.expected().size() * other.expected().size() > MOST_PAIRS) return SeveralSteps.merge(all, other, c);
    Join.Ready<Integer, Integer> ready = joining.of(all.pipeline().join(other.pipeline())
        .on(l -> l % c.k(), r -> r % c.k()).workers(c.workers()));
    boolean hasLeft = c.random().nextBoolean();
    boolean hasRight = c.random().nextBoolean();
    Pipeline<Integer> pairs;
    if (hasLeft && hasRight) pairs = ready.full(Joins::pair);
    else if (hasLeft) pairs = ready.left((l, r) -> pair(Optional.of(l), r));
    else if (hasRight) pairs = ready.right((l, r) -> pair(l, Optional.of(r)));
    else pairs = ready.inner((l, r) -> pair(Optional.of(l), Optional.of(r)));
    List<Integer> model = new ArrayList<>();
    BiPredicate<Integer, Integer> arePair = areNear.and((l, r) -> l % c.k() == r % c.k());
    for (int l : all.expected()) {
      List<Integer> partners = other.expected().stream().filter(r -> arePair.test(l, r)).toList();
      partners.forEach(r -> model.add(pair(Optional.of(l), Optional.of(r))));
      if (hasLeft && partners.isEmpty()) model.add(pair(Optional.of(l), Optional.empty()));
    }
    for (int r : other.expected()) {
      boolean isAlone = all.expected().stream().noneMatch(l -> arePair.test(l, r));
      if (hasRight && isAlone) model.add(pair(Optional.empty(), Optional.of(r)));
    }
    String kind = hasLeft && hasRight ? "full" : hasLeft ? "left" : hasRight ? "right" : "inner";
    return all.then(step + c.workers() + "." + kind + "(" + other.text() + ")", pairs, model).asFarAs(other);
  }

  private static int pair(Optional<Integer> left, Optional<Integer> right) {
    return (left.map(l -> l * 3).orElse(501) + right.orElse(77)) % 1_000;
  }
}
