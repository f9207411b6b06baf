package stage.simulation;

import java.util.Arrays;
import stage.runtime.simulation.Choices;

/**
 * All the choices there are, run after run: as in an odometer, the last choice that can be made in yet another way is
 * made so next, and those behind it begin anew. When there is none left, all runs have been made.
 */
final class Odometer implements Choices {
  private int[] digits = new int[64];
  private int[] bounds = new int[64];
  private int count;      // digits that are set
  private int position;   // digits that were asked for in this run

  @Override
  public int next(int bound) {
    if (bound == 1) return 0;
    if (position == count) append(bound);
    if (bounds[position] != bound) {
      throw new IllegalStateException("choice " + position + " has " + bound + " ways, but had " + bounds[position]
          + " in the run before: something decides"
          + " that is not chosen");
    }
    return digits[position++];
  }

  private void append(int bound) {
    if (count == digits.length) {
      digits = Arrays.copyOf(digits, 2 * count);
      bounds = Arrays.copyOf(bounds, 2 * count);
    }
    digits[count] = 0;
    bounds[count++] = bound;
  }

  /** {@return whether there is another run to make; it begins with the next choice} */
  boolean advance() {
    if (position < count) throw new IllegalStateException(
        "only " + position + " of " + count + " choices were asked for again: something decides that is not chosen");
    while (count > 0 && digits[count - 1] == bounds[count - 1] - 1) count--;
    position = 0;
    if (count == 0) return false;
    digits[count - 1]++;
    return true;
  }

  /** {@return the choices of this run, for {@link stage.runtime.simulation.RecordedChoices#replaying}} */
  int[] made() {
    return Arrays.copyOf(digits, position);
  }
}
