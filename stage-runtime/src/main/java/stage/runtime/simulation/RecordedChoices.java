package stage.runtime.simulation;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Choices that are remembered: made by chance from a seed, or by a list that somebody has kept. */
public final class RecordedChoices implements Choices {
  private final SplittableRandom random;   // null when a list is replayed
  private final int[] list;
  private int[] made = new int[256];
  private int count;

  private RecordedChoices(SplittableRandom random, int[] list) {
    this.random = random;
    this.list = list;
  }

  /**
   * {@return choices by chance, the same for the same seed}
   *
   * @param seed any number
   */
  public static RecordedChoices ofSeed(long seed) {
    return new RecordedChoices(new SplittableRandom(seed), new int[0]);
  }

  /**
   * {@return the choices of a list} When it is at its end, the dullest ones follow.
   *
   * @param list what {@link #made} once answered, or something like it
   */
  public static RecordedChoices replaying(int... list) {
    return new RecordedChoices(null, list.clone());
  }

  @Override
  public int next(int bound) {
    if (bound == 1) return 0;
    int chosen = random != null ? random.nextInt(bound) : count < list.length ? Math.floorMod(list[count], bound) : 0;
    if (count == made.length) made = Arrays.copyOf(made, 2 * count);
    made[count++] = chosen;
    return chosen;
  }

  /** {@return all choices so far, the dull ones at the end left out} */
  public int[] made() {
    int end = count;
    while (end > 0 && made[end - 1] == 0) end--;
    return Arrays.copyOf(made, end);
  }
}
