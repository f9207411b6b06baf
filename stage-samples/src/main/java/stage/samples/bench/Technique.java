package stage.samples.bench;

import stage.api.Demand;

/**
 * A way to move events between threads, in each of the shapes that are measured.
 *
 * <p>Each method builds the shape, sends {@link Events} through it, waits for the end, and answers the sum of all that
 * its consumers saw. {@code demand} bounds what may be on its way in each hop, and tells the size of a batch where the
 * technique has batches.
 */
interface Technique {
  /** {@return its name in tables} */
  String name();

  /**
   * A producer, relays that pass each event on, and a consumer that adds up.
   *
   * @param hops how often an event goes from a thread to another: one more than there are relays
   */
  long hops(int hops, Demand demand, long events) throws Exception;

  /** A producer, and workers that add up; each event goes to one of them. */
  long fanOut(int workers, Demand demand, long events) throws Exception;

  /** A producer, and consumers that add up; each event goes to all of them. */
  long broadcast(int consumers, Demand demand, long events) throws Exception;

  /**
   * A producer, and consumers that count by key; each event goes to the one for its key. The sum comes from the counts.
   */
  long partition(int partitions, Demand demand, long events) throws Exception;

  /**
   * Two players: one sends a ping when it has the pong of the one before, the other echoes. One event at a time is on
   * its way.
   */
  void pingPong(RoundTrips trips) throws Exception;
}
