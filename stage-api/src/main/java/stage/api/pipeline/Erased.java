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
    return (Fn<Object, Object>) Objects.requireNonNull(fn, name + " must not be null");
  }

  static Fn2<Object, Object, Object> fn2(String name, Fn2<?, ?, ?> fn) {
    return (Fn2<Object, Object, Object>) Objects.requireNonNull(fn, name + " must not be null");
  }

  static Fold<Object, Object> fold(String name, Fold<?, ?> fold) {
    return (Fold<Object, Object>) Objects.requireNonNull(fold, name + " must not be null");
  }

  static Merge<Object> merge(String name, Merge<?> merge) {
    return (Merge<Object>) Objects.requireNonNull(merge, name + " must not be null");
  }

  static Condition<Object> condition(String name, Condition<?> condition) {
    return (Condition<Object>) Objects.requireNonNull(condition, name + " must not be null");
  }

  static Action<Object> action(String name, Action<?> action) {
    return (Action<Object>) Objects.requireNonNull(action, name + " must not be null");
  }

  static Weight<Object> weight(String name, Weight<?> weight) {
    return (Weight<Object>) Objects.requireNonNull(weight, name + " must not be null");
  }

  static Comparator<Object> order(String name, Comparator<?> order) {
    return (Comparator<Object>) Objects.requireNonNull(order, name + " must not be null");
  }

  static Collector<Object, Object, Object> collector(Collector<?, ?, ?> collector) {
    return (Collector<Object, Object, Object>) Objects.requireNonNull(collector, "collector must not be null");
  }

  /** {@return what a user's function makes of a fan-out's elements} It runs now. */
  static Node.Branch branch(Site site, Fn<? extends Object, ? extends Job<?>> branch) {
    var start = new Node.Source(site, new Origin.Branch(), new Object());
    Job<?> job = (Job<?>) applied("branch", site, (Fn<Object, ?>) Objects.requireNonNull(branch,
        "branch must not be null"), new Pipeline<>(start));
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
        + " returned null; it must return what it makes of the pipeline");
  }

  static int atLeastOne(String name, int n) {
    if (n < 1) throw new IllegalArgumentException(name + " must be at least 1, but was " + n);
    return n;
  }

  static <T> T notNull(String name, T value) {
    return Objects.requireNonNull(value, name + " must not be null");
  }
}
