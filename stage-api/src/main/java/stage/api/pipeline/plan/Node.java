package stage.api.pipeline.plan;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import stage.api.pipeline.Criterion;
import stage.api.pipeline.Fn;
import stage.api.pipeline.Fn2;

/**
 * A node of a description: what comes before it, and what is done. Compared by identity where it matters: a
 * description is a graph.
 */
public sealed interface Node {
  /** {@return the call that made it} */
  Site site();

  /** {@return what comes before it, in order} */
  List<Node> inputs();

  /**
   * {@return a copy that the user has named}
   *
   * @param name the name
   */
  Node named(String name);

  /**
   * Where elements come from.
   *
   * @param site the call
   * @param origin where from
   * @param identity the same for copies of one source
   */
  record Source(Site site, Origin origin, Object identity) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of();
    }

    @Override
    public Node named(String name) {
      return new Source(site.named(name), origin, identity);
    }
  }

  /**
   * A step that is fused with its neighbours.
   *
   * @param site the call
   * @param input what comes before
   * @param step what it does
   */
  record Fused(Site site, Node input, Step step) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    @Override
    public Node named(String name) {
      return new Fused(site.named(name), input, step);
    }
  }

  /**
   * A boundary between two stages.
   *
   * @param site the call
   * @param input what comes before
   * @param how how elements get across
   */
  record Crossed(Site site, Node input, Crossing how) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    @Override
    public Node named(String name) {
      return new Crossed(site.named(name), input, how);
    }
  }

  /**
   * Steps that several workers do.
   *
   * @param site the call
   * @param input what comes before
   * @param key which elements go to the same worker; null if it does not matter
   * @param workers how many
   * @param part what a worker is given
   * @param result what a worker makes of it
   */
  record Parallel(Site site, Node input, Fn<Object, Object> key, int workers, Source part,
      Node result) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    @Override
    public Node named(String name) {
      return new Parallel(site.named(name), input, key, workers, part, result);
    }
  }

  /**
   * A reducer.
   *
   * @param site the call
   * @param input what comes before
   * @param keySite the call of keyBy; the reducer's own if there is none
   * @param key of an element; null to reduce all together
   * @param workers how many share the keys
   * @param framing the windows; empty for none
   * @param how what elements come to
   */
  record Reduced(Site site, Node input, Site keySite, Fn<Object, Object> key, int workers, Optional<Framing> framing,
      Reducing how)
      implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    @Override
    public Node named(String name) {
      return new Reduced(site.named(name), input, keySite, key, workers, framing, how);
    }
  }

  /**
   * Elements of several inputs as they come.
   *
   * @param site the call
   * @param inputs the inputs
   */
  record Merged(Site site, List<Node> inputs) implements Node {
    @Override
    public Node named(String name) {
      return new Merged(site.named(name), inputs);
    }
  }

  /**
   * Elements of several sorted inputs, sorted.
   *
   * @param site the call
   * @param inputs the inputs
   * @param order by which they are sorted
   */
  record MergedSorted(Site site, List<Node> inputs, Comparator<Object> order) implements Node {
    @Override
    public Node named(String name) {
      return new MergedSorted(site.named(name), inputs, order);
    }
  }

  /**
   * One input after the other.
   *
   * @param site the call
   * @param inputs the inputs
   */
  record Concatenated(Site site, List<Node> inputs) implements Node {
    @Override
    public Node named(String name) {
      return new Concatenated(site.named(name), inputs);
    }
  }

  /**
   * The first with the first, the second with the second …
   *
   * @param site the call
   * @param left one input
   * @param right the other
   * @param fn of two elements
   */
  record Zipped(Site site, Node left, Node right, Fn2<Object, Object, Object> fn) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(left, right);
    }

    @Override
    public Node named(String name) {
      return new Zipped(site.named(name), left, right, fn);
    }
  }

  /**
   * Elements of two inputs that belong together.
   *
   * @param site the call
   * @param left one input
   * @param right the other
   * @param leftKey of its elements
   * @param rightKey of its elements
   * @param workers how many share the keys
   * @param pairing which belong together
   * @param unmatched which of the others are in the result
   * @param fn makes a result: of elements, or of an {@link Optional} where a side may be missing
   */
  record Joined(
      Site site, Node left, Node right, Fn<Object, Object> leftKey, Fn<Object, Object> rightKey, int workers,
          Pairing pairing,
      Pairing.Unmatched unmatched, Fn2<Object, Object, Object> fn) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(left, right);
    }

    @Override
    public Node named(String name) {
      return new Joined(site.named(name), left, right, leftKey, rightKey, workers, pairing, unmatched, fn);
    }
  }

  /**
   * Elements with what a table says of them.
   *
   * @param site the call
   * @param input the elements
   * @param table the table
   * @param key of an element
   * @param fn makes a result of an element and an {@link Optional} row
   */
  record Enriched(Site site, Node input, TablePlan table, Fn<Object, Object> key,
      Fn2<Object, Object, Object> fn) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input, table.input());
    }

    @Override
    public Node named(String name) {
      return new Enriched(site.named(name), input, table, key, fn);
    }
  }

  /**
   * A fan-out: other pipelines get its elements, too.
   *
   * @param site the call
   * @param input the elements
   * @param branches the others
   */
  record Copied(Site site, Node input, List<Branch> branches) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    @Override
    public Node named(String name) {
      return new Copied(site.named(name), input, branches);
    }
  }

  /**
   * A fan-out: another pipeline gets some of its elements.
   *
   * @param site the call
   * @param input the elements
   * @param test which
   * @param branch the other
   */
  record Diverted(Site site, Node input, Criterion<Object> test, Branch branch) implements Node {
    @Override
    public List<Node> inputs() {
      return List.of(input);
    }

    @Override
    public Node named(String name) {
      return new Diverted(site.named(name), input, test, branch);
    }
  }

  /**
   * A pipeline that a fan-out feeds.
   *
   * @param start where its elements come from
   * @param end where it ends
   */
  record Branch(Source start, End end) {}
}
