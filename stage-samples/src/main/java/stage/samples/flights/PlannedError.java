package stage.samples.flights;

import stage.samples.OnPurpose;

/**
 * What {@code --chaos} throws in a step of a pipeline. An error, because an exception would be a matter of its element
 * only, and no crash of the stage. Without a stack, as {@link PlannedCrash}.
 */
final class PlannedError extends Error implements OnPurpose {
  private static final long serialVersionUID = 1L;

  PlannedError(String step, String moment) {
    super("planned crash in step " + step + ", " + moment, null, false, false);
  }
}
