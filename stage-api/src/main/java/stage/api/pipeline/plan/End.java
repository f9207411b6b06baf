package stage.api.pipeline.plan;

import java.util.Objects;

/**
 * Where a pipeline ends.
 *
 * @param site the call that ended it
 * @param input what comes before
 * @param sink what is done with elements there
 */
public record End(Site site, Node input, Sink sink) {
  /** Checks that nothing is missing. */
  public End {
    Objects.requireNonNull(site, "site must not be null");
    Objects.requireNonNull(input, "input must not be null");
    Objects.requireNonNull(sink, "sink must not be null");
  }
}
