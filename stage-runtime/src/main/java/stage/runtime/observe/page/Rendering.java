package stage.runtime.observe.page;

import java.util.List;
import java.util.Optional;
import stage.api.observe.Explanation;
import stage.api.observe.StageEvent;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.runtime.supervision.Observed;

/** Writes down, for the page's script, what the server sends. */
public interface Rendering {
  /**
   * {@return a tree as JSON, on one line, and its parts}
   *
   * @param tree the numbers
   * @param rates what has changed in them
   * @param explanation what was found, if anybody has looked
   * @param events the last events, the oldest first
   */
  TreeText tree(TreeSnapshot tree, TreeRates rates, Optional<Explanation> explanation, List<StageEvent> events);

  /**
   * {@return an event as JSON, on one line}
   *
   * @param event what happened
   */
  String event(StageEvent event);

  /**
   * {@return where the threads of a stage are, as JSON}
   *
   * @param scope what it is in
   * @param stage its path
   */
  String threads(Observed scope, String stage);
}
