package stage.samples.flights;

/**
 * A malformed line.
 *
 * @param input the name of the input it is from
 * @param line its number there, from 1
 * @param reason what is wrong with it
 * @param text the line itself, cut off if it is very long
 */
record Reject(String input, long line, String reason, String text) implements Row {
  /** {@return where it is and why, for a person} */
  String sentence() {
    return input + ":" + line + ": " + reason;
  }
}
