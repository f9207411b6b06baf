package stage.runtime.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import stage.runtime.lane.Lane;

/** Ways through the graph of subscriptions. In loops: a graph may be deeper than a stack. */
final class Route {
  private Route() {}

  /** {@return the cells that get events from this one, directly or through others} Any thread. */
  static Set<Cell<?>> downstreamOf(Cell<?> cell) {
    Set<Cell<?>> found = new LinkedHashSet<>();
    var ahead = new ArrayDeque<Cell<?>>(List.of(cell));
    while (!ahead.isEmpty()) {
      forEachConsumer(ahead.poll(), consumer -> {
        if (found.add(consumer)) ahead.add(consumer);
      });
    }
    return found;
  }

  /**
   * {@return the cells by which events get from one cell to another, both included; empty if they do not} Looks from
   * both ends by turns, so that it costs what the smaller side does: nothing for a consumer that nobody is subscribed
   * to. Under the graph's lock.
   *
   * @param from where the way begins
   * @param to where it ends
   */
  static List<Cell<?>> between(Cell<?> from, Cell<?> to) {
    if (from == to) return List.of(from);
    var down = new Search(from, Route::forEachConsumer);
    var up = new Search(to, Route::forEachProducer);
    while (true) {
      down.goOn();
      if (down.hasFound(to)) return down.wayTo(to).reversed();
      if (down.isOver()) return List.of();
      up.goOn();
      if (up.hasFound(from)) return up.wayTo(from);
      if (up.isOver()) return List.of();
    }
  }

  private interface Step {
    void forEachNext(Cell<?> from, Consumer<Cell<?>> next);
  }

  private static void forEachConsumer(Cell<?> producer, Consumer<Cell<?>> next) {
    if (producer.producerHalf() == null) return;
    for (Lane<?> lane : producer.producerHalf().lanes()) if (!lane.hasLeft()) next.accept(Cell.at(lane.consumer()));
  }

  private static void forEachProducer(Cell<?> consumer, Consumer<Cell<?>> next) {
    if (consumer.consumerHalf() == null) return;
    for (LaneInlet<?> inlet : consumer.consumerHalf().inlets()) next.accept(Cell.at(inlet.lane().producer()));
  }

  /** A search in one direction, a cell at a time. */
  private static final class Search {
    private final Step step;
    private final Map<Cell<?>, Cell<?>> cameFrom = new HashMap<>();
    private final ArrayDeque<Cell<?>> ahead = new ArrayDeque<>();

    Search(Cell<?> start, Step step) {
      this.step = step;
      cameFrom.put(start, null);
      ahead.add(start);
    }

    /** Looks one step beyond the next cell; there is one. */
    void goOn() {
      Cell<?> at = ahead.remove();
      step.forEachNext(at, next -> {
        if (cameFrom.containsKey(next)) return;
        cameFrom.put(next, at);
        ahead.add(next);
      });
    }

    boolean isOver() {
      return ahead.isEmpty();
    }

    boolean hasFound(Cell<?> cell) {
      return cameFrom.containsKey(cell);
    }

    /** {@return the cells on the way, from the found one back to the start} */
    List<Cell<?>> wayTo(Cell<?> found) {
      List<Cell<?>> way = new ArrayList<>();
      for (Cell<?> at = found; at != null; at = cameFrom.get(at)) way.add(at);
      return way;
    }
  }
}
