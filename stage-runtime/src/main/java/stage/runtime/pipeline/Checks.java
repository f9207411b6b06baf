package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;
import stage.api.pipeline.plan.End;

/** Finds what only a whole description can show to be wrong. */
final class Checks {
  private Checks() {}

  /** {@return a line for each problem; empty if there is none} */
  static List<String> of(End end) {
    return new ArrayList<>();
  }
}
