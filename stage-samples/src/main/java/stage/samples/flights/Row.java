package stage.samples.flights;

/** What happens to a line: a flight, or a reject. The events that {@link FlightParser} emits. */
sealed interface Row permits Flight, FlightDelays, TimedFlight, Reject {}
