package stage.api.pipeline.plan;

import java.util.stream.Collector;
import stage.api.ConsumerSpec;
import stage.api.pipeline.Action;
import stage.api.pipeline.Fold;

/** What is done with the elements at the end of a pipeline. */
public sealed interface Sink {
  /**
   * Something for each; the result is the report.
   *
   * @param action what
   */
  record ForEach(Action<Object> action) implements Sink {}

  /**
   * A user's stage takes them; the result is the report.
   *
   * @param spec the stage
   */
  record To(ConsumerSpec<?, ?> spec) implements Sink {}

  /**
   * They are collected; the result is the collector's.
   *
   * @param collector how
   */
  record Collect(Collector<Object, Object, Object> collector) implements Sink {}

  /**
   * They are folded to one value.
   *
   * @param zero what there is before the first
   * @param fold takes one in
   */
  record Reduce(Object zero, Fold<Object, Object> fold) implements Sink {}

  /** They become a list, in the order in which they come. */
  record ToList() implements Sink {}

  /** They are counted. */
  record Count() implements Sink {}

  /** There is nothing but branches; the result is the report. */
  record Nothing() implements Sink {}
}
