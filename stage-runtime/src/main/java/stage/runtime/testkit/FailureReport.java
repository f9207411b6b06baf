package stage.runtime.testkit;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import stage.api.supervision.StageFailedException;
import stage.runtime.time.RealTime;
import stage.runtime.simulation.Shrinker;
import stage.runtime.simulation.SimulatedTime;
import stage.runtime.time.Time;

/** Simplifies a run that has failed, and reports it. */
final class FailureReport {
  // by the real clock; a run that only fails after seconds must not be made for hours
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final int[] PLAINEST = {};
  // more of them make no line that anybody could copy; then the seed is told
  private static final int MOST_CHOICES = 1000;
  private static final int MOST_CAUSES = 8;

  private final SimulationRunner attempts;
  private final List<CrashRule> rules;
  private final int shrinking;
  private final Observations sightings;

  FailureReport(SimulationRunner attempts, List<CrashRule> rules, int shrinking, Observations sightings) {
    this.attempts = attempts;
    this.rules = rules;
    this.shrinking = shrinking;
    this.sightings = sightings;
  }

  /** {@return what to throw for a run by chance} */
  SimulationFailed found(long seed, SimulationRunner.Outcome found) {
    String run = "seed " + seed + " fails";
    SimulationRunner.Outcome again = attempts.traced(found);
    String bySeed = SimulatedRuntime.SEED + seed;
    if (!again.failsAs(found)) {
      String instead =
          again.isFailure() ? " (it was " + again.failure().toString().lines().findFirst().orElse("another") + ")" : "";
      return told(run, found, bySeed, "this failure did not come again with the same choices" + instead
          + ": the body uses something that does not belong to the"
          + " simulation, such as a clock, a random number, a thread of its own, or what an earlier run has left behind");
    }
    if (shrinking == 0) return told(run, again, bySeed, "");
    SimulationRunner.Outcome shrunk = shrunk(found);
    SimulationRunner.Outcome plain = attempts.traced(shrunk);
    if (!plain.isFailure() || plain.choices().length > MOST_CHOICES) return told(run, again, bySeed, "");
    String note = ", simplified from " + found.choices().length + " choices to " + plain.choices().length;
    return told(run + note, plain, text(plain.choices()), reason(plain));
  }

  /** {@return what to throw for a run by a list of choices} */
  SimulationFailed replayed(String choices, SimulationRunner.Outcome outcome) {
    return told("the replayed run fails", outcome, choices, "");
  }

  private SimulationRunner.Outcome shrunk(SimulationRunner.Outcome found) {
    Time clock = new RealTime();
    long end = clock.nanos() + LONGEST.toNanos();
    SimulationRunner.Outcome plainest = attempts.again(PLAINEST);
    if (plainest.failsAs(found)) return plainest;
    SimulationRunner.Outcome[] best = {found};
    Shrinker.shrink(found.choices(), choices -> {
      if (clock.nanos() - end >= 0) return false;
      SimulationRunner.Outcome outcome = attempts.again(choices);
      if (!outcome.failsAs(found)) return false;
      best[0] = outcome;
      return true;
    }, shrinking - 1);
    return best[0];
  }

  /** {@return what has to come together for it to fail} */
  private String reason(SimulationRunner.Outcome plain) {
    if (plain.choices().length > 0) return "";
    if (plain.crashes() == 0) return "no seed is needed: it fails even in the simplest order, without any crash";
    boolean failsWithout = attempts.with(List.of()).again(PLAINEST).failsAs(plain);
    return failsWithout ? "no seed is needed: it fails even in the simplest order, and without the crashes too"
        : "the crashes make it fail, even in the simplest order: without them the same run does not";
  }

  private SimulationFailed told(String run, SimulationRunner.Outcome outcome, String choices, String note) {
    var message = new StringBuilder(run);
    if (!note.isEmpty()) message.append('\n').append(note);
    for (String problem : sightings.problemsOf(rules)) message.append("\nand ").append(problem);
    givenUp(outcome.failure(), 0).ifPresent(failed -> message.append("\nthe injected crashes are more than the"
        + " supervisor allows, so it gave up (").append(failed.getMessage())
        .append("); allow more with SupervisorSpec.withIntensity(Intensity.of(100))"));
    message.append('\n').append(outcome.failure() instanceof SimulatedTime.CannotGoOn why
        ? why.getMessage().stripTrailing() : outcome.failure());
    message.append("\nto repeat it, run only this test, with: -D").append(SimulatedRuntime.REPLAY).append('=')
        .append(choices);
    message.append("\n          or write in place of the seeds: SimulatedRuntime.replaying(\"").append(choices)
        .append("\")")
        .append(rules.stream().map(rule -> ".with(" + rule + ")").collect(Collectors.joining()));
    if (outcome.trace() != null) message.append(outcome.trace().text());
    return new SimulationFailed(message.toString(), choices, outcome.failure());
  }

  /** {@return the stage that was given up because of an injected crash, if that is part of the failure} */
  private static Optional<StageFailedException> givenUp(Throwable failure, int depth) {
    if (failure == null || depth == MOST_CAUSES) return Optional.empty();
    if (failure instanceof StageFailedException failed && failed.getCause() instanceof InjectedCrash) {
      return Optional.of(failed);
    }
    return Stream.concat(Stream.of(failure.getSuppressed()), Stream.ofNullable(failure.getCause()))
        .flatMap(next -> givenUp(next, depth + 1).stream()).findFirst();
  }

  private static String text(int[] choices) {
    return choices.length == 0 ? "0" : Arrays.toString(choices).replaceAll("[\\[\\] ]", "");   // 0 is the plainest list
  }
}
