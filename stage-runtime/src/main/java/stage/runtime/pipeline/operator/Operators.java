package stage.runtime.pipeline.operator;

import java.time.Duration;
import java.util.Optional;
import stage.api.pipeline.Bound;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.Windows;
import stage.api.pipeline.plan.Framing;
import stage.api.pipeline.plan.Reducing;

/** Makes operators from their descriptions: the door of this room. */
public final class Operators {
  private Operators() {}

  /**
   * {@return an operator that reduces the elements of each key}
   *
   * @param how what they come to
   * @param framing the windows; empty for all time
   * @throws IllegalArgumentException if the two do not go together
   */
  @SuppressWarnings({"unchecked", "rawtypes"})   // elements and results are objects here; what they are, the pipeline's types have said
  public static SingleInput<Object, Object> reducing(Reducing how, Optional<Framing> framing) {
    if (framing.isPresent()) return windows(how, framing.get());
    return switch (how) {
      case Reducing.Scan(var zero, var fold) -> new ScanByKey(zero, fold, KeyValue::new);
      case Reducing.Collect(var collector) -> (SingleInput) new CollectByKey(collector);
      case Reducing.Batch(var n, var within, var openKeys) -> new Batches(n, null, nanos(within), openKeys, KeyValue::new);
      case Reducing.Count count -> (SingleInput) ReduceByKey.of(count);
      case Reducing.Sum sum -> (SingleInput) ReduceByKey.of(sum);
      case Reducing.Aggregate aggregate -> (SingleInput) ReduceByKey.of(aggregate);
      case Reducing.ToList list -> (SingleInput) ReduceByKey.of(list);
    };
  }

  private static SingleInput<Object, Object> windows(Reducing how, Framing framing) {
    Windows windows = framing.windows();
    Reduction reduction = Reduction.of(how);
    Optional<Bound> bound = how instanceof Reducing.ToList list ? Optional.of(list.bound()) : Optional.empty();
    long lateness = nanos(windows.lateness());
    long offset = nanos(windows.offset());
    return switch (windows.shape()) {
      case Windows.Shape.Tumbling(var size) -> fixed(tumbling(size, offset), false, false, reduction, bound, framing);
      case Windows.Shape.ByClock(var size) -> fixed(tumbling(size, offset), false, true, reduction, bound, framing);
      case Windows.Shape.Calendar(var unit, var zone) -> fixed(new Assigner.Calendar(unit, zone), false, false, reduction, bound, framing);
      case Windows.Shape.Sliding(var size, var every) ->
          fixed(new Assigner.Fixed(nanos(size), nanos(every), offset), true, false, reduction, bound, framing);
      case Windows.Shape.Sessions(var gap) -> new SessionWindows(nanos(gap), lateness, reduction, bound);
      case Windows.Shape.Count(var size) -> new CountWindows(size, reduction, framing.earlyEvents());
    };
  }

  private static Assigner tumbling(Duration size, long offset) {
    return new Assigner.Fixed(nanos(size), nanos(size), offset);
  }

  private static SingleInput<Object, Object> fixed(
      Assigner assigner, boolean overlaps, boolean isByClock, Reduction how, Optional<Bound> bound, Framing framing) {
    return new FixedWindows(new FixedWindows.Setting(assigner, overlaps, isByClock, nanos(framing.windows().lateness()), how, bound,
        framing.earlyEvents(), framing.earlyEvery().map(Operators::nanos).orElse(0L)));
  }

  /** Longer than a long can say is for ever. */
  static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException tooLong) {
      return duration.isNegative() ? -Long.MAX_VALUE : Long.MAX_VALUE;
    }
  }
}
