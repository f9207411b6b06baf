package stage.samples.bench;

import java.util.Arrays;

/**
 * The clock of one ping-pong: makes the pings, checks the pongs, and keeps how long each round trip took. The first
 * player's thread only.
 */
final class RoundTrips {
  private final long[] nanos;
  private int done;
  private long startNanos;

  RoundTrips(int count) {
    nanos = new long[count];
  }

  /** {@return the first ping} The clock runs from now on. */
  Long first() {
    startNanos = System.nanoTime();
    return Events.at(0);
  }

  /** {@return the next ping; null if this was the last pong} */
  Long next(Long pong) {
    long now = System.nanoTime();
    if (pong != Events.at(done))
      throw new IllegalStateException("pong " + done + " must be " + Events.at(done) + ", but was " + pong);
    nanos[done++] = now - startNanos;
    startNanos = now;
    return done < nanos.length ? Events.at(done) : null;
  }

  /** {@return how long each took, shortest first} */
  long[] sortedNanos() {
    if (done < nanos.length)
      throw new IllegalStateException("there were to be " + nanos.length + " round trips, but there were " + done);
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
