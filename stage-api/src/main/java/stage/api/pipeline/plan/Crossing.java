package stage.api.pipeline.plan;

import stage.api.Overflow;
import stage.api.ProducerConsumerSpec;
import stage.api.pipeline.Fn;

/** How elements get from one stage to the next. */
public sealed interface Crossing {
  /** Just so. */
  record Async() implements Crossing {}

  /**
   * Through a buffer.
   *
   * @param n how many it holds
   * @param overflow what happens to those beyond that
   */
  record Buffer(int n, Overflow overflow) implements Crossing {}

  /**
   * Through functions that run in threads of their own.
   *
   * @param atOnce how many
   * @param order which order results have
   * @param key elements of one key follow each other; null but for {@link Order#BY_KEY}
   * @param fn makes an element of another
   */
  record Concurrent(int atOnce, Order order, Fn<Object, Object> key, Fn<Object, Object> fn) implements Crossing {}

  /** In which order results come. */
  enum Order {
    /** In that of their elements. */
    ORDERED,
    /** As they are there. */
    UNORDERED,
    /** Those of one key in the order of their elements. */
    BY_KEY
  }

  /**
   * Through a user's stage.
   *
   * @param spec the stage
   */
  record Via(ProducerConsumerSpec<?, ?, ?> spec) implements Crossing {}
}
