package stage.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * A bug that the engine could have, as a change of its source.
 *
 * @param name what goes wrong
 * @param file which source, below {@code stage/runtime}
 * @param changes what is replaced by what; each must be there
 * @param isRare whether it takes more than some hundred seeds to find it
 */
record Mutant(String name, String file, List<ChangedEngine.Change> changes, boolean isRare) {
  private static Mutant of(String name, String file, String... changes) {
    return new Mutant(name, file, pairs(changes), false);
  }

  private static Mutant rare(String name, String file, String... changes) {
    return new Mutant(name, file, pairs(changes), true);
  }

  private static List<ChangedEngine.Change> pairs(String... changes) {
    var pairs = new ArrayList<ChangedEngine.Change>();
    for (int i = 0; i < changes.length; i += 2) pairs.add(new ChangedEngine.Change(changes[i], changes[i + 1]));
    return pairs;
  }

  static final List<Mutant> ALL = List.of(
      // What the simulation itself has found.
      of("a stage that crashes before its starter wakes up belongs to no group", "engine/Lifecycle.java",
          "      hasStarted = true;\n", "",
          "    return startFailure;\n", "    hasStarted = startFailure == null;\n    return startFailure;\n"),
      of("a new group restart forgets the stages that the previous one still has to start",
          "supervision/FaultHandling.java",
          "      group.addAll(at.groupRestart.owed());\n", ""),
      rare("nested group restarts share stages", "supervision/FaultHandling.java",
          "if (at.groupRestart == null"
              + " || at != this && !at.groupRestart.mustStartAnyOf(group)) continue;",
          "if (at.groupRestart == null || at != this) continue;"),
      of("a concurrent stage does not report that its last event is settled", "engine/TaskRole.java",
          "input.fenceAndWakeProducers();",
          "if (!published) input.fenceAndWakeProducers();"),
      rare("a group restart waits for a stage that is stopped while it is held", "engine/Lifecycle.java",
          "if (wasBetween) news().held(cell, false);", ""),
      rare("a group restart waits for a stage that crashed and then was stopped", "supervision/GroupRestart.java",
          "    leavers.add(child);\n",
          "    if (step == Step.STOPPING && at >= 0 && group.get(at) == child && asked) next(-1);\n"),
      rare("an event given up on behind an unfinished one counts as handled", "engine/Tasks.java",
          "task.fate == Fate.HANDLED && (task.isEmitted", "task.fate != Fate.RUNNING && (task.isEmitted"),
      rare("a start that fails after a backoff ends the stage", "engine/Lifecycle.java",
          "    enter(new Phase.Starting());   // the backoff", "    // the backoff"),
      rare("a late message that fails makes an ending stage fail", "engine/Lifecycle.java",
          "if (phase instanceof Phase.Draining && during != Activity.DISPATCHER) {", "if (false) {"),
      rare("a stage killed while it drains is examined for ever", "engine/WorkSelector.java",
          "    if ((told & Signals.KILLED) != 0) return Work.KILL;\n    boolean mail", "    boolean mail"),

      // What pipelines stand on: output that goes on over turns, the fates of single events, the state of operators,
      // progress.
      of("an operator's state does not roll back", "engine/States.java",
          "      state.rollback();\n", ""),
      rare("a replaced thread can still write an operator's state", "engine/States.java",
          "return new Operated(state.committedOnly());", "return this;"),
      rare("a restart forgets the output that is left to emit", "engine/BehaviourMaker.java",
          "asksForMore(role != null && role.asksForMore());", "asksForMore(false);"),
      of("a stage is told twice that its input has ended", "engine/Lifecycle.java",
          "      input = input.told();\n", ""),
      of("a stage completes although it has output left to emit", "engine/Lifecycle.java",
          "      if (!incarnations.role().isCompleted() && cell.steps().goesOn()) return;\n", ""),
      of("input is taken although output is left to emit", "engine/ConsumingRole.java",
          "boolean goesOn = mayGoOn();", "boolean goesOn = mayGoOn() && !input.isReady();"),
      of("an event that its turn gave up on counts as handled", "engine/LaneInlet.java",
          "return settle(events - deadLettered - dropped, deadLettered, dropped);", "return settle(events, 0, 0);"),
      rare("an event stays given up on although its turn was rolled back", "engine/LaneInlet.java",
          "    settledOfBatch = 0;\n    left = 0;\n    if (givenUp != null) givenUp.forget(0);\n",
          "    settledOfBatch = 0;\n    left = 0;\n",
          "    if (givenUp != null) givenUp.forget(0);\n    asked = 0;", "    asked = 0;"),
      of("events that a turn leaves in its lane count as handled", "engine/LaneInlet.java",
          ": inHand - left;", ": inHand;"),
      of("output that a turn has taken back is published", "engine/StagedOutlet.java",
          "    Arrays.fill(staged, mark, count, null);\n    count = mark;\n", ""),
      rare("event-time progress overtakes waiting events", "dispatch/CommonBacklog.java",
          "    if (backlog.isEmpty()) tell(progress);\n    else pending().add(progress, backlog.size());\n",
          "    tell(progress);\n"),
      of("event-time progress is reported before earlier events are handled", "engine/LaneInlet.java",
          "return seenProgress() != null && progress.isBehind(lane.settled() + inHand - left);",
          "return seenProgress() != null;"),
      rare("event-time progress counts although its turn was rolled back", "engine/ProgressTurn.java",
          "  void rollback() {\n    told = null;", "  void rollback() {\n    commit();"),

      // What other libraries had, and what the design forbids.
      of("a group is stopped in start order and started in reverse (S22)", "supervision/GroupRestart.java",
          "this.group = new ArrayList<>(group);", "this.group = new ArrayList<>(group.reversed());"),
      of("rest-for-one restarts the earlier siblings too (S23)", "supervision/FaultHandling.java",
          "spec.strategy() == Strategy.REST_FOR_ONE && seen;", "spec.strategy() == Strategy.REST_FOR_ONE;"),
      of("events in hand at a crash are dropped (GenStage)", "engine/ConsumerTurn.java",
          "    inlet.rollback();\n    crashed = inlet;\n", "    inlet.commit();\n"),
      of("output of a crashed turn is published (settle before commit)", "engine/ProducerConsumerRole.java",
          "    out.rollback();\n    super.rollback();",
          "    if (out.commit()) half.fenceAndWake();\n    super.rollback();"),
      of("state does not roll back", "engine/StageMemory.java",
          "if (states != null) states.rollback();", ""),
      of("a commit point keeps no state", "engine/Turns.java",
          "    boolean more = inlet.settleNext(events);\n    try {\n      memory.commit();\n",
          "    boolean more = inlet.settleNext(events);\n    try {\n"),
      rare("a commit point publishes no output", "engine/Turns.java",
          "    role.commitOutput();\n", ""),
      of("demand counts twice after a restart", "engine/ConsumerHalf.java",
          "      if (inlet.isMet()) isUntold(inlet);",
          "      inlet.lane().settle(0, 0, 0, inlet.lane().requested() + 1);\n      if (inlet.isMet()) isUntold(inlet);"),
      rare("demand is not asked for again after a dead letter", "engine/LaneInlet.java",
          "      if (before - settled <= demand.min()) requested",
          "      if (deadLettered == 0 && before - settled <= demand.min()) requested"),
      of("one redelivery too few", "engine/Suspects.java",
          "return tries > attempts;", "return tries >= attempts;"),
      of("one redelivery too many", "engine/Suspects.java",
          "return tries > attempts;", "return tries > attempts + 1;"),
      of("the number of attempts is forgotten when another event is settled", "engine/Suspects.java",
          "    tries = triesOfBatch;\n    if (events == 0)", "    tries = 0;\n    if (events == 0)"),
      of("a concurrent stage attempts a failed event once too often", "engine/Tasks.java",
          "} else if (task.attempts <= attempts && !task.isGivenUp()) {",
          "} else if (task.attempts <= attempts + 1 && !task.isGivenUp()) {"),
      of("a failed task keeps its slot (RxJava#7687)", "engine/Tasks.java",
          "      running--;\n", "      if (task.failure == null) running--;\n"),
      of("one restart too many within the period (S20)", "supervision/IntensityWindow.java",
          "return times.size() > restarts;", "return times.size() > restarts + 1;"),
      of("one restart too few within the period (S20)", "supervision/IntensityWindow.java",
          "return times.size() > restarts;", "return times.size() >= restarts;"),
      rare("the restart period never ends (S20)", "supervision/IntensityWindow.java",
          "nowNanos - times.peekFirst() > periodNanos", "false"),
      of("output and settlements of an abandoned thread are accepted", "engine/Handover.java",
          "if ((stay & 1) == 0 || !driver.isCurrent()) break;",
          "if ((stay & 1) == 1) word = stay + 1;\n      if (stay == Integer.MAX_VALUE) break;\n      if (stay >= 0) return;"),
      of("a stage stops reading its mailbox after a message fails (RxJava#7687)", "engine/Turns.java",
          "    serving = wasServing;\n", "    if (failure == null) serving = wasServing;\n"),
      rare("a closing mailbox leaves its callers without an answer (methanol#88)", "engine/Cell.java",
          "      refused.refuse(reason);\n", ""),
      rare("a stage cancelled before it started is waited for (KAFKA-17112)", "engine/Lifecycle.java",
          "    endIsReached();\n    if (!started.isReached()) firstStartIsOver();\n", "    endIsReached();\n"),
      of("a sender that waits to emit is not refused at the end", "engine/Intake.java",
          "      counted.open();\n      permits.release(1);", "      counted.open();"),
      of("an event emitted after the end is accepted", "engine/Intake.java",
          "      closed = true;\n", ""),
      rare("a leaving consumer does not wake its producer (lost wake-up on cancel)", "engine/ProducerHalf.java",
          "    cell.signals().set(Signals.CONSUMER_LEFT);\n    cell.wake();", ""),
      of("a signal does not wake its stage", "mailbox/Signals.java",
          "    BITS.getAndBitwiseOr(this, bit);   // volatile, so it is the full fence that pairs with the announcement of the driver\n    driver.wake();",
          "    BITS.getAndBitwiseOr(this, bit);"),
      of("events that a consumer gives back are lost", "dispatch/DemandLanes.java",
          "putFirst(events);\n    return 0;", "return 0;"),
      of("events that a consumer gives back are duplicated", "dispatch/DemandLanes.java",
          "putFirst(events);\n    return 0;",
          "putFirst(events);\n    if (events.length > 0) putFirst(new Object[] {events[0]});\n    return 0;"),
      of("a broadcast goes at the pace of the fastest", "dispatch/BroadcastLanes.java",
          "    return slowest.first().key();",
          "    long most = 0;\n    for (Seat<E> seat : seats) most = Math.max(most, seat.lane.demand());\n    return most;"),
      rare("a late consumer of a broadcast gets events from before its subscription", "dispatch/BroadcastLanes.java",
          "wasAlone ? 0 : backlog.size()", "0"),
      of("onStop of the crashed behaviour is not called", "engine/Incarnations.java",
          "    if (old != null) stop(old, reason);",
          "    if (old != null && !(reason instanceof StopReason.Crashed)) stop(old, reason);"),
      rare("a backing-off stage ignores that the scope stops", "engine/WorkSelector.java",
          "        if ((told & Signals.DRAINED) != 0 && !expectsMore()) yield Work.STOP;\n        yield nowNanos",
          "        yield nowNanos"),
      rare("a drain ends a stage that still has events", "engine/WorkSelector.java",
          "if (consumerHalf.hasNoInlets() && !goesOn()) return mayReadOn()",
          "if (!goesOn()) return mayReadOn()"),
      rare("an ending producer does not wait for its backlog to be delivered", "engine/WorkSelector.java",
          "if (half.laneCount() == 0 || isDelivered && half.isSettled()) return Work.FINISH;",
          "if (true) return Work.FINISH;"),
      of("a stage takes more than it can pass on", "engine/ProducerConsumerRole.java",
          "takeTurn(takesAhead() ? Integer.MAX_VALUE : out.demand());", "takeTurn(1000);"),
      of("a restart is not counted", "supervision/ChildNews.java",
          "      supervisor.counters().restarts++;\n", ""),
      rare("join returns before the last stage has ended", "supervision/Children.java",
          "if (--above.alive == 0) above.idle.open();", "if (--above.alive <= 1) above.idle.open();"));
}
