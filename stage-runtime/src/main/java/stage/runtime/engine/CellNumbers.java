package stage.runtime.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
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
    Map<Long, SubscriptionSnapshot> lanes = new LinkedHashMap<>();
    List<StageSnapshot> stages = new ArrayList<>(cells.size());
    for (Cell<?> cell : cells) {
      StageSnapshot stage = Snapshots.of(cell, now, lane -> lanes.computeIfAbsent(lane.id(), id -> lane.snapshot(now)));
      if (stage.status() != StageSnapshot.Status.ENDED) stages.add(stage);
    }
    return new CellNumbers(now, stages, List.copyOf(lanes.values()));
  }
}
