package stage.samples.flights;

import java.util.Comparator;

/**
 * A line that is no flight: a malformed one, or a header that stands further down.
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

  /** Why a line is left out that is the header of an input which was put behind another one. It is not malformed. */
  static final String HEADER = "the line is a header again";

  /** {@return whether the line is a header, and nothing is wrong with it} */
  boolean isHeader() {
    return reason.equals(HEADER);
  }

  /** {@return where it is and why, for a person} */
  String sentence() {
    return input + ":" + line + ": " + reason;
  }
}
