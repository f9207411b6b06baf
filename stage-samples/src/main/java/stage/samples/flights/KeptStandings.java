package stage.samples.flights;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import stage.api.pipeline.KeyValue;

/** The results of the pipeline: its last step keeps here what is counted of each key, and a display reads it. */
final class KeptStandings implements Standings {
  private final Map<String, DelayCounts> counts = new ConcurrentHashMap<>();   // no count changes once it is in here
  private final LongSupplier malformed;

  /**
   * Nothing is counted yet.
   *
   * @param malformed tells how many lines were malformed so far
   */
  KeptStandings(LongSupplier malformed) {
    this.malformed = malformed;
  }

  /** Keeps the newest counts of a key. What is done twice after a crash changes nothing. */
  void keep(KeyValue<String, DelayCounts> newest) {
    counts.put(newest.key(), newest.value());
  }

  /** {@return all that is counted} */
  DelayTable table() {
    return new DelayTable(counts.entrySet().stream().map(each -> each.getValue().row(each.getKey())).toList());
  }

  @Override
  public Optional<Standing> ask() {
    return Optional.of(new Standing(table(), malformed.getAsLong()));
  }
}
