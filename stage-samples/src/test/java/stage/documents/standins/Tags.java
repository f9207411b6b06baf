package stage.documents.standins;

/** {@code io.micrometer.core.instrument.Tags}. */
public record Tags(String... keysAndValues) {
  public static Tags of(String... keysAndValues) {
    return new Tags(keysAndValues);
  }
}
