package stage.samples.lines;

import java.util.Arrays;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import stage.api.pipeline.Pipeline;

/**
 * {@code --chaos}: at random elements a step throws, as a bug or a lost connection would make it. Some take the whole stage down, which is restarted in
 * place; the others cost their element another try. Either way what was done is undone first, and the result must be the same.
 */
public final class Trouble {
  /** A crash that is meant. An error, so that it is no matter of the element: the stage crashes. */
  static final class MeantError extends Error {
    private static final long serialVersionUID = 1;

    MeantError() {
      super("a crash on purpose", null, false, false);
    }
  }

  /** A failure that is meant. */
  static final class MeantException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MeantException() {
      super("a failure on purpose", null, false, false);
    }
  }

  /** More crashes of one job within five seconds would end it. */
  private static final int MOST_CRASHES = 3;

  private static final int MOST_ELEMENTS_BETWEEN = 60;

  private final int wished;
  private final long seed;
  private final long[] points;   // at the how many-th look there is trouble
  private final AtomicLong looks = new AtomicLong();
  private final AtomicLong made = new AtomicLong();

  /**
   * Plans it.
   *
   * @param wished how many failures; 0 for none
   * @param seed what decides where; empty for any
   */
  public Trouble(int wished, OptionalLong seed) {
    this.wished = wished;
    this.seed = seed.orElseGet(() -> new SplittableRandom().nextLong(1_000_000));
    var random = new SplittableRandom(this.seed);
    points = new long[wished];
    // Never the next two: an element that has failed is tried twice more.
    for (int i = 0; i < wished; i++) points[i] = (i == 0 ? 0 : points[i - 1]) + 3 + random.nextInt(MOST_ELEMENTS_BETWEEN);
  }

  /** {@return the pipeline, with trouble in it} */
  public <T> Pipeline<T> in(Pipeline<T> pipeline) {
    return wished == 0 ? pipeline : pipeline.peek(element -> look()).named("trouble");
  }

  private void look() {
    long look = looks.incrementAndGet();
    int at = Arrays.binarySearch(points, look);
    if (at < 0) return;
    made.incrementAndGet();
    if (at < MOST_CRASHES) throw new MeantError();
    throw new MeantException();
  }

  /** {@return a line that tells what was done; empty if nothing was wished} */
  public String report() {
    if (wished == 0) return "";
    long crashes = Math.min(made.get(), MOST_CRASHES);
    return made.get() + " of " + wished + " failures on purpose, " + crashes + " of them crashes of a stage; --seed " + seed
        + " plans the same\n";
  }
}
