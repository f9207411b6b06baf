package stage.samples.flights;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import stage.api.pipeline.Fn;
import stage.api.pipeline.Fold;

/**
 * When a step of a pipeline is to crash its stage: at some of its calls, before or after what it does. Workers share a
 * step, so any number of threads may call it.
 */
final class CrashingStep {
  private final String name;
  private final long[] points;   // at the how many-th call
  private final AtomicLong calls = new AtomicLong();
  private final AtomicInteger left;
  private final AtomicIntegerArray made = new AtomicIntegerArray(CrashPlan.Moment.values().length);

  /**
   * Plans the crashes of a step.
   *
   * @param crashes how many
   * @param apart how many calls there are at most from one to the next
   * @param random decides where
   */
  CrashingStep(String name, int crashes, int apart, SplittableRandom random) {
    this.name = name;
    left = new AtomicInteger(crashes);
    points = new long[crashes];
    for (int i = 0; i < crashes; i++) {
      points[i] = (i == 0 ? 0 : points[i - 1]) + 1 + random.nextInt(apart);
    }
  }

  /** {@return the step, with crashes} */
  <T, R> Fn<T, R> around(Fn<T, R> step) {
    return around(step, () -> false, () -> 0);
  }

  /**
   * {@return the step, with crashes}
   *
   * @param isOver whether the other steps have no more to do, so that this one makes what crashes are left
   * @param takeOfOthers takes a crash that another step was to make: 1, or 0 if none is left
   */
  <T, R> Fn<T, R> around(Fn<T, R> step, BooleanSupplier isOver, IntSupplier takeOfOthers) {
    return element -> {
      long call = calls.incrementAndGet();
      CrashPlan.Moment moment = at(call);
      if (moment == null && isOver.getAsBoolean() && (take() > 0 || takeOfOthers.getAsInt() > 0)) {
        moment = ofCall(call);
      }
      if (moment == CrashPlan.Moment.BEFORE) crash(moment);
      R result = step.apply(element);
      if (moment == CrashPlan.Moment.AFTER) crash(moment);
      return result;
    };
  }

  /** {@return the fold, with crashes} */
  <A, T> Fold<A, T> around(Fold<A, T> fold) {
    return (soFar, element) -> {
      CrashPlan.Moment moment = at(calls.incrementAndGet());
      if (moment == CrashPlan.Moment.BEFORE) crash(moment);
      A result = fold.apply(soFar, element);
      if (moment == CrashPlan.Moment.AFTER) crash(moment);
      return result;
    };
  }

  /** {@return whether it was never called} Any thread. */
  boolean isIdle() {
    return calls.get() == 0;
  }

  /** Takes a crash away from this step: 1, or 0 if none is left. Any thread. */
  int take() {
    return left.getAndUpdate(count -> Math.max(0, count - 1)) > 0 ? 1 : 0;
  }

  /** {@return how many crashes came at that moment} */
  int crashes(CrashPlan.Moment moment) {
    return made.get(moment.ordinal());
  }

  private CrashPlan.Moment at(long call) {
    return Arrays.binarySearch(points, call) < 0 || take() == 0 ? null : ofCall(call);
  }

  private static CrashPlan.Moment ofCall(long call) {
    return call % 2 == 0 ? CrashPlan.Moment.BEFORE : CrashPlan.Moment.AFTER;
  }

  private void crash(CrashPlan.Moment moment) {
    made.incrementAndGet(moment.ordinal());
    throw new PlannedError(name, moment.words());
  }
}
