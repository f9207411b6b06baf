package stage.runtime.simulation;

import java.util.Arrays;
import java.util.function.Predicate;

/** Makes a list of choices that leads to a failure shorter and duller, for as long as it still fails. */
public final class Shrinker {
  private static final int LONGEST_CHUNK = 64;

  private final Predicate<int[]> fails;
  private int runsLeft;
  private int[] best;

  private Shrinker(int[] failing, Predicate<int[]> fails, int mostRuns) {
    this.best = failing.clone();
    this.fails = fails;
    this.runsLeft = mostRuns;
  }

  /**
   * {@return a list that fails too, no longer than the one given}
   *
   * @param failing a list that fails
   * @param fails whether a list fails, in the way that matters
   * @param mostRuns how often to ask at most
   */
  public static int[] shrink(int[] failing, Predicate<int[]> fails, int mostRuns) {
    var shrinker = new Shrinker(failing, fails, mostRuns);
    int[] before;
    do {
      before = shrinker.best;
      shrinker.deleteChunks();
      shrinker.makeDull();
    } while (!Arrays.equals(before, shrinker.best) && shrinker.runsLeft > 0);
    return shrinker.best;
  }

  private void deleteChunks() {
    for (int length = LONGEST_CHUNK; length >= 1; length /= 2) {
      for (int from = best.length - length; from >= 0; from -= length) {
        if (from + length > best.length) continue;   // it has become shorter
        int[] shorter = Arrays.copyOf(best, best.length - length);
        System.arraycopy(best, from + length, shorter, from, best.length - from - length);
        isBetter(shorter);
      }
    }
  }

  private void makeDull() {
    for (int length = LONGEST_CHUNK; length >= 1; length /= 2) {
      for (int from = 0; from < best.length; from += length) {
        int[] duller = best.clone();
        Arrays.fill(duller, from, Math.min(best.length, from + length), 0);
        if (!Arrays.equals(duller, best)) isBetter(duller);
      }
    }
    for (int i = 0; i < best.length; i++) {
      while (i < best.length && best[i] > 0) {
        int[] duller = best.clone();
        duller[i] /= 2;
        if (!isBetter(duller)) break;
      }
      if (i < best.length && best[i] > 0) {
        int[] duller = best.clone();
        duller[i]--;
        isBetter(duller);
      }
    }
  }

  private boolean isBetter(int[] candidate) {
    if (runsLeft <= 0) return false;
    runsLeft--;
    if (!fails.test(candidate)) return false;
    int end = candidate.length;
    while (end > 0 && candidate[end - 1] == 0) end--;   // what is missing reads as 0
    best = Arrays.copyOf(candidate, end);
    return true;
  }
}
