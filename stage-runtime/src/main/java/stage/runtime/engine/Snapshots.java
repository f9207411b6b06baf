package stage.runtime.engine;

import java.util.Arrays;
import java.util.List;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.runtime.time.Awaiting;

/** Reads the numbers of a cell. Any thread; waits for nobody. */
final class Snapshots {
  private Snapshots() {}

  static StageSnapshot of(Cell<?> cell) {
    ConsumerHalf consumers = cell.consumerHalf();
    List<SubscriptionSnapshot> inputs = consumers == null
        ? List.of()
        : Arrays.stream(consumers.inlets()).map(inlet -> inlet.lane().snapshot()).toList();
    Awaiting awaiting = cell.carrier().awaiting();
    String what = awaiting == Awaiting.Now.READY ? "RUNNING" : awaiting instanceof Awaiting.Timer timer ? timer.what() + " or a timer" : awaiting.toString();
    ProducerHalf<?> half = cell.producerHalf();
    if (half == null) {
      return new StageSnapshot(cell.path(), cell.status(), cell.incarnation(), what, cell.mailbox().size(), 0, 0, 0, 0,
          cell.deadLettered(), 0, 0, inputs, List.of());
    }
    List<SubscriptionSnapshot> outputs = Arrays.stream(half.lanes()).map(Lane::snapshot).toList();
    boolean alive = cell.isAlive();
    return new StageSnapshot(cell.path(), cell.status(), cell.incarnation(), what, cell.mailbox().size(), alive ? half.waiting.read() : 0,
        half.emitted.read(), half.dropped.read(), half.skipped.read(), cell.deadLettered(), half.returned.read(),
        alive ? 0 : half.waiting.read(), inputs, outputs);
  }
}
