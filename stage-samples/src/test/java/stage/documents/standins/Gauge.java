package stage.documents.standins;

import java.util.function.ToDoubleFunction;

/** {@code io.micrometer.core.instrument.Gauge}. */
public interface Gauge {
  static <T> Builder<T> builder(String name, T state, ToDoubleFunction<T> value) {
    return new Builder<>(name, state, value);
  }

  /** Its builder. */
  record Builder<T>(String name, T state, ToDoubleFunction<T> value) {
    public Builder<T> tags(Tags tags) {
      return this;
    }

    public Gauge register(MeterRegistry registry) {
      return new Gauge() { };
    }
  }
}
