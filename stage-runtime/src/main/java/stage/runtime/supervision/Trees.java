package stage.runtime.supervision;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import stage.api.StageSnapshot;
import stage.api.observe.BlockedCall;
import stage.api.observe.SupervisorSnapshot;
import stage.api.observe.TreeSnapshot;
import stage.runtime.engine.BlockedThread;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellNumbers;

/** Takes the numbers of everything below a supervisor. Any thread; waits for the tree's lock only. */
final class Trees {
  private static final Comparator<BlockedThread> OLDEST_FIRST = new OldestFirst();

  private Trees() {}

  private static final class OldestFirst implements Comparator<BlockedThread> {
    @Override
    public int compare(BlockedThread one, BlockedThread other) {
      return Long.compare(one.sinceNanos(), other.sinceNanos());
    }
  }

  static TreeSnapshot of(SupervisorCell root) {
    List<Cell<?>> cells = new ArrayList<>();
    List<SupervisorSnapshot> supervisors = new ArrayList<>();
    root.shared().lock();
    try {
      cells.addAll(root.members().cells());
      supervisors.add(of(root, root.members()));
      for (SupervisorCell below : root.members().supervisorsBelow()) supervisors.add(of(below, below.members()));
    } finally {
      root.shared().unlock();
    }
    // Not under the lock: a thousand stages take a millisecond or two, in which others could not crash, start or end.
    var numbers = CellNumbers.of(cells, root.time());
    return new TreeSnapshot(root.path(), root.time().instant(), numbers.nanos(), numbers.stages(),
        numbers.subscriptions(),
        supervisors, calls(root, numbers));
  }

  private static List<BlockedCall> calls(SupervisorCell root, CellNumbers numbers) {
    List<BlockedThread> blocked = root.shared().graph().blockedThreads();
    if (blocked.isEmpty()) return List.of();
    Set<String> paths = HashSet.newHashSet(numbers.stages().size());
    for (StageSnapshot stage : numbers.stages()) paths.add(stage.path());
    List<BlockedThread> here = new ArrayList<>(blocked.size());
    for (BlockedThread caller : blocked)
      if (paths.contains(caller.target()) || paths.contains(caller.name())) here.add(caller);
    here.sort(OLDEST_FIRST);
    List<BlockedCall> calls = new ArrayList<>(here.size());
    for (BlockedThread caller : here)
      calls.add(new BlockedCall(caller.name(), caller.isStage(), caller.target(), caller.method(),
          Duration.ofNanos(Math.max(0, numbers.nanos() - caller.sinceNanos()))));
    return List.copyOf(calls);
  }

  private static SupervisorSnapshot of(SupervisorCell supervisor, Children children) {
    Counters counters = supervisor.counters();
    return new SupervisorSnapshot(supervisor.path(), supervisor.spec().strategy().name(), supervisor.isRestarting(),
        children.all().size(), counters.crashes, counters.restarts, counters.escalations, supervisor.closesIn());
  }
}
