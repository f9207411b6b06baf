package stage.api.pipeline.plan;

import java.time.Duration;
import java.util.stream.Collector;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Fn;
import stage.api.pipeline.Fold;
import stage.api.pipeline.Merge;
import stage.api.pipeline.Weight;

/** What the elements of a key, or of a key in a window, come to. */
public sealed interface Reducing {
  /** Their number. */
  record Count() implements Reducing {}

  /**
   * A sum.
   *
   * @param value what an element adds
   */
  record Sum(Weight<Object> value) implements Reducing {}

  /**
   * What was folded.
   *
   * @param zero what there is before the first
   * @param fold takes one in
   * @param merge joins two; null if none was given
   * @param finish makes the result
   */
  record Aggregate(Object zero, Fold<Object, Object> fold, Merge<Object> merge,
      Fn<Object, Object> finish) implements Reducing {}

  /**
   * Each value of a fold, when it is there.
   *
   * @param zero what there is before the first
   * @param fold takes one in
   */
  record Scan(Object zero, Fold<Object, Object> fold) implements Reducing {}

  /**
   * What a collector makes of them.
   *
   * @param collector the collector
   */
  record Collect(Collector<Object, Object, Object> collector) implements Reducing {}

  /**
   * Lists of them, shorter ones when time is over.
   *
   * @param n how long
   * @param within from the first element of a list to its end
   * @param openKeys how many keys may have an unfinished list
   */
  record Batch(int n, Duration within, Bound openKeys) implements Reducing {}

  /**
   * All of them.
   *
   * @param bound how many, over all keys and windows
   */
  record ToList(Bound bound) implements Reducing {}
}
