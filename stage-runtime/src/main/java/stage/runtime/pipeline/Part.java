package stage.runtime.pipeline;

import java.util.List;
import stage.api.Overflow;
import stage.api.pipeline.Criterion;
import stage.api.pipeline.Fn;
import stage.api.pipeline.plan.Node;
import stage.api.pipeline.plan.Sink;
import stage.api.pipeline.plan.Site;
import stage.api.pipeline.plan.Step;

/** A step of a planned run. */
sealed interface Part {
  /** {@return the call that made it} */
  Site site();

  /**
   * As the user wrote it.
   *
   * @param site the call
   * @param step what it does
   */
  record Plain(Site site, Step step) implements Part {}

  /**
   * Takes the outcome of a function that ran elsewhere.
   *
   * @param site the call
   */
  record Outcomes(Site site) implements Part {}

  /**
   * Brings several inputs together that are told apart.
   *
   * @param node as it was described
   */
  record FanIn(Node node) implements Part {
    @Override
    public Site site() {
      return node.site();
    }
  }

  /**
   * A reducer.
   *
   * @param node as it was described
   * @param isKeyTravelling whether the stage before sends the key along
   */
  record Reducer(Node.Reduced node, boolean isKeyTravelling) implements Part {
    @Override
    public Site site() {
      return node.site();
    }
  }

  /**
   * Shares elements out among workers.
   *
   * @param site the call
   * @param key of an element
   * @param workers how many
   */
  record KeyRoute(Site site, Fn<Object, Object> key, int workers) implements Part {}

  /**
   * Keeps elements that are not wanted yet.
   *
   * @param site the call
   * @param most how many
   * @param overflow what happens to one more
   */
  record Buffering(Site site, int most, Overflow.Kind overflow) implements Part {}

  /**
   * Lets elements travel with their keys.
   *
   * @param site the call
   * @param key of an element
   * @param policies those that cover the function that the elements travel to; filled in while it is laid out
   */
  record KeyTag(Site site, Fn<Object, Object> key, List<Plain> policies) implements Part {}

  /**
   * Sends some elements elsewhere.
   *
   * @param site the call
   * @param test which
   */
  record TestRoute(Site site, Criterion<Object> test) implements Part {}

  /**
   * Sends late elements elsewhere.
   *
   * @param site the call
   */
  record LateRoute(Site site) implements Part {}

  /**
   * The end of a pipeline.
   *
   * @param site the call
   * @param sink what is done with elements
   */
  record Last(Site site, Sink sink) implements Part {}
}
