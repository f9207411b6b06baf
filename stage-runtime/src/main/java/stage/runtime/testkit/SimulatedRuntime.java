package stage.runtime.testkit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import stage.runtime.simulation.RecordedChoices;
import stage.runtime.simulation.SimulatedTime;

/**
 * Runs unchanged stages, supervisors and pipelines deterministically: one thing at a time, in an order that a seed
 * decides, on a clock that jumps from timer to timer, with crashes where the rules say. The same seed always gives the
 * same run.
 *
 * <p>The body opens its scopes with {@link stage.api.supervision.Supervisor#open} as always; they are part of the
 * simulation. If nothing can go on, the run fails and says what waits for what. A run that fails is simplified for as
 * long as it still fails, and reported with its trace and a line that repeats it.
 *
 * <p>A stage that blocks by other means than Stage's own (a sleep, a lock, a socket) stops the whole simulation, which
 * then fails after 10 real seconds. Make everything that a body uses within the body, because it is run again and
 * again.
 *
 * <p>Immutable; each {@code with…} method gives a changed copy.
 *
 * @since 0.1
 */
public final class SimulatedRuntime {
  /**
   * The system property with the choices of one run; if it is set, that is the only run that is made, whatever the code
   * says.
   */
  public static final String REPLAY = "stage.testkit.replay";

  static final String SEED = "seed:";
  private static final int DEFAULT_SHRINKING = 2000;

  /**
   * What is run in a simulation.
   *
   * @since 0.1
   */
  @FunctionalInterface
  public interface Body {
    /**
     * Opens scopes, starts stages, checks the results.
     *
     * @param simulated the simulation
     * @throws Throwable what fails the test
     */
    void run(Simulated simulated) throws Throwable;
  }

  private final long first;
  private final int seeds;
  private final String kept;      // the run to make again; null for those of the seeds
  private final List<CrashRule> rules;
  private final Consumer<String> trace;   // null without one
  private final int shrinking;

  private SimulatedRuntime(long first, int seeds, String kept, List<CrashRule> rules, Consumer<String> trace,
      int shrinking) {
    this.first = first;
    this.seeds = seeds;
    this.kept = kept;
    this.rules = List.copyOf(rules);
    this.trace = trace;
    this.shrinking = shrinking;
  }

  /**
   * {@return a runtime that makes one run}
   *
   * @param seed any number
   */
  public static SimulatedRuntime withSeed(long seed) {
    return withSeeds(seed, 1);
  }

  /**
   * {@return a runtime that makes many runs, until one of them fails} Stage logs nothing of them; the trace of the one
   * that fails has the crashes and the dead letters.
   *
   * @param first the seed of the first run; each further run has the next one
   * @param count how many, at least 1
   * @throws IllegalArgumentException if {@code count} is below 1
   */
  public static SimulatedRuntime withSeeds(long first, int count) {
    if (count < 1) throw new IllegalArgumentException(
        "count must be at least 1, but was " + count + "; withSeeds(1, 1000) makes a thousand runs");
    return new SimulatedRuntime(first, count, null, List.of(), null, DEFAULT_SHRINKING);
  }

  /**
   * {@return a runtime that repeats one run}
   *
   * @param choices the choices of {@link SimulationFailed#choices}: numbers separated by commas, or {@code seed:}
   *     and a seed
   * @throws IllegalArgumentException if they are not
   */
  public static SimulatedRuntime replaying(String choices) {
    parse(choices);
    return new SimulatedRuntime(0, 1, choices, List.of(), null, 0);
  }

  /**
   * {@return this runtime with one more rule}
   *
   * @param rule which stages crash, and when
   * @throws NullPointerException if {@code rule} is null
   */
  public SimulatedRuntime with(CrashRule rule) {
    List<CrashRule> more = new ArrayList<>(rules);
    more.add(Objects.requireNonNull(rule, "rule must not be null"));
    return new SimulatedRuntime(first, seeds, kept, more, trace, shrinking);
  }

  /**
   * {@return this runtime with a trace of each step as it is made}
   *
   * @param trace gets a line for each step, for instance {@code System.out::println}
   */
  public SimulatedRuntime withTrace(Consumer<String> trace) {
    return new SimulatedRuntime(first, seeds, kept, rules, Objects.requireNonNull(trace, "trace must not be null"),
        shrinking);
  }

  /**
   * {@return this runtime with another limit to how often a failed body is run again to simplify the failure}
   * Simplifying ends after 10 real seconds in any case.
   *
   * @param mostRuns how often at most; 0 for never; 2000 by default
   * @throws IllegalArgumentException if {@code mostRuns} is negative
   */
  public SimulatedRuntime withShrinking(int mostRuns) {
    if (mostRuns < 0)
      throw new IllegalArgumentException("mostRuns must be at least 0, which is not to shrink, but was " + mostRuns);
    return new SimulatedRuntime(first, seeds, kept, rules, trace, mostRuns);
  }

  /**
   * Runs a body, once for each seed, each time in a virtual thread of its own. Waits until that has ended.
   *
   * @param body opens its scopes itself, and closes them
   * @throws SimulationFailed if a run fails: the body throws, nothing can go on, or there is no end; the cause is what
   *     the body threw
   * @throws IllegalArgumentException if all went well, but a rule names a stage that was in no run, or a probe;
   *     the message names those there were
   * @throws IllegalStateException on a thread of a simulation
   */
  public void run(Body body) {
    Objects.requireNonNull(body, "body must not be null");
    if (SimulatedTime.ofThisThread() != null)
      throw new IllegalStateException("a simulation must not be run within a simulation");
    String given = System.getProperty(REPLAY);
    String choices = given != null ? given : kept;
    var sightings = new Observations();
    var attempts = new SimulationRunner(body, rules, trace, sightings);
    var failure = new FailureReport(attempts, rules, shrinking, sightings);
    if (choices != null) {
      SimulationRunner.Outcome outcome = attempts.told(parse(choices));
      if (outcome.isFailure()) throw failure.replayed(choices, outcome);
    } else {
      for (long seed = first; seed - first < seeds; seed++) {
        SimulationRunner.Outcome outcome = attempts.first(RecordedChoices.ofSeed(seed), seeds > 1);
        if (outcome.isFailure()) throw failure.found(seed, outcome);
      }
    }
    List<String> problems = sightings.problemsOf(rules);
    if (!problems.isEmpty()) throw new IllegalArgumentException(String.join("\n", problems));
  }

  private static RecordedChoices parse(String choices) {
    Objects.requireNonNull(choices, "choices must not be null");
    try {
      String stripped = choices.strip();
      if (stripped.startsWith(SEED)) return RecordedChoices.ofSeed(Long.parseLong(stripped.substring(SEED.length())));
      return RecordedChoices.replaying(Arrays.stream(stripped.split(",")).map(String::strip)
          .filter(each -> !each.isEmpty()).mapToInt(Integer::parseInt).toArray());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("choices must be numbers separated by commas, or " + SEED
          + " followed by a seed, as a failure prints them, but were \"" + choices
          + "\"", e);
    }
  }
}
