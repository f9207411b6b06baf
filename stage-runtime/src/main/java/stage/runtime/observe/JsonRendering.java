package stage.runtime.observe;

import java.util.List;
import java.util.Optional;
import stage.api.observe.Explanation;
import stage.api.observe.StageEvent;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.runtime.observe.page.Rendering;
import stage.runtime.observe.page.TreeText;
import stage.runtime.supervision.Observed;

/** What the page gets is what all tools get: see {@link TreeJson}. */
final class JsonRendering implements Rendering {
  @Override
  public TreeText tree(TreeSnapshot tree, TreeRates rates, Optional<Explanation> explanation,
      List<StageEvent> events) {
    return TreeJson.text(tree, rates, explanation, events);
  }

  @Override
  public String event(StageEvent event) {
    return TreeJson.of(event);
  }

  @Override
  public String threads(Observed scope, String stage) {
    return "{\"threads\":" + Dump.threads(scope, path -> path.equals(stage)) + "}";
  }
}
