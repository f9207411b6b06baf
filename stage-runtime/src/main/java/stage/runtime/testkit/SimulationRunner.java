package stage.runtime.testkit;

import java.util.List;
import java.util.function.Consumer;
import stage.runtime.simulation.OnVirtualThread;
import stage.runtime.simulation.RecordedChoices;
import stage.runtime.simulation.SimulatedTime;
import stage.runtime.simulation.SimulationOptions;

/** Runs a body in simulations, one after the other. */
final class SimulationRunner {
  /** What came of one of them. */
  record Outcome(Throwable failure, int[] choices, int crashes, long steps, KeptTrace trace) {
    boolean isFailure() {
      return failure != null;
    }

    /** {@return whether it fails, and as another one did} */
    boolean failsAs(Outcome other) {
      return isFailure() && kindOf(failure).equals(kindOf(other.failure));
    }

    /** {@return what fails, without the numbers and the hash codes of one run} */
    private static String kindOf(Throwable failure) {
      String line = String.valueOf(failure).lines().findFirst().orElse("");
      return line.replaceAll("@[0-9a-f]+", "@#").replaceAll("[0-9]+", "#").replaceAll("(#, )+#", "#");
    }
  }

  private final SimulatedRuntime.Body body;
  private final List<CrashRule> rules;
  private final Consumer<String> told;   // null without one
  private final Observations sightings;

  SimulationRunner(SimulatedRuntime.Body body, List<CrashRule> rules, Consumer<String> told, Observations sightings) {
    this.body = body;
    this.rules = rules;
    this.told = told;
    this.sightings = sightings;
  }

  /** {@return the same, with other rules, and nobody told of its steps} */
  SimulationRunner with(List<CrashRule> others) {
    return new SimulationRunner(body, others, null, sightings);
  }

  /**
   * {@return what comes of a run that nobody has seen}
   *
   * @param isQuiet whether nothing is logged of it
   */
  Outcome first(RecordedChoices choices, boolean isQuiet) {
    return run(choices, told, null, isQuiet);
  }

  /** {@return what comes of a run that somebody wants to see} */
  Outcome told(RecordedChoices choices) {
    return run(choices, told, new KeptTrace(0), false);
  }

  /** {@return what comes of one more of the same kind} Nothing is logged of it. */
  Outcome again(int[] choices) {
    return run(RecordedChoices.replaying(choices), null, null, true);
  }

  /** {@return what comes of a run that was made before, with the end of its trace} Nothing is logged of it. */
  Outcome traced(Outcome before) {
    return run(RecordedChoices.replaying(before.choices), null, new KeptTrace(before.steps), true);
  }

  private Outcome run(RecordedChoices choices, Consumer<String> listener, KeptTrace kept, boolean isQuiet) {
    return OnVirtualThread.run("stage-simulated-test", () -> simulate(choices, listener, kept, isQuiet));
  }

  private Outcome simulate(RecordedChoices choices, Consumer<String> listener, KeptTrace kept, boolean isQuiet) {
    var options = new SimulationOptions(false, choices.next(4) == 1, 1 + choices.next(2) * choices.next(6),
        SimulationOptions.PLAIN.mostSteps());
    Consumer<String> trace = line -> {
      if (listener != null) listener.accept(line);
      if (kept != null) kept.add(line);
    };
    var injector = new FaultInjector(rules, choices, sightings, listener == null && kept == null ? line -> {} : trace);
    var time = new SimulatedTime(choices, injector, options);
    if (isQuiet) time.quiet();
    time.witness(injector::happened);
    if (listener != null || kept != null && kept.beginsAt(0)) time.trace(trace);
    else if (kept != null) time.afterStep(driver -> {
      if (kept.beginsAt(time.steps())) time.trace(trace);
    });
    Throwable failure = null;
    try {
      time.run(() -> {
        body.run(new Simulated(time, choices, injector));
        if (time.openScopes().isEmpty()) return;
        throw new AssertionError("the body left open: scope " + String.join(", scope ", time.openScopes())
            + "; open scopes in the body with try-with-resources, so"
            + " that their ends are part of the simulation");
      });
    } catch (Throwable thrown) {
      failure = thrown;
    }
    return new Outcome(failure, choices.made(), injector.crashes(), time.steps(), kept);
  }
}
