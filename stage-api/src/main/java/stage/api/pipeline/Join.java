package stage.api.pipeline;

import java.time.Duration;
import java.util.Optional;
import stage.api.pipeline.plan.Node;
import stage.api.pipeline.plan.Pairing;
import stage.api.pipeline.plan.Site;

/**
 * Two pipelines whose elements are paired: those with equal keys that are near in time, in the same window, or all. An
 * immutable description; all methods may be called on any thread and only describe, as those of {@link Pipeline} do.
 * The set of results depends on nothing but the elements and their times; their order means nothing.
 *
 * @param <L> the elements of the left one
 * @param <R> the elements of the right one
 * @since 0.1
 */
public final class Join<L, R> {
  private final Site site;
  private final Node left;
  private final Node right;

  Join(Site site, Node left, Node right) {
    this.site = site;
    this.left = left;
    this.right = right;
  }

  /**
   * {@return the same, to be paired by equal keys}
   *
   * @param left the key of an element on the left, with {@code equals} and {@code hashCode}; never null
   * @param right the key of an element on the right; never null
   * @param <K> the keys
   */
  public <K> On<K, L, R> on(Fn<? super L, ? extends K> left, Fn<? super R, ? extends K> right) {
    return new On<>(site, this.left, this.right, Erased.fn("left", left), Erased.fn("right", right), 1);
  }

  /**
   * Two pipelines with keys: says which elements of a key are paired.
   *
   * @param <K> the keys
   * @param <L> the elements of the left one
   * @param <R> the elements of the right one
   * @since 0.1
   */
  public static final class On<K, L, R> {
    private final Site site;
    private final Node left;
    private final Node right;
    private final Fn<Object, Object> leftKey;
    private final Fn<Object, Object> rightKey;
    private final int workers;

    private On(Site site, Node left, Node right, Fn<Object, Object> leftKey, Fn<Object, Object> rightKey, int workers) {
      this.site = site;
      this.left = left;
      this.right = right;
      this.leftKey = leftKey;
      this.rightKey = rightKey;
      this.workers = workers;
    }

    /**
     * {@return the same, the keys shared out among workers} Each worker is a stage with a thread of its own, and gets
     * all elements of its keys, from both sides.
     *
     * @param n how many workers, from 1 to 1,024
     * @throws IllegalArgumentException if {@code n} is out of that range
     */
    public On<K, L, R> workers(int n) {
      return new On<>(site, left, right, leftKey, rightKey, Arguments.workers("n", n));
    }

    /**
     * {@return the same, with those near in time paired} Both sides need event time. As Flink's interval join.
     *
     * @param before how much earlier than the left element the right one may be, not negative; included
     * @param after how much later it may be, not negative; included
     * @param bound how many elements may be kept, on each worker
     * @throws IllegalArgumentException if a time is negative
     */
    public Ready<L, R> within(Duration before, Duration after, Bound bound) {
      Arguments.notNegative("before", before);
      Arguments.notNegative("after", after);
      return new Ready<>(this, new Pairing.Within(before, after, Arguments.notNull("bound", bound)));
    }

    /**
     * {@return the same, with those in the same window paired} Both sides need event time.
     *
     * @param windows tumbling, sliding or calendar windows
     * @param bound how many elements may be kept, on each worker
     * @throws IllegalArgumentException if the windows are of another kind
     */
    public Ready<L, R> window(Windows windows, Bound bound) {
      Arguments.notNull("windows", windows);
      if (!windows.needsEventTime() || windows.shape() instanceof Windows.Shape.Sessions) {
        throw Arguments.refused(
            "windows of a join must be tumbling, sliding or of the calendar, but were " + windows.shape());
      }
      return new Ready<>(this, new Pairing.InWindow(windows, Arguments.notNull("bound", bound)));
    }

    /**
     * {@return the same, with all elements of both sides paired} Keeps everything until both sides have ended.
     *
     * @param bound how many elements may be kept, on each worker
     */
    public Ready<L, R> whole(Bound bound) {
      return new Ready<>(this, new Pairing.Whole(Arguments.notNull("bound", bound)));
    }
  }

  /**
   * Two pipelines that can be joined: says what happens to elements without a partner, as SQL's joins do.
   *
   * @param <L> the elements of the left one
   * @param <R> the elements of the right one
   * @since 0.1
   */
  public static final class Ready<L, R> {
    private final On<?, L, R> on;
    private final Pairing pairing;

    private Ready(On<?, L, R> on, Pairing pairing) {
      this.on = on;
      this.pairing = pairing;
    }

    /**
     * {@return the result for each pair}
     *
     * @param fn makes one of a left and a right element
     * @param <X> the results
     */
    public <X> Pipeline<X> inner(Fn2<? super L, ? super R, ? extends X> fn) {
      return joined(Pairing.Unmatched.NONE, fn);
    }

    /**
     * {@return the result for each pair, and for each on the left that has no partner when none can come any more}
     *
     * @param fn makes one of a left element and its partner, empty if there is none
     * @param <X> the results
     */
    public <X> Pipeline<X> left(Fn2<? super L, ? super Optional<R>, ? extends X> fn) {
      return joined(Pairing.Unmatched.LEFT, fn);
    }

    /**
     * {@return the result for each pair, and for each on the right that has no partner when none can come any more}
     *
     * @param fn makes one of a right element and its partner, empty if there is none
     * @param <X> the results
     */
    public <X> Pipeline<X> right(Fn2<? super Optional<L>, ? super R, ? extends X> fn) {
      return joined(Pairing.Unmatched.RIGHT, fn);
    }

    /**
     * {@return the result for each pair, and for each that has no partner when none can come any more}
     *
     * @param fn makes one of both; one of them may be empty, never both
     * @param <X> the results
     */
    public <X> Pipeline<X> full(Fn2<? super Optional<L>, ? super Optional<R>, ? extends X> fn) {
      return joined(Pairing.Unmatched.BOTH, fn);
    }

    private <X> Pipeline<X> joined(Pairing.Unmatched unmatched, Fn2<?, ?, ?> fn) {
      return new Pipeline<>(new Node.Joined(
          on.site, on.left, on.right, on.leftKey, on.rightKey, on.workers, pairing, unmatched, Erased.fn2("fn", fn)));
    }
  }
}
