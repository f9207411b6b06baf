package stage.runtime.observe;

import java.io.IOException;
import java.nio.file.Path;
import stage.api.observe.Explanation;
import stage.api.observe.TreeSnapshot;
import stage.runtime.supervision.Insight;
import stage.runtime.supervision.Observed;

/** What the runtime makes of its numbers. */
public final class Insights implements Insight {
  /** For {@link java.util.ServiceLoader}. */
  public Insights() {}

  @Override
  public Explanation explain(Observed scope) {
    return new Explainer(scope).explain();
  }

  @Override
  public Explanation explainStandstill(TreeSnapshot still, Observed scope) {
    return new Explainer(scope).explain(still);
  }

  @Override
  public void dump(Observed scope, Path file) throws IOException {
    Dump.write(scope, file);
  }
}
