package stage.documents.standins;

import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** {@code io.micrometer.core.instrument.FunctionTimer}. */
public interface FunctionTimer {
  static <T> Builder<T> builder(String name, T state, ToLongFunction<T> count, ToDoubleFunction<T> total,
      TimeUnit unit) {
    return new Builder<>(name, state, count, total, unit);
  }

  /** Its builder. */
  record Builder<T>(String name, T state, ToLongFunction<T> count, ToDoubleFunction<T> total, TimeUnit unit) {
    public Builder<T> tags(Tags tags) {
      return this;
    }

    public FunctionTimer register(MeterRegistry registry) {
      return new FunctionTimer() { };
    }
  }
}
