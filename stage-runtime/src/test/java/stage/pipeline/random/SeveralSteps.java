package stage.pipeline.random;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Pipeline;

/** Steps with several parts inside, or with a second pipeline. */
final class SeveralSteps {
  private static final Bound MANY = Bound.rows(100_000);

  static final List<RandomStep> ALL = List.of(
      SeveralSteps::parallel, SeveralSteps::perWorker,
      with(SeveralSteps::merge), with(SeveralSteps::concat), with(SeveralSteps::zip), with(SeveralSteps::mergeSorted),
      with(Joins::whole), with(Joins::near), with(Joins::inWindows), with(SeveralSteps::enrich));

  private SeveralSteps() {}

  /** A step with a second pipeline. */
  @FunctionalInterface
  private interface Both {
    ModelledPipeline of(ModelledPipeline all, ModelledPipeline other, Choice choice);
  }

  private static RandomStep with(Both step) {
    return (all, c) ->
        c.depth() == 0 ? all : step.of(all, RandomPipeline.of(c.random(), c.depth() - 1), c);
  }

  // ---- parts

  private static ModelledPipeline parallel(ModelledPipeline all, Choice c) {
    var part = new Part(all, c);
    Pipeline<Integer> merged = all.pipeline().parallel(c.workers(), part::of);
    return part.merged("parallel", merged);
  }

  private static ModelledPipeline perWorker(ModelledPipeline all, Choice c) {
    var part = new Part(all, c);
    Pipeline<Integer> merged = all.pipeline().keyBy(n -> n % c.k()).workers(c.workers()).perWorker(part::of);
    return part.merged("perWorker", merged);
  }

  /** What is made several times. Its model takes all elements, since each of its steps looks at one alone. */
  private static final class Part {
    private final ModelledPipeline all;
    private final Choice choice;
    private ModelledPipeline inside;

    Part(ModelledPipeline all, Choice choice) {
      this.all = all;
      this.choice = choice;
    }

    Pipeline<Integer> of(Pipeline<Integer> part) {
      Random random = choice.random();
      inside = new ModelledPipeline("", part, all.expected(), all.isOrdered(), all.isTimed());
      for (int i = random.nextInt(3); i > 0; i--) {
        inside = Choice.step(inside, ElementSteps.ALL, random, choice.depth() - 1);
      }
      return inside.pipeline();
    }

    ModelledPipeline merged(String step, Pipeline<Integer> merged) {
      return all.then(step + choice.workers() + "(" + inside.text() + ")", merged, inside.expected()).unordered();
    }
  }

  // ---- two pipelines

  static ModelledPipeline merge(ModelledPipeline all, ModelledPipeline other, Choice c) {
    return all.then("merge(" + other.text() + ")", Pipeline.merge(all.pipeline(), other.pipeline()),
        Stream.concat(all.expected().stream(), other.expected().stream()).toList()).asFarAs(other).unordered();
  }

  private static ModelledPipeline concat(ModelledPipeline all, ModelledPipeline other, Choice c) {
    return all.then("concat(" + other.text() + ")", Pipeline.concat(all.pipeline(), other.pipeline()),
        Stream.concat(all.expected().stream(), other.expected().stream()).toList()).asFarAs(other);
  }

  /** Only what comes in order has certain partners. */
  private static ModelledPipeline zip(ModelledPipeline all, ModelledPipeline other, Choice c) {
    if (!all.isOrdered() || !other.isOrdered()) return merge(all, other, c);
    int size = Math.min(all.expected().size(), other.expected().size());
    return all.then("zip(" + other.text() + ")", all.pipeline().zip(other.pipeline(), Integer::sum),
        IntStream.range(0, size).mapToObj(i -> all.expected().get(i) + other.expected().get(i)).toList());
  }

  /** The least of what comes next in both, even where they are not sorted. */
  private static ModelledPipeline mergeSorted(ModelledPipeline all, ModelledPipeline other, Choice c) {
    if (!all.isOrdered() || !other.isOrdered()) return merge(all, other, c);
    List<Integer> model = new ArrayList<>();
    int l = 0;
    int r = 0;
    while (l < all.expected().size() || r < other.expected().size()) {
      boolean isLeft = r == other.expected().size()
          || l < all.expected().size() && all.expected().get(l) <= other.expected().get(r);
      model.add(isLeft ? all.expected().get(l++) : other.expected().get(r++));
    }
    return all.then("mergeSorted(" + other.text() + ")",
        Pipeline.mergeSorted(Comparator.<Integer>naturalOrder(), all.pipeline(), other.pipeline()), model)
        .asFarAs(other);
  }

  private static ModelledPipeline enrich(ModelledPipeline all, ModelledPipeline other, Choice c) {
    Set<Integer> known = new HashSet<>(other.expected());
    return all.then("enrich(" + other.text() + ")",
        all.pipeline().enrich(other.pipeline().toTable(r -> r, MANY), n -> n, (n, r) -> r.isPresent() ? n + 1 : n),
        all.expected().stream().map(n -> known.contains(n) ? n + 1 : n).toList());
  }
}
