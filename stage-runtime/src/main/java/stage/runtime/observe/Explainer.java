package stage.runtime.observe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import stage.api.StageSnapshot;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.observe.Registration;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.runtime.supervision.Observed;

/** Explains one scope: takes snapshots some time apart, and draws conclusions from what they have in common. */
final class Explainer {
  // A thread may be kept from its processor for dozens of milliseconds on a busy machine, and is not stuck for that. So
  // two snapshots are enough to say that nothing is stuck, and what seems to be is looked at again, unless each of them
  // has waited for longer than that already: its own clock says since when. What may just be slow is looked at until
  // its time is over.
  private static final long FIRST_LOOK = 50_000_000;
  private static final long EACH_LOOK = 400_000_000;   // from the second on, and this after the first snapshot
  private static final Duration LONG = Duration.ofNanos(EACH_LOOK);

  private final Observed scope;
  private final Duration limit;
  private Looks looks;   // the last; null before the first
  private Stand stand;   // by it

  Explainer(Observed scope) {
    this(scope, StallLimit.USUAL);
  }

  /**
   * @param scope which
   * @param limit how long anything may stand still and is only slow
   */
  Explainer(Observed scope, Duration limit) {
    this.scope = scope;
    this.limit = limit;
  }

  Explanation explain() {
    return explain(Optional.empty());
  }

  /**
   * {@return an explanation}
   *
   * @param earlier a tree since which the scope has been watched: what goes through is counted from there on, since
   *     there is little to count in a few dozens of milliseconds
   */
  Explanation explain(Optional<TreeSnapshot> earlier) {
    Registration watch = scope.watch();
    try {
      TreeSnapshot first = scope.tree();
      TreeSnapshot last = first;
      List<Finding> stuck = List.of();
      for (long nanos = FIRST_LOOK; isOver(first.nanos() + nanos); nanos = nanos - nanos % EACH_LOOK + EACH_LOOK) {
        last = scope.tree();
        stuck = stuck(first, last);
        if (!stand.limits().isUndecided() && (nanos >= EACH_LOOK || haveAllLastedLong(stuck, last))) break;
      }
      if (stand == null) stuck(first, last);   // interrupted: too early to say more
      return new Explanation(worst(stuck, earlier.orElse(first), last));
    } finally {
      watch.close();
    }
  }

  /** As {@link #explain()}, where nothing moves while anybody looks. */
  Explanation explain(TreeSnapshot still) {
    return new Explanation(worst(stuck(still, still), still, still));
  }

  /** {@return whether the time has come} If not, the caller was interrupted, and stays so. */
  private boolean isOver(long atNanos) {
    try {
      scope.time().latch().await(atNanos - scope.time().nanos());   // nobody opens it
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * {@return whether another look would find the same} But a culprit that has mail may just have been told to go on.
   */
  private static boolean haveAllLastedLong(List<Finding> stuck, TreeSnapshot tree) {
    Set<String> withMail = new HashSet<>();
    for (StageSnapshot stage : tree.stages()) if (stage.mailbox() > 0) withMail.add(stage.path());
    for (Finding finding : stuck) {
      if (!(finding instanceof Finding.RootCause cause) || isShort(cause.lasted())) return false;
      if (withMail.contains(cause.culprit())) return false;
      for (Finding.Victim victim : cause.victims()) if (isShort(victim.waiting())) return false;
    }
    return true;
  }

  private static boolean isShort(Duration lasted) {
    return lasted.compareTo(LONG) < 0;
  }

  private List<Finding> stuck(TreeSnapshot first, TreeSnapshot last) {
    looks = new Looks(scope, looks);
    stand = new Stand(first, last, looks, limit);
    return Stuck.find(stand, last);
  }

  private static boolean isUnselected(Finding finding) {
    return finding instanceof Finding.RootCause cause && cause.kind() == Finding.Kind.NOTHING_SELECTED;
  }

  /**
   * {@return what is stuck; if nothing is, which selectors turn everything down, what is slow, and what stands still as
   * it is meant to; and which supervisors wait for their stages to end}
   */
  private List<Finding> worst(List<Finding> found, TreeSnapshot first, TreeSnapshot last) {
    boolean isStuck = found.stream().anyMatch(Finding::isStuck);
    List<Finding> all = new ArrayList<>();
    all.addAll(found);
    if (!isStuck) {
      // A stage that gets nothing is worth more attention than how fast those go that keep it so.
      int unselected = (int) found.stream().filter(Explainer::isUnselected).count();
      all.sort(Comparator.comparing(finding -> !isUnselected(finding)));
      all.addAll(unselected, Slow.find(first, last, looks, stand.limits().slow()));
    }
    all.addAll(Closings.find(last));
    if (!all.isEmpty()) return all;
    TreeRates rates = TreeRates.between(first, last);
    double handled = last.stages().stream().mapToDouble(stage -> rates.of(stage).in()).sum();
    return List.of(new Finding.Healthy(last.stages().size(), handled));
  }
}
