package stage.runtime.pipeline;

/**
 * Takes the outcome of a function that ran on a thread of its own: a result, or a failure, which counts as this
 * step's.
 */
final class OutcomeLink extends Link {
  /**
   * The outcome of such a function.
   *
   * @param input the element
   * @param result what was made of it; null if it failed
   * @param failure what was thrown; null if it did not fail
   * @param attempts how often it was tried
   */
  record Outcome(Object input, Object result, Exception failure, int attempts) {}

  @Override
  void push(Object value, long t, long w) throws Exception {
    var outcome = (Outcome) value;
    chain.came(outcome);
    if (outcome.failure != null) throw chain.failed(step, this, outcome.input, t, w, outcome.failure);
    next.push(outcome.result, t, w);
  }
}
