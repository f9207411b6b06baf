package stage.runtime.pipeline.operator;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Fn2;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.Windows;
import stage.api.pipeline.plan.Framing;
import stage.api.pipeline.plan.Pairing;
import stage.api.pipeline.plan.Reducing;
import stage.api.pipeline.plan.TablePlan;

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
  // elements and results are objects here; what they are, the pipeline's types have said
  @SuppressWarnings({"unchecked", "rawtypes"})
  public static SingleInput<Object, Object> reducing(Reducing how, Optional<Framing> framing) {
    if (framing.isPresent()) return windows(how, framing.get());
    return switch (how) {
      case Reducing.Scan(var zero, var fold) -> new ScanByKey(zero, fold, KeyValue::new);
      case Reducing.Collect(var collector) -> (SingleInput) new CollectByKey(collector);
      case Reducing.Batch batch -> batches(batch, KeyValue::new);
      case Reducing.Count count -> (SingleInput) ReduceByKey.of(count);
      case Reducing.Sum sum -> (SingleInput) ReduceByKey.of(sum);
      case Reducing.Aggregate aggregate -> (SingleInput) ReduceByKey.of(aggregate);
      case Reducing.ToList list -> (SingleInput) ReduceByKey.of(list);
    };
  }

  /**
   * {@return an operator that puts the elements of each key into lists}
   *
   * @param how how long they are
   * @param result what is made of one
   */
  public static SingleInput<Object, Object> batches(Reducing.Batch how, Batches.Result result) {
    return new Batches(how.n(), null, nanos(how.within()), how.openKeys(), result);
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
      case Windows.Shape.Calendar(var unit, var zone) -> fixed(new Assigner.Calendar(unit, zone), false, false,
          reduction, bound, framing);
      case Windows.Shape.Sliding(var size, var every) ->
          sliding(new Assigner.Fixed(nanos(size), nanos(every), offset), reduction, bound, framing);
      case Windows.Shape.Sessions(var gap) -> new SessionWindows(nanos(gap), lateness, reduction, bound);
      case Windows.Shape.Count(var size) ->
        new CountWindows(size, reduction, bound, framing.earlyEvents(), earlyNanos(framing));
    };
  }

  private static SingleInput<Object, Object> sliding(Assigner.Fixed assigner, Reduction how, Optional<Bound> bound,
      Framing framing) {
    boolean hasPanes = assigner.every() < assigner.size() && assigner.size() <= SlidingWindows.LONGEST;
    boolean isEarly = framing.earlyEvents() > 0 || framing.earlyEvery().isPresent();
    if (!hasPanes || isEarly || bound.isPresent()) return fixed(assigner, true, false, how, bound, framing);
    return new SlidingWindows(new SlidingWindows.Setting(assigner, nanos(framing.windows().lateness()), how));
  }

  private static Assigner tumbling(Duration size, long offset) {
    return new Assigner.Fixed(nanos(size), nanos(size), offset);
  }

  private static SingleInput<Object, Object> fixed(
      Assigner assigner, boolean overlaps, boolean isByClock, Reduction how, Optional<Bound> bound, Framing framing) {
    return new FixedWindows(new FixedWindows.Setting(assigner, overlaps, isByClock,
        nanos(framing.windows().lateness()), how, bound,
        framing.earlyEvents(), earlyNanos(framing)));
  }

  private static long earlyNanos(Framing framing) {
    return framing.earlyEvery().map(Operators::nanos).orElse(0L);
  }

  /**
   * {@return an operator that joins, with the left side as input 0 and the right one as input 1}
   *
   * @param pairing which rows belong together
   * @param unmatched of which side those without a partner are in the result
   * @param fn makes a result: of elements, or of an {@link Optional} where a side may be missing
   */
  public static SeveralInputs<Object> joining(Pairing pairing, Pairing.Unmatched unmatched,
      Fn2<Object, Object, Object> fn) {
    return new Joining(new Joining.Setting(reach(pairing), unmatched, fn, pairing.bound()));
  }

  @SuppressWarnings("unchecked")   // a join gives a reach its own places only
  private static Reach<Object> reach(Pairing pairing) {
    return (Reach<Object>) switch (pairing) {
      case Pairing.Within(var before, var after, var bound) -> new Reach.Interval(nanos(before), nanos(after), 0);
      case Pairing.InWindow(var windows, var bound) -> new Reach.SameWindow(assigner(windows),
          nanos(windows.lateness()));
      case Pairing.Whole(var bound) -> new Reach.Everything();
    };
  }

  private static Assigner assigner(Windows windows) {
    long offset = nanos(windows.offset());
    return switch (windows.shape()) {
      case Windows.Shape.Tumbling(var size) -> tumbling(size, offset);
      case Windows.Shape.Sliding(var size, var every) -> new Assigner.Fixed(nanos(size), nanos(every), offset);
      case Windows.Shape.Calendar(var unit, var zone) -> new Assigner.Calendar(unit, zone);
      case Windows.Shape.Sessions sessions -> throw notForJoins(sessions);
      case Windows.Shape.Count count -> throw notForJoins(count);
      case Windows.Shape.ByClock clock -> throw notForJoins(clock);
    };
  }

  private static IllegalArgumentException notForJoins(Windows.Shape shape) {
    return new IllegalArgumentException("windows of a join must be tumbling, sliding or of the calendar, but were "
        + shape);
  }

  /**
   * {@return an operator that looks elements up, which are input 0, in a table, whose rows are input 1}
   *
   * @param reading how the two go together in time
   * @param bound how many rows are kept
   * @param fn makes a result of an element and an {@link Optional} row
   */
  public static SeveralInputs<Object> lookingUp(TablePlan.Reading reading, Bound bound,
      Fn2<Object, Object, Object> fn) {
    return switch (reading) {
      case LOADED_FIRST -> new TableLookup(true, bound, fn);
      case LATEST -> new TableLookup(false, bound, fn);
      case AS_OF -> new AsOfLookup(bound, fn);
    };
  }

  /**
   * {@return an operator that makes a result of the first elements of two inputs, of the second ones …}
   *
   * @param fn of two elements
   */
  public static SeveralInputs<Object> zipping(Fn2<Object, Object, Object> fn) {
    return new Zipping(fn);
  }

  /**
   * {@return an operator that merges sorted inputs}
   *
   * @param inputs how many
   * @param order by which they are sorted
   */
  public static SeveralInputs<Object> mergingSorted(int inputs, Comparator<Object> order) {
    return new MergingSorted(inputs, order);
  }

  /** Longer than a long can say is forever. */
  static long nanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException tooLong) {
      return duration.isNegative() ? -Long.MAX_VALUE : Long.MAX_VALUE;
    }
  }
}
