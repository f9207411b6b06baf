package stage.samples.flights;

import stage.samples.OnPurpose;

/**
 * What {@code --chaos} throws. Without a stack: where it comes from is no news, and a thousand of them are to cost
 * little.
 */
final class PlannedCrash extends RuntimeException implements OnPurpose {
  private static final long serialVersionUID = 1L;

  PlannedCrash(String stage, String moment) {
    super("planned crash of stage " + stage + ", " + moment, null, false, false);
  }
}
