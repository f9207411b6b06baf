package stage.samples.flights;

import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import stage.api.Redelivery;
import stage.api.pipeline.Job;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.samples.OnPurpose;

/**
 * {@code --chaos}: at random elements a step throws, as a bug or a lost connection would make it. Every other time it
 * takes the whole stage down, which is restarted in place; the others cost their element another try. Either way what
 * was done is undone first, and the result must be the same.
 */
public final class Trouble {
  /** A crash that is meant. An error, so that it is no matter of the element: the stage crashes. */
  static final class MeantError extends Error implements OnPurpose {
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

  /** Longer than any job. */
  private static final Duration ALWAYS = Duration.ofDays(365);

  private static final int MOST_ELEMENTS_BETWEEN = 60;

  private final int wished;
  private final long seed;
  private final long[] points;   // at the how many-th look there is trouble
  private final AtomicLong looks = new AtomicLong();
  private final AtomicLong made = new AtomicLong();
  private final AtomicLong crashes = new AtomicLong();

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
    for (int i = 0; i < wished; i++) points[i] = (i == 0 ? 0 : points[i - 1]) + 1
        + random.nextInt(MOST_ELEMENTS_BETWEEN);
  }

  /** {@return the pipeline, with trouble in it} */
  public <T> Pipeline<T> in(Pipeline<T> pipeline) {
    return wished == 0 ? pipeline : pipeline.peek(element -> look()).named("trouble")
        .onFailure(OnFailure.retry(wished, Backoff.none()));
  }

  /**
   * {@return the job, with as many restarts and redeliveries as there may be crashes} Without trouble there are none:
   * what is wrong with an input is wrong the next time too.
   */
  public <R> Job<R> survivedBy(Job<R> job) {
    if (wished == 0) return job.withIntensity(Intensity.none());
    return job.withIntensity(new Intensity(wished + 1, ALWAYS)).withRedelivery(Redelivery.attempts(wished));
  }

  private void look() {
    long look = looks.incrementAndGet();
    int at = Arrays.binarySearch(points, look);
    if (at < 0) return;
    made.incrementAndGet();
    if (at % 2 == 1) throw new MeantException();
    crashes.incrementAndGet();
    throw new MeantError();
  }

  /** {@return a line that tells what was done; empty if nothing was wished} */
  public String report() {
    if (wished == 0) return "";
    return made.get() + " of " + wished + " failures on purpose, " + crashes.get()
        + " of them crashes of a stage; --seed " + seed
        + " plans the same\n";
  }
}
