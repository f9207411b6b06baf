package stage.api.pipeline;

import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Collector;
import stage.api.pipeline.plan.End;
import stage.api.pipeline.plan.Node;
import stage.api.pipeline.plan.Origin;
import stage.api.pipeline.plan.Site;

/**
 * Takes the types off what users hand in: nodes know none, and the signatures of {@link Pipeline} have checked them.
 */
@SuppressWarnings("unchecked")
final class Erased {
  private Erased() {}

  static Fn<Object, Object> fn(String name, Fn<?, ?> fn) {
    return (Fn<Object, Object>) Arguments.notNull(name, fn);
  }

  static Fn2<Object, Object, Object> fn2(String name, Fn2<?, ?, ?> fn) {
    return (Fn2<Object, Object, Object>) Arguments.notNull(name, fn);
  }

  static Fold<Object, Object> fold(Object zero, Fold<?, ?> fold) {
    return UnchangingFold.of(zero, (Fold<Object, Object>) Arguments.notNull("fold", fold));
  }

  static Merge<Object> merge(String name, Merge<?> merge) {
    return (Merge<Object>) Arguments.notNull(name, merge);
  }

  static Criterion<Object> criterion(String name, Criterion<?> criterion) {
    return (Criterion<Object>) Arguments.notNull(name, criterion);
  }

  static Action<Object> action(String name, Action<?> action) {
    return (Action<Object>) Arguments.notNull(name, action);
  }

  static Weight<Object> weight(String name, Weight<?> weight) {
    return (Weight<Object>) Arguments.notNull(name, weight);
  }

  static Comparator<Object> order(String name, Comparator<?> order) {
    return (Comparator<Object>) Arguments.notNull(name, order);
  }

  static Collector<Object, Object, Object> collector(Collector<?, ?, ?> collector) {
    return (Collector<Object, Object, Object>) Arguments.notNull("collector", collector);
  }

  /** {@return what a user's function makes of a fan-out's elements} It runs now. */
  static Node.Branch branch(Site site, Fn<? extends Object, ? extends Job<?>> branch) {
    var start = new Node.Source(site, new Origin.Branch(), new Object());
    Job<?> job = (Job<?>) applied("branch", site, (Fn<Object, ?>) Arguments.notNull("branch",
        branch), new Pipeline<>(start));
    End end = job.blueprint().end();
    return new Node.Branch(start, end);
  }

  /** {@return what a user's function makes of a pipeline} It runs now. */
  static Object applied(String name, Site site, Fn<Object, ?> fn, Pipeline<?> pipeline) {
    Object made;
    try {
      made = fn.apply(pipeline);
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Exception thrown) {
      throw new IllegalArgumentException("the " + name + " of " + site + " threw " + thrown, thrown);
    }
    return Objects.requireNonNull(made, () -> "the " + name + " of " + site
        + " returned null; it must return a pipeline or job");
  }
}
