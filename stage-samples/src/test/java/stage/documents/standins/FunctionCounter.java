package stage.documents.standins;

import java.util.function.ToDoubleFunction;

/** {@code io.micrometer.core.instrument.FunctionCounter}. */
public interface FunctionCounter {
  static <T> Builder<T> builder(String name, T state, ToDoubleFunction<T> value) {
    return new Builder<>(name, state, value);
  }

  /** Its builder. */
  record Builder<T>(String name, T state, ToDoubleFunction<T> value) {
    public Builder<T> tags(Tags tags) {
      return this;
    }

    public FunctionCounter register(MeterRegistry registry) {
      return new FunctionCounter() { };
    }
  }
}
