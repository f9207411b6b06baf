package stage.samples.flights;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * When one stage is to crash, and how. It outlives the stage's lives; only the stage's thread touches it, and who has
 * waited for its end.
 *
 * <p>A crash is due once so much of the inputs has been read. So the crashes of all stages are spread over the whole
 * input, however long it is and however it is cut into batches. In a {@linkplain #lastTurn last turn}, which is taken
 * again and again until it is good, those that are left are all due: so none is left out.
 */
final class CrashPlan {
  /** What a crash comes before, within or after. */
  enum Moment {
    BEFORE("before user code"),
    WITHIN("within user code"),
    AFTER("after user code"),
    RESTART("at a restart");

    private final String words;

    Moment(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** One restart in this many crashes too. */
  private static final int RESTARTS_PER_CRASH = 4;

  private final String stage;
  private final long[] points;
  private final LongSupplier read;
  private final SplittableRandom random;
  private final IntSupplier leftOver;
  private int extra;   // taken over from others
  private final Map<Moment, Integer> made = new EnumMap<>(Moment.class);
  private int crashes;
  private int restarts;

  /**
   * Plans the crashes of a stage.
   *
   * @param points how much of the inputs is read before each
   * @param read how much has been
   * @param random decides the rest
   */
  CrashPlan(String stage, long[] points, LongSupplier read, SplittableRandom random) {
    this(stage, points, read, random, () -> 0);
  }

  /**
   * Plans the crashes of a stage, which in its last turn also makes some that others had no occasion to.
   *
   * @param leftOver takes such a crash: 1, or 0 if there is none
   */
  CrashPlan(String stage, long[] points, LongSupplier read, SplittableRandom random, IntSupplier leftOver) {
    this.leftOver = leftOver;
    this.stage = stage;
    this.points = points.clone();
    this.read = read;
    this.random = random;
    Arrays.sort(this.points);
  }

  /** {@return how many crashes there were} */
  int crashes() {
    return crashes;
  }

  /** {@return how many of them came at that moment} */
  int crashes(Moment moment) {
    return made.getOrDefault(moment, 0);
  }

  /** {@return how often the stage was started again, starts that crashed included} */
  int restarts() {
    return restarts;
  }

  /** {@return what is to happen in a turn that begins} */
  CrashingTurn turn() {
    return crashes < points.length && points[crashes] <= read.getAsLong() ? bad() : CrashingTurn.GOOD;
  }

  /** {@return what is to happen in a turn that is the last one if it is good} */
  CrashingTurn lastTurn() {
    if (!isLeft()) extra += leftOver.getAsInt();
    return isLeft() ? bad() : CrashingTurn.GOOD;
  }

  /** {@return what is to happen in the start of another life} A crash there comes ahead of its time. */
  CrashingTurn restart() {
    restarts++;
    if (!isLeft() || random.nextInt(RESTARTS_PER_CRASH) > 0) return CrashingTurn.GOOD;
    Moment moment = random.nextBoolean() ? Moment.BEFORE : Moment.AFTER;
    return new CrashingTurn(moment, random, at -> crash(Moment.RESTART));
  }

  private boolean isLeft() {
    return crashes < points.length + extra;
  }

  private CrashingTurn bad() {
    Moment moment = Moment.values()[random.nextInt(Moment.RESTART.ordinal())];
    return new CrashingTurn(moment, random, this::crash);
  }

  private PlannedCrash crash(Moment moment) {
    crashes++;
    made.merge(moment, 1, Integer::sum);
    return new PlannedCrash(stage, moment.words());
  }
}
