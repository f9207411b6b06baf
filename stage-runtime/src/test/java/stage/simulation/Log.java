package stage.simulation;

import java.util.Arrays;
import java.util.List;

/**
 * A list that only grows, and never changes: the state of a sink. Those that grew from one another share an array, of
 * which each knows its part; who grows when its next place is taken, by a turn that was undone, goes on in a copy.
 */
final class Log {
  private static final int LEAST = 8;

  private final NumberedEvent[] events;
  private final int size;

  private Log(NumberedEvent[] events, int size) {
    this.events = events;
    this.size = size;
  }

  static Log empty() {
    return new Log(new NumberedEvent[LEAST], 0);
  }

  Log with(NumberedEvent event) {
    boolean hasRoom = size < events.length && events[size] == null;
    NumberedEvent[] grown = hasRoom ? events : Arrays.copyOf(Arrays.copyOf(events, size), Math.max(LEAST, 2 * size));
    grown[size] = event;
    return new Log(grown, size + 1);
  }

  int size() {
    return size;
  }

  /** {@return what is in it, the oldest first} */
  List<NumberedEvent> events() {
    return Arrays.asList(events).subList(0, size);
  }
}
