package stage.runtime.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Ways through a graph. In loops: a graph may be deeper than a stack.
 *
 * @param <T> what stands at the ends of its edges
 */
final class Route<T> {
  /** The edges from one place, in one direction. */
  interface Edges<T> {
    List<T> from(T place);
  }

  private final Edges<T> down;
  private final Edges<T> up;

  /**
   * Knows a graph.
   *
   * @param down the edges in their direction
   * @param up the same edges against it
   */
  Route(Edges<T> down, Edges<T> up) {
    this.down = down;
    this.up = up;
  }

  /** {@return the places that can be reached from one, directly or through others} */
  Set<T> downstreamOf(T from) {
    Set<T> found = new LinkedHashSet<>();
    var ahead = new ArrayDeque<T>(List.of(from));
    while (!ahead.isEmpty()) {
      for (T next : down.from(ahead.poll())) if (found.add(next)) ahead.add(next);
    }
    return found;
  }

  /**
   * {@return the places on a way from one to another, both included; empty if there is none} Looks from both ends by
   * turns, so that it costs what the smaller side does.
   *
   * @param from where the way begins
   * @param to where it ends
   */
  List<T> between(T from, T to) {
    if (from == to) return List.of(from);
    var ahead = new Search<>(from, down);
    var back = new Search<>(to, up);
    while (true) {
      ahead.goOn();
      if (ahead.hasFound(to)) return ahead.wayTo(to).reversed();
      if (ahead.isOver()) return List.of();
      back.goOn();
      if (back.hasFound(from)) return back.wayTo(from);
      if (back.isOver()) return List.of();
    }
  }

  /** A search in one direction, a place at a time. */
  private static final class Search<T> {
    private final Edges<T> edges;
    private final Map<T, T> cameFrom = new HashMap<>();
    private final ArrayDeque<T> ahead = new ArrayDeque<>();

    Search(T start, Edges<T> edges) {
      this.edges = edges;
      cameFrom.put(start, null);
      ahead.add(start);
    }

    /** Looks one step beyond the next place; there is one. */
    void goOn() {
      T at = ahead.remove();
      for (T next : edges.from(at)) {
        if (cameFrom.containsKey(next)) continue;
        cameFrom.put(next, at);
        ahead.add(next);
      }
    }

    boolean isOver() {
      return ahead.isEmpty();
    }

    boolean hasFound(T place) {
      return cameFrom.containsKey(place);
    }

    /** {@return the places on the way, from the found one back to the start} */
    List<T> wayTo(T found) {
      List<T> way = new ArrayList<>();
      for (T at = found; at != null; at = cameFrom.get(at)) way.add(at);
      return way;
    }
  }
}
