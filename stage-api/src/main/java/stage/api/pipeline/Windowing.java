package stage.api.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import stage.api.pipeline.plan.Framing;
import stage.api.pipeline.plan.Node;
import stage.api.pipeline.plan.Reducing;
import stage.api.pipeline.plan.Site;

/**
 * Elements in windows, to be reduced in each. An immutable description; all methods may be called on any thread and
 * only describe, as those of {@link Pipeline} do.
 *
 * <p>There is one final result for each key and window that has an element. It comes when no more elements can belong
 * there. The times of the elements decide that, never the times at which they arrive.
 *
 * @param <K> the keys
 * @param <T> the elements
 * @since 0.1
 */
public final class Windowing<K, T> {
  private final Site site;
  private final Node node;
  private final Site keySite;
  private final Fn<Object, Object> key;
  private final int workers;
  private final Framing framing;

  Windowing(Site site, Node node, Site keySite, Fn<Object, Object> key, int workers, Framing framing) {
    this.site = site;
    this.node = node;
    this.keySite = keySite;
    this.key = key;
    this.workers = workers;
    this.framing = framing;
  }

  static Framing framed(Site site, Windows windows) {
    return new Framing(site, Arguments.notNull("windows", windows), Optional.empty(), 0, Optional.empty());
  }

  private Windowing<K, T> with(Framing framing) {
    return new Windowing<>(site, node, keySite, key, workers, framing);
  }

  /**
   * {@return the same; another pipeline gets the elements that are late for all of their windows} They are counted as
   * late in any case.
   *
   * @param branch makes the other pipeline, up to its sink; called once, now, and its result must not be null. The
   *     result of the branch's job is dropped
   * @throws IllegalArgumentException if {@code branch} threw a checked exception
   */
  public Windowing<K, T> lateTo(Fn<Pipeline<T>, Job<?>> branch) {
    Site here = Site.here("lateTo");
    var late = Optional.of(Erased.branch(here, branch));
    return with(new Framing(framing.site(), framing.windows(), late, framing.earlyEvents(), framing.earlyEvery()));
  }

  /**
   * {@return the same, with early panes of each window to which elements come, once in a period} The period begins with
   * the first of them; a window to which none have come since its last early panes has no new ones. By the clock: which
   * early panes there are depends on when elements come. Not for sessions, which are refused when the job is run.
   *
   * @param every the period, above zero
   * @throws IllegalArgumentException if {@code every} is not above zero
   */
  public Windowing<K, T> early(Duration every) {
    Arguments.positive("every", every);
    return with(new Framing(framing.site(), framing.windows(), framing.late(), framing.earlyEvents(),
        Optional.of(every)));
  }

  /**
   * {@return the same, with an early pane after every {@code everyEvents} elements of a window} Not for sessions, which
   * are refused when the job is run.
   *
   * @param everyEvents at least 1
   * @throws IllegalArgumentException if {@code everyEvents} is below 1
   */
  public Windowing<K, T> early(int everyEvents) {
    Arguments.atLeastOne("everyEvents", everyEvents);
    return with(new Framing(framing.site(), framing.windows(), framing.late(), everyEvents, framing.earlyEvery()));
  }

  /** {@return how many elements there were} */
  public Pipeline<Pane<K, Long>> count() {
    return reduced("count", new Reducing.Count());
  }

  /**
   * {@return a sum, which overflows as {@code long}s do}
   *
   * @param value what an element adds
   */
  public Pipeline<Pane<K, Long>> sum(Weight<? super T> value) {
    return reduced("sum", new Reducing.Sum(Erased.weight("value", value)));
  }

  /**
   * {@return the elements themselves, in the order in which they came, as unmodifiable lists}
   *
   * @param bound how many may be kept over all keys and windows, on each worker
   * @throws IllegalArgumentException if windows of a number of elements hold more than that
   */
  public Pipeline<Pane<K, List<T>>> toList(Bound bound) {
    Arguments.notNull("bound", bound);
    if (framing.windows().shape() instanceof Windows.Shape.Count(int size) && bound.rows() < size) {
      throw Arguments.refused("the bound must be at least " + size + " rows, as many as a window holds, but was "
          + bound.rows());
    }
    return reduced("toList", new Reducing.ToList(bound));
  }

  /**
   * {@return a folded value} Not for sessions, which may grow together, or sliding windows, which share their parts:
   * they need a way to merge, and are refused without one when the job is run.
   *
   * @param zero a window's value before its first element
   * @param fold takes one element in, and returns a new value
   * @param <A> the values
   */
  public <A> Pipeline<Pane<K, A>> aggregate(A zero, Fold<A, ? super T> fold) {
    var how = new Reducing.Aggregate(Arguments.notNull("zero", zero), Erased.fold(zero, fold), null, value -> value);
    return reduced("aggregate", how);
  }

  /**
   * {@return a folded value}
   *
   * @param zero a window's value before its first element
   * @param fold takes one element in, and returns a new value
   * @param merge joins two values, where windows overlap or sessions grow together
   * @param <A> the values
   */
  public <A> Pipeline<Pane<K, A>> aggregate(A zero, Fold<A, ? super T> fold, Merge<A> merge) {
    Arguments.notNull("zero", zero);
    var how = new Reducing.Aggregate(zero, Erased.fold(zero, fold), Erased.merge("merge", merge), value -> value);
    return reduced("aggregate", how);
  }

  /**
   * {@return an aggregated value}
   *
   * @param how how elements become one value
   * @param <A> what is accumulated
   * @param <R> the results
   */
  public <A, R> Pipeline<Pane<K, R>> aggregate(Aggregation<? super T, A, R> how) {
    return reduced("aggregate", aggregated(how));
  }

  static Reducing aggregated(Aggregation<?, ?, ?> how) {
    Arguments.notNull("how", how);
    return new Reducing.Aggregate(
        how.zero(), Erased.fold(how.zero(), how.fold()), Erased.merge("merge", how.merge()), Erased.fn("finish",
            how.finish()));
  }

  private <R> Pipeline<R> reduced(String kind, Reducing how) {
    return new Pipeline<>(new Node.Reduced(Site.here(kind), node, keySite, key, workers, Optional.of(framing), how));
  }
}
