package stage.runtime.observe;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  // after the first.
  private static final long[] LOOKS_NANOS = {50_000_000, 400_000_000};

  private final Observed scope;
  private final Map<String, List<Thread>> threads = new HashMap<>();

  Explainer(Observed scope) {
    this.scope = scope;
  }

  Explanation explain() {
    Registration watch = scope.watch();
    try {
      TreeSnapshot first = scope.tree();
      TreeSnapshot last = first;
      List<Finding> stuck = List.of();
      boolean goesOn = true;
      for (int look = 0; look < LOOKS_NANOS.length && goesOn; look++) {
        goesOn = isOver(first.nanos() + LOOKS_NANOS[look]);
        last = scope.tree();
        stuck = stuck(first, last);
        if (stuck.isEmpty()) break;
      }
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

  private List<Finding> stuck(TreeSnapshot first, TreeSnapshot last) {
    threads.clear();
    return Stuck.find(new Stand(first, last, this::look), last);
  }

  private List<Observed.Place> look(String stage) {
    if (threads.isEmpty()) threads.putAll(scope.threads());
    return threads.getOrDefault(stage, List.of()).stream().map(scope::placeOf).toList();
  }

  private static List<Finding> flowing(TreeSnapshot first, TreeSnapshot last) {
    TreeRates rates = TreeRates.between(first, last);
    List<Finding> slow = Slow.find(last, rates);
    if (!slow.isEmpty()) return slow;
    double handled = last.stages().stream().mapToDouble(stage -> rates.of(stage).in()).sum();
    return List.of(new Finding.Healthy(last.stages().size(), handled));
  }
}
