package stage.documents.standins;

import java.util.function.Consumer;

/** {@code io.opentelemetry.api.metrics.Meter}. */
public interface Meter {
  Counter counterBuilder(String name);

  /** Its builder of counters. */
  interface Counter {
    AutoCloseable buildWithCallback(Consumer<Measurement> callback);
  }

  /** What a callback measures into. */
  interface Measurement {
    void record(long value, Attributes attributes);
  }
}
