package stage.runtime.observe;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
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
  // two snapshots are enough to say that nothing is stuck, and what seems to be is looked at again, at these times
  // after the first, unless each of them has waited for longer than that already: its own clock says since when.
  private static final long[] LOOKS_NANOS = {50_000_000, 400_000_000};
  private static final Duration LONG = Duration.ofNanos(LOOKS_NANOS[LOOKS_NANOS.length - 1]);

  private final Observed scope;
  private Looks looks;   // the last; null before the first

  Explainer(Observed scope) {
    this.scope = scope;
  }

  Explanation explain() {
    Registration watch = scope.watch();
    try {
      TreeSnapshot first = scope.tree();
      TreeSnapshot last = first;
      List<Finding> stuck = List.of();
      for (long nanos : LOOKS_NANOS) {
        if (!isOver(first.nanos() + nanos)) break;   // too early to say more
        last = scope.tree();
        stuck = stuck(first, last);
        if (haveAllLastedLong(stuck, last)) break;
      }
      if (looks == null) looks = new Looks(scope, null);
      return new Explanation(stuck.isEmpty() ? flowing(first, last) : stuck);
    } finally {
      watch.close();
    }
  }

  /** As {@link #explain()}, where nothing moves while anybody looks. */
  Explanation explain(TreeSnapshot still) {
    List<Finding> stuck = stuck(still, still);
    return new Explanation(stuck.isEmpty() ? flowing(still, still) : stuck);
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
    return Stuck.find(new Stand(first, last, looks), last);
  }

  private List<Finding> flowing(TreeSnapshot first, TreeSnapshot last) {
    TreeRates rates = TreeRates.between(first, last);
    List<Finding> slow = Slow.find(last, rates, looks);
    if (!slow.isEmpty()) return slow;
    double handled = last.stages().stream().mapToDouble(stage -> rates.of(stage).in()).sum();
    return List.of(new Finding.Healthy(last.stages().size(), handled));
  }
}
