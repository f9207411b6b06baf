package stage.runtime.supervision;

import java.util.ArrayList;
import java.util.List;
import stage.api.observe.SupervisorSnapshot;
import stage.api.observe.TreeSnapshot;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellNumbers;

/** Takes the numbers of everything below a supervisor. Any thread; waits for the tree's lock only. */
final class Trees {
  private Trees() {}

  static TreeSnapshot of(SupervisorCell root) {
    List<Cell<?>> cells = new ArrayList<>();
    List<SupervisorSnapshot> supervisors = new ArrayList<>();
    root.shared().locked(() -> {
      root.members().forEachCell(cells::add);
      supervisors.add(of(root, root.members()));
      root.members().supervisorsBelow().forEach(below -> supervisors.add(of(below, below.members())));
    });
    // Not under the lock: a thousand stages take a millisecond or two, in which others could not crash, start or end.
    var numbers = CellNumbers.of(cells, root.time());
    return new TreeSnapshot(root.path(), root.time().instant(), numbers.nanos(), numbers.stages(),
        numbers.subscriptions(), supervisors, List.of());
  }

  private static SupervisorSnapshot of(SupervisorCell supervisor, Children children) {
    Counters counters = supervisor.counters();
    return new SupervisorSnapshot(supervisor.path(), supervisor.spec().strategy().name(), supervisor.isRestarting(),
        children.all().size(),
        counters.crashes, counters.restarts, counters.escalations);
  }
}
