package stage.samples.flights;

import java.util.Comparator;

/**
 * A malformed line.
 *
 * @param block the number of the block it is in
 * @param input the name of the input it is from
 * @param line its number there, from 1
 * @param reason what is wrong with it
 * @param text the line itself, cut off if it is very long
 */
record Reject(long block, String input, long line, String reason, String text) implements Row {
  /** As they stand in the inputs. */
  static final Comparator<Reject> ORDER = Comparator.comparingLong(Reject::block).thenComparingLong(Reject::line);

  /** {@return where it is and why, for a person} */
  String sentence() {
    return input + ":" + line + ": " + reason;
  }
}
