package stage.runtime.supervision;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import stage.api.StageSnapshot;
import stage.api.observe.BlockedCall;
import stage.api.observe.SupervisorSnapshot;
import stage.api.observe.TreeSnapshot;
import stage.runtime.engine.BlockedThread;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellNumbers;

/** Takes the numbers of everything below a supervisor. Any thread; waits for the tree's lock only. */
final class Trees {
  private Trees() {}

  static TreeSnapshot of(SupervisorCell root) {
    List<Cell<?>> cells = new ArrayList<>();
    List<SupervisorSnapshot> supervisors = new ArrayList<>();
    root.shared().locked(() -> {
      cells.addAll(root.members().cells());
      supervisors.add(of(root, root.members()));
      root.members().supervisorsBelow().forEach(below -> supervisors.add(of(below, below.members())));
    });
    // Not under the lock: a thousand stages take a millisecond or two, in which others could not crash, start or end.
    var numbers = CellNumbers.of(cells, root.time());
    return new TreeSnapshot(root.path(), root.time().instant(), numbers.nanos(), numbers.stages(),
        numbers.subscriptions(),
        supervisors, calls(root, numbers));
  }

  private static List<BlockedCall> calls(SupervisorCell root, CellNumbers numbers) {
    List<BlockedThread> blocked = root.shared().graph().blockedThreads();
    if (blocked.isEmpty()) return List.of();
    Set<String> paths = numbers.stages().stream().map(StageSnapshot::path).collect(Collectors.toSet());
    return blocked.stream()
        .filter(caller -> paths.contains(caller.target()) || paths.contains(caller.name()))
        .sorted(Comparator.comparingLong(BlockedThread::sinceNanos))
        .map(caller -> new BlockedCall(caller.name(), caller.isStage(), caller.target(), caller.method(),
            Duration.ofNanos(Math.max(0, numbers.nanos() - caller.sinceNanos()))))
        .toList();
  }

  private static SupervisorSnapshot of(SupervisorCell supervisor, Children children) {
    Counters counters = supervisor.counters();
    return new SupervisorSnapshot(supervisor.path(), supervisor.spec().strategy().name(), supervisor.isRestarting(),
        children.all().size(), counters.crashes, counters.restarts, counters.escalations, supervisor.closesIn());
  }
}
