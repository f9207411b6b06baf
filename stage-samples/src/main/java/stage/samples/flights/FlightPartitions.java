package stage.samples.flights;

import java.util.ArrayList;
import java.util.List;
import stage.api.Dispatcher;

/**
 * Who gets which row: all flights of one key go to the same one of a number of tallies, so that each key is counted in
 * one place and their results need only be put side by side; rejects go to a partition of their own.
 */
final class FlightPartitions {
  /** The partition of malformed lines. */
  static final String REJECTS = "rejects";

  private final int tallies;
  private final List<String> names = new ArrayList<>();

  FlightPartitions(int tallies) {
    this.tallies = tallies;
    for (int i = 0; i < tallies; i++) names.add("tally-" + i);
    names.add(REJECTS);
  }

  /** {@return the names of the partitions that count} */
  List<String> tallies() {
    return names.subList(0, tallies);
  }

  /** {@return the partition of a row} */
  String of(Row row) {
    return row instanceof Flight flight ? names.get(numberOf(flight.key())) : REJECTS;
  }

  /** {@return the rule for the parser, who hands out the rows} */
  Dispatcher<Row> dispatch() {
    return Dispatcher.partition(names, this::of);
  }

  private int numberOf(String key) {
    int hash = key.hashCode() * 0x9E3779B9;   // keys such as 00 to 23 differ in a few low bits; spread them over all
    return (int) ((hash & 0xFFFFFFFFL) * tallies >>> 32);
  }
}
