package stage.runtime.testkit;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import stage.api.observe.StageEvent;
import stage.runtime.simulation.Choices;
import stage.runtime.time.Activity;
import stage.runtime.time.Faults;
import stage.runtime.time.StepMachine;

/** Injects the faults that the crash rules ask for. Used only by the running simulated thread. */
final class FaultInjector implements Faults {
  private static final String ASIDE = " ".repeat(27);   // as wide as what stands in front of a step
  private static final int FINENESS = 1 << 20;

  private final List<CrashRule> rules;
  private final Choices choices;
  private final Observations sightings;
  private final Consumer<String> trace;
  private final Set<String> spared = new HashSet<>();          // ends of paths
  private final Map<String, Integer> turns = new HashMap<>();  // by path
  // by path: what crashes when it returns, and the message
  private final Map<String, String> doomed = new HashMap<>();
  private int crashes;

  FaultInjector(List<CrashRule> rules, Choices choices, Observations sightings, Consumer<String> trace) {
    this.rules = rules;
    this.choices = choices;
    this.sightings = sightings;
    this.trace = trace;
  }

  /** {@return how many it has injected} */
  int crashes() {
    return crashes;
  }

  /** Tells something beside the steps. */
  void note(String what) {
    trace.accept(ASIDE + what);
  }

  /** Tells of what is not a step, and of which people want to know why. */
  void happened(Object what) {
    switch (what) {
      // that is told already
      case StageEvent.Crashed(var path, var incarnation, InjectedCrash cause, var during) -> {}
      case StageEvent.Crashed(var path, var incarnation, var cause, var during) -> note(
          path + "#" + incarnation + " crashed in " + during + ": " + cause);
      case StageEvent.DeadLettered(var letter) ->
          note(letter.path() + " gave up on " + letter.event() + ", tried " + letter.attempts()
              + (letter.attempts() == 1 ? " time: " : " times: ") + letter.cause());
      case StageEvent.Dropped(var path, var events, var why) -> note(
          path + " dropped " + events + (events == 1 ? " event: " : " events: ") + why);
      case StageEvent.GaveUp(var path, var child, var cause) -> note(
          "the supervisor " + path + " gave up, because " + child + " crashed too often: " + cause);
      case StageEvent.Abandoned(var path, var incarnation, var thread) -> note(
          path + "#" + incarnation + " ignores that it is interrupted, and was left to itself");
      default -> {}   // the steps tell of it
    }
  }

  /** A stage is part of the test, and never comes to harm. */
  void spare(String endOfPath) {
    spared.add(endOfPath);
  }

  @Override
  public void before(StepMachine machine, Activity what) {
    String path = pathOf(machine);
    if (path == null || rules.isEmpty()) return;
    if (sightings.isNew(path) && isSpared(path)) sightings.isProbe(path);
    if (!what.isTurn() || isSpared(path)) return;
    int turn = turns.merge(path, 1, Integer::sum);
    boolean isDoomed = false;
    for (CrashRule rule : rules) isDoomed |= isMet(rule, path, turn);
    if (!isDoomed) return;
    String message = "injected into turn " + turn + " of " + path + ", ";
    if (what == Activity.EVENT_FUNCTION || choices.next(2) == 0) throw crash(message + "before " + what);
    doomed.put(path, message + "after " + what);
  }

  @Override
  public void after(StepMachine machine, Activity what) {
    String message = doomed.isEmpty() ? null : doomed.remove(pathOf(machine));
    if (message != null) throw crash(message);
  }

  private InjectedCrash crash(String message) {
    crashes++;
    note("crash " + message);
    return new InjectedCrash(message);
  }

  private boolean isMet(CrashRule rule, String path, int turn) {
    return switch (rule) {
      case CrashRule.Every(var stage, var every) -> Observations.isIt(stage, path) && turn % every == 0;
      // 0 means no fault
    case CrashRule.Anywhere(var probability) -> choices.next(FINENESS) >= FINENESS - Math.round(probability * FINENESS);
    };
  }

  private boolean isSpared(String path) {
    return spared.stream().anyMatch(end -> Observations.isIt(end, path));
  }

  /** {@return the path of a stage; null for what is none} */
  private static String pathOf(StepMachine machine) {
    String name = machine.threadName();
    int end = name.lastIndexOf('#');
    return name.startsWith("stage:") && end > 0 ? name.substring("stage:".length(), end) : null;
  }
}
