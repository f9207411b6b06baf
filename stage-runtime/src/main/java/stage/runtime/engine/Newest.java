package stage.runtime.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import stage.runtime.lane.Lane;
import stage.runtime.lane.LaneEnd;

/**
 * The lanes of a producer that has several, by consumer and partition, the newest first: few consumers have more than
 * one. The producer's cell only.
 */
final class Newest {
  private record Place(LaneEnd consumer, Optional<String> partition) {}

  /** A lane, and the one that its consumer had before it; null if there is none. */
  private static final class Link {
    private final Lane<?> lane;
    private Link older;

    Link(Lane<?> lane, Link older) {
      this.lane = lane;
      this.older = older;
    }
  }

  private final Map<Place, Link> newest = new HashMap<>();

  /** Notes a lane, unless that has been done. */
  void note(Lane<?> lane) {
    Place place = placeOf(lane);
    Link before = newest.get(place);
    for (Link link = before; link != null; link = link.older) if (link.lane == lane) return;
    newest.put(place, new Link(lane, before));
  }

  /** Forgets a lane, which was taken back. */
  void forget(Lane<?> lane) {
    Place place = placeOf(lane);
    Link first = newest.get(place);
    if (first == null) return;
    if (first.lane == lane) {
      if (first.older == null) newest.remove(place);
      else newest.put(place, first.older);
      return;
    }
    for (Link link = first; link.older != null; link = link.older) {
      if (link.older.lane == lane) {
        link.older = link.older.older;
        return;
      }
    }
  }

  /** {@return whether its consumer has given up an older one, of which not everything has come back} */
  boolean isBehindOneGivenUp(Lane<?> lane) {
    for (Link link = newest.get(placeOf(lane)); link != null; link = link.older) {
      if (link.lane.id() < lane.id() && link.lane.isGivenUp()) return true;
    }
    return false;
  }

  private static Place placeOf(Lane<?> lane) {
    return new Place(lane.consumer(), lane.spec().partition());
  }
}
