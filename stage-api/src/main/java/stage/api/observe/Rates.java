package stage.api.observe;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;

/**
 * Keeps snapshots of one tree for a minute, so that rates over the last 1, 10 and 60 seconds can be computed. The
 * engine itself keeps no window.
 *
 * <p>For one thread at a time. Keeps at most {@value #PER_WINDOW} snapshots for each of the three windows, however
 * often it is given one.
 *
 * @since 0.1
 */
public final class Rates {
  /** How many snapshots each window keeps at most. */
  public static final int PER_WINDOW = 12;

  /**
   * The intervals over which rates are available.
   *
   * @since 0.1
   */
  public enum Window {
    /** The last second. */
    SECOND(1),
    /** The last ten seconds. */
    TEN_SECONDS(10),
    /** The last minute. */
    MINUTE(60);

    private final long nanos;

    Window(long seconds) {
      this.nanos = seconds * 1_000_000_000;
    }

    /** {@return how long it is} */
    public Duration length() {
      return Duration.ofNanos(nanos);
    }
  }

  private static final class Ring {
    private final long nanos;
    private final ArrayDeque<TreeSnapshot> kept = new ArrayDeque<>();

    Ring(long nanos) {
      this.nanos = nanos;
    }

    void add(TreeSnapshot tree) {
      // The oldest one kept is the youngest that is at least a window old, so that there is always one to compare with.
      while (kept.size() > 1 && tree.nanos() - second().nanos() >= nanos) kept.poll();
      if (kept.isEmpty() || tree.nanos() - kept.peekLast().nanos() >= nanos / (PER_WINDOW - 2)) kept.add(tree);
    }

    private TreeSnapshot second() {
      var all = kept.iterator();
      all.next();
      return all.next();
    }
  }

  private final Ring[] rings = new Ring[Window.values().length];
  private TreeSnapshot latest;

  /** Makes one that has seen nothing yet. */
  public Rates() {
    for (Window window : Window.values()) rings[window.ordinal()] = new Ring(window.nanos);
  }

  /**
   * Takes the next snapshot.
   *
   * @param tree taken of the same tree, and later than the one before
   * @throws IllegalArgumentException if it is older than the one before, or of another tree
   */
  public void add(TreeSnapshot tree) {
    Objects.requireNonNull(tree, "tree must not be null");
    if (latest != null && !latest.scope().equals(tree.scope())) {
      throw new IllegalArgumentException("rates are kept of " + latest.scope() + ", but the snapshot is of "
          + tree.scope());
    }
    if (latest != null && tree.nanos() - latest.nanos() < 0) {
      throw new IllegalArgumentException("snapshots must be added in the order in which they were taken, but this one"
          + " is " + (latest.nanos() - tree.nanos()) + " ns older than the last one");
    }
    latest = tree;
    for (Ring ring : rings) ring.add(tree);
  }

  /** {@return the last snapshot that was added, if any} */
  public Optional<TreeSnapshot> latest() {
    return Optional.ofNullable(latest);
  }

  /**
   * {@return the rates over a window, or over what there is of it;
   * {@link TreeRates#NONE} until there are two snapshots}
   *
   * @param window how far back
   */
  public TreeRates over(Window window) {
    Objects.requireNonNull(window, "window must not be null");
    TreeSnapshot oldest = rings[window.ordinal()].kept.peek();
    return oldest == null ? TreeRates.NONE : TreeRates.between(oldest, latest);
  }
}
