package stage.samples.flights;

import java.time.Instant;

/**
 * A flight with its time, for windows.
 *
 * @param departure when, as it stands in the input, which does not say where: taken as UTC
 * @param flight the flight
 */
record TimedFlight(Instant departure, Flight flight) implements Row {
  /** {@return the key it is grouped under} */
  String key() {
    return flight.key();
  }
}
