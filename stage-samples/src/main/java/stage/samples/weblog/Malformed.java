package stage.samples.weblog;

import java.util.Comparator;
import stage.samples.lines.Line;

/**
 * A line that is no request.
 *
 * @param line the line
 * @param reason why not
 */
record Malformed(Line line, String reason) implements Entry {
  static final Comparator<Malformed> ORDER = Comparator.comparingLong(malformed -> malformed.line().index());
}
