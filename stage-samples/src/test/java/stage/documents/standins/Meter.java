package stage.documents.standins;

import java.util.function.Consumer;

/** {@code io.opentelemetry.api.metrics.Meter}. */
public interface Meter {
  Counter counterBuilder(String name);

  GaugeBuilder gaugeBuilder(String name);

  /** Its builder of counters. */
  interface Counter {
    DoubleCounter ofDoubles();

    AutoCloseable buildWithCallback(Consumer<Measurement> callback);
  }

  /** Its builder of counters of fractions. */
  interface DoubleCounter {
    DoubleCounter setUnit(String unit);

    AutoCloseable buildWithCallback(Consumer<DoubleMeasurement> callback);
  }

  /** Its builder of gauges. */
  interface GaugeBuilder {
    LongGaugeBuilder ofLongs();
  }

  /** Its builder of gauges of whole numbers. */
  interface LongGaugeBuilder {
    AutoCloseable buildWithCallback(Consumer<Measurement> callback);
  }

  /** What a callback measures into. */
  interface Measurement {
    void record(long value, Attributes attributes);
  }

  /** What a callback measures fractions into. */
  interface DoubleMeasurement {
    void record(double value, Attributes attributes);
  }
}
