package stage.runtime.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.runtime.lane.Lane;
import stage.runtime.time.Time;

/**
 * The numbers of several cells at about one instant.
 *
 * @param nanos when
 * @param stages of each cell that has not ended, in the order in which they were given
 * @param subscriptions each subscription of these cells once: the very objects that are in {@code stages}
 */
public record CellNumbers(long nanos, List<StageSnapshot> stages, List<SubscriptionSnapshot> subscriptions) {
  /**
   * {@return the numbers of these cells} Any thread; waits for nobody.
   *
   * @param cells which
   * @param time whose clock to read
   */
  public static CellNumbers of(Collection<Cell<?>> cells, Time time) {
    long now = time.nanos();
    Map<Long, SubscriptionSnapshot> lanes = HashMap.newHashMap(cells.size());
    List<SubscriptionSnapshot> inOrder = new ArrayList<>(cells.size());
    Function<Lane<?>, SubscriptionSnapshot> once = new Function<>() {
      @Override
      public SubscriptionSnapshot apply(Lane<?> lane) {
        SubscriptionSnapshot known = lanes.get(lane.id());
        if (known != null) return known;
        SubscriptionSnapshot read = lane.snapshot(now);
        lanes.put(lane.id(), read);
        inOrder.add(read);
        return read;
      }
    };
    List<StageSnapshot> stages = new ArrayList<>(cells.size());
    for (Cell<?> cell : cells) {
      StageSnapshot stage = Snapshots.of(cell, now, once);
      if (stage.status() != StageSnapshot.Status.ENDED) stages.add(stage);
    }
    return new CellNumbers(now, stages, inOrder);
  }
}
