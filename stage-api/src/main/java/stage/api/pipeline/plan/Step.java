package stage.api.pipeline.plan;

import java.time.Duration;
import stage.api.pipeline.Action;
import stage.api.pipeline.Criterion;
import stage.api.pipeline.Failed;
import stage.api.pipeline.Fn;
import stage.api.pipeline.Fold;
import stage.api.pipeline.Multi;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Weight;

/** What a step does that is fused with its neighbours into one run. */
public sealed interface Step {
  /**
   * Makes another element.
   *
   * @param fn of an element
   */
  record Map(Fn<Object, Object> fn) implements Step {}

  /**
   * Lets some pass.
   *
   * @param test which
   */
  record Filter(Criterion<Object> test) implements Step {}

  /**
   * Makes many.
   *
   * @param fn of an element
   */
  record FlatMap(Fn<Object, Iterable<?>> fn) implements Step {}

  /**
   * Makes many, handed over one by one.
   *
   * @param fn of an element
   */
  record MapMulti(Multi<Object, Object> fn) implements Step {}

  /**
   * Lets those of one type pass.
   *
   * @param type which
   */
  record OfType(Class<?> type) implements Step {}

  /**
   * Looks at each.
   *
   * @param action with it
   */
  record Peek(Action<Object> action) implements Step {}

  /**
   * Ends the pipeline after a number of elements.
   *
   * @param n how many
   */
  record Take(long n) implements Step {}

  /**
   * Leaves the first ones out.
   *
   * @param n how many
   */
  record Drop(long n) implements Step {}

  /**
   * Ends the pipeline before the first for which a condition does not hold.
   *
   * @param test the condition
   */
  record TakeWhile(Criterion<Object> test) implements Step {}

  /**
   * Emits each value of a fold.
   *
   * @param zero what there is before the first
   * @param fold takes one in
   */
  record Scan(Object zero, Fold<Object, Object> fold) implements Step {}

  /**
   * Leaves out what was there already.
   *
   * @param key what must differ
   * @param remembered how many keys are remembered, the newest
   */
  record Distinct(Fn<Object, Object> key, int remembered) implements Step {}

  /**
   * Makes lists.
   *
   * @param n how long
   */
  record Batch(int n) implements Step {}

  /**
   * Makes lists, shorter ones when time is over.
   *
   * @param most how much weighs a list, at most; but one element may weigh more by itself
   * @param weight of an element; its number counts if all weigh 1
   * @param within from the first element of a list to its end
   */
  record BatchWeighted(long most, Weight<Object> weight, Duration within) implements Step {}

  /**
   * Lets no more pass in a time than it may.
   *
   * @param events how many
   * @param per in which time
   * @param burst how many at once
   */
  record Throttle(int events, Duration per, int burst) implements Step {}

  /**
   * Lets the newest pass, once in a period.
   *
   * @param period the period
   */
  record Sample(Duration period) implements Step {}

  /**
   * Gives elements their time.
   *
   * @param how how
   */
  record EventTime(stage.api.pipeline.EventTime<Object> how) implements Step {}

  /**
   * Says what happens to elements that the steps before it fail on, back to the last such step or the boundary.
   *
   * @param policy what
   */
  record Guard(OnFailure policy) implements Step {}

  /**
   * Makes another element of one that the steps before it fail on, back to the last such step or the boundary.
   *
   * @param fn of a failure
   */
  record Recover(Fn<Failed, Object> fn) implements Step {}

  /**
   * Limits how long an element may take in the steps before it, back to the last such step or the boundary.
   *
   * @param limit how long
   */
  record Timeout(Duration limit) implements Step {}
}
