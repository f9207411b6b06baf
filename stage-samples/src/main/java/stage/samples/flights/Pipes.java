package stage.samples.flights;

import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The pipes among the inputs: they belong to the job and not to one life of the reader, because they cannot be opened
 * again.
 */
final class Pipes implements Closeable {
  private final Map<Integer, Pipe> open = new ConcurrentSkipListMap<>();   // by the number of the input
  private final boolean canStop;
  private volatile boolean stopped;   // written by who interrupts the job

  /** None yet, and none that can be ended from here. */
  Pipes() {
    this(false);
  }

  /**
   * None yet.
   *
   * @param canStop whether they can be ended though nobody writes to them
   */
  Pipes(boolean canStop) {
    this.canStop = canStop;
  }

  /** {@return the pipe that is this input} Opened now, or, if a reader had it before, as that left it. */
  Pipe of(int number, TextInput input) throws IOException {
    Pipe pipe = open.get(number);
    if (pipe == null) {
      pipe = new Pipe(input.open());
      if (canStop) pipe.input().pump();
      open.put(number, pipe);
      if (stopped) pipe.input().stop();
    }
    return pipe;
  }

  /** Ends them: what they have brought is read, and no more. Any thread. */
  void stop() {
    stopped = true;
    for (Pipe pipe : open.values()) pipe.input().stop();
  }

  /** Forgets what is before a place, which no reader will go back to. */
  void keepFrom(Place place) throws IOException {
    Iterator<Map.Entry<Integer, Pipe>> all = open.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Integer, Pipe> pipe = all.next();
      if (pipe.getKey() < place.input()) {
        all.remove();
        pipe.getValue().close();
      } else if (pipe.getKey() == place.input()) {
        pipe.getValue().keepFrom(place.offset());
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Pipe pipe : open.values()) pipe.close();
  }
}
