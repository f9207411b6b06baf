package stage.runtime.observe.page;

import java.util.List;

/**
 * A stage or a subscription in the text of a tree.
 *
 * @param id its number
 * @param text all that is written about it
 * @param steady the same without the keys that only tell how long ago something was
 * @param ages the values of those keys, in milliseconds
 */
public record TreePart(long id, String text, String steady, List<Double> ages) {
  private static final double MOST_OFF_MILLIS = 100;   // clocks are read one after the other, and pages show seconds

  /** Copies the list. */
  public TreePart {
    ages = List.copyOf(ages);
  }

  /**
   * {@return whether all is as it was, but for ages that have grown by the time that has passed}
   *
   * @param former how it was
   * @param passedMillis how long ago
   */
  boolean isAsBefore(TreePart former, double passedMillis) {
    if (!steady.equals(former.steady) || ages.size() != former.ages.size()) return false;
    for (int i = 0; i < ages.size(); i++) {
      if (!isGrown(former.ages.get(i), ages.get(i), passedMillis)) return false;
    }
    return true;
  }

  /** An age of zero says that there is nothing that could grow older. */
  private static boolean isGrown(double former, double now, double passedMillis) {
    return former == 0 ? now == 0 : Math.abs(now - former - passedMillis) <= MOST_OFF_MILLIS;
  }
}
