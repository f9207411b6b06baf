package stage.runtime.testkit;

import java.util.Objects;

/**
 * Says which stages of a simulation crash, and when. A crash is injected at the border of a turn: before user code is
 * called, or after it has returned, as the seed decides. To the engine it looks as if that code had thrown, so it
 * counts for the supervisor's intensity and the consumer's redelivery.
 *
 * <p>Turns are the calls of {@code onDemand}, {@code generate}, {@code onEvents} and {@code onComplete}, timers, casts,
 * and the function for one event in a stage that gives each event a thread of its own (there always before the call).
 * Starts and stops are no turns.
 *
 * @since 0.1
 */
public sealed interface CrashRule {
  /**
   * Crashes of one stage.
   *
   * @param stage its name, or its path from the scope down, such as {@code shop/orders}
   * @param every crash each turn whose number is a multiple of this, counted over all incarnations; at least 1
   * @since 0.1
   */
  record Every(String stage, int every) implements CrashRule {
    /**
     * Checks the values.
     *
     * @throws NullPointerException if {@code stage} is null
     * @throws IllegalArgumentException if {@code every} is below 1
     */
    public Every {
      Objects.requireNonNull(stage, "stage must not be null");
      if (every < 1) throw new IllegalArgumentException(
          "every must be at least 1, which crashes each turn, but was " + every + ", for stage " + stage);
    }

    /** {@return the rule as it is written} */
    @Override
    public String toString() {
      return "crashing(\"" + stage + "\").every(" + every + ")";
    }
  }

  /**
   * Crashes of any stage.
   *
   * @param probability how likely a turn crashes, from 0.0 to 1.0
   * @since 0.1
   */
  record Anywhere(double probability) implements CrashRule {
    /**
     * Checks the probability.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public Anywhere {
      if (!(probability >= 0 && probability <= 1)) {
        throw new IllegalArgumentException("probability must be from 0.0 to 1.0, but was " + probability
            + "; anywhere(0.01) crashes one turn in a hundred");
      }
    }

    /** {@return the rule as it is written} */
    @Override
    public String toString() {
      return "anywhere(" + probability + ")";
    }
  }

  /**
   * A stage has been named, and it is still to be said when it crashes.
   *
   * @since 0.1
   */
  final class Crashing {
    private final String stage;

    private Crashing(String stage) {
      this.stage = stage;
    }

    /**
     * {@return a rule by which every turn of the stage crashes whose number is a multiple of {@code turns}}
     *
     * @param turns at least 1; with 1 all turns crash
     * @throws IllegalArgumentException if {@code turns} is below 1
     */
    public CrashRule every(int turns) {
      return new Every(stage, turns);
    }
  }

  /**
   * {@return the beginning of a rule for one stage, as in {@code crashing("parser").every(3)}}
   *
   * @param stage its name, or its path from the scope down
   * @throws NullPointerException if {@code stage} is null
   */
  static Crashing crashing(String stage) {
    return new Crashing(Objects.requireNonNull(stage, "stage must not be null"));
  }

  /**
   * {@return a rule by which each turn of any stage but a probe crashes with this probability}
   *
   * @param probability from 0.0 to 1.0
   * @throws IllegalArgumentException if it is out of range
   */
  static CrashRule anywhere(double probability) {
    return new Anywhere(probability);
  }
}
