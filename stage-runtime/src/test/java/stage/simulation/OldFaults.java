package stage.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import stage.runtime.engine.TimersChecks;
import stage.runtime.testkit.SimulatedRuntime;
import stage.runtime.testkit.SimulationFailed;
import stage.runtime.time.TimerThreadChecks;

/**
 * Faults that the engine once had, put into a copy of it again: what {@link UserFaults} and the checks of timers must
 * find. A program of its own, for a JVM with the flags of {@code OtherJvm.SIMULATING}.
 */
final class OldFaults {
  private static final int MOST = 5_000;
  private static final long FIRST = 1_000_000;

  private OldFaults() {}

  private static Mutant fault(String name, String file, String... changes) {
    var pairs = new ArrayList<ChangedEngine.Change>();
    for (int i = 0; i < changes.length; i += 2) pairs.add(new ChangedEngine.Change(changes[i], changes[i + 1]));
    return new Mutant(name, file, pairs, false);
  }

  static final List<Mutant> FAULTS = List.of(
      fault("events are taken out of the intake before they are published", "engine/Intake.java",
          "    half.publish(inHand, 0, inHand.length);\n    acceptInHand();",
          "    Object[] taken = inHand;\n    acceptInHand();\n    half.publish(taken, 0, taken.length);"),
      fault("a turn that throws after it has published wakes nobody", "engine/Intake.java",
          "    } finally {\n      if (any) half.fenceAndWake();\n    }",
          "      if (any) half.fenceAndWake();\n    } finally {\n      assert true;\n    }"),
      fault("the look before parking throws out of the machine", "engine/CellSteps.java",
          "      unanswered = failure;\n      return true;\n    }", "      throw failure;\n    }"),
      fault("a sum of demand overflows", "dispatch/Sums.java",
          "return sum < 0 ? Long.MAX_VALUE : sum;", "return sum;"),
      fault("a message is taken out of the mailbox before its turn has begun", "engine/Turns.java",
          "    if (isTurn) beginTurn();", "    boolean early = mailbox.take(message);\n    if (isTurn) beginTurn();",
          "    boolean taken = mailbox.take(message);", "    boolean taken = early;"),
      fault("the flag for cancels is cleared after the look", "engine/CellSteps.java",
          "if (cell.consumerHalf().hasCancelled()) cell", "if (selector.toCancel() != null) cell"),
      fault("each restart asks by hand once more", "engine/LaneInlet.java",
          "    inherited = lane.requested() - lane.settled();", "    inherited = 0;"),
      fault("nobody asks again for an event that was given up on", "engine/LaneInlet.java",
          "if (demand.isManual()) asked = Sums.plus(asked, events);", ""),
      fault("a dead letter does not report that its lane is settled", "engine/ConsumerTurn.java",
          "if (asked || of.lane().shouldNotifyProducer())", "if (asked)"),
      fault("a producer with more pages is not asked again", "engine/ProducerRole.java",
          "told = wakesItself ? Math.max(0, told - out.count()) : 0;", "told = Math.max(0, told - out.count());"),
      fault("a busy stage does not see an end that was there before it", "engine/Handshake.java",
          "if (made.isOver()) consumer.signals().set(Signals.INPUT_ENDED);", ""),
      fault("what is first in the look always goes first", "engine/WorkSelector.java",
          "int at = served.ordinal() + i;", "int at = i - 1;"),
      fault("messages without end keep a stage from completing", "engine/WorkSelector.java",
          "lettersAtTheEnd < cell.mailboxCapacity() && ", ""),
      fault("a new subscription overtakes the one that was cancelled", "engine/ProducerHalf.java",
          "if (newest != null && newest.isBehindOneGivenUp(lane)) {", "if (false) {"),
      fault("what waits is not delivered while a generator blocks", "engine/Cell.java",
          "    if (isGenerator) incarnations.handover().doChores();   // it may", "    // it may"),
      fault("a drain waits for consumers that are not there", "dispatch/DemandLanes.java",
          "  public boolean awaitsSomebody() {\n    return sharing.size() == 0;",
          "  public boolean awaitsSomebody() {\n    return false;"),
      fault("an event is blamed for what its sink suffers from", "engine/Lifecycle.java",
          "      incarnations.forgive(cause);\n    }",
          "      incarnations.abandon(cell.options().redelivery(), cause);\n    }"),
      fault("a turn that is interrupted counts as done", "engine/Turns.java",
          "      role.rollback();\n      memory.rollback();\n      turnFailed(failure);\n      return;",
          "      if (failure instanceof InterruptedException) {\n        commit();\n        return;\n      }\n"
              + "      role.rollback();\n      memory.rollback();\n      turnFailed(failure);\n      return;"),
      fault("an event whose task is interrupted counts as handled", "engine/Tasks.java",
          "if (task.failure == null) {\n        task.fate = Fate.HANDLED;",
          "if (task.failure == null || task.failure instanceof InterruptedException) {\n        task.fate = Fate.HANDLED;"),
      fault("a turn finds the flag that an earlier one has left set", "engine/Turns.java",
          "    Thread.interrupted();   // left over from an earlier turn\n", ""),
      fault("what a call has emitted is published although it fails", "engine/Turns.java",
          "    } catch (Throwable thrown) {\n      role.rollback();\n      memory.rollback();\n      failure = thrown;",
          "    } catch (Throwable thrown) {\n      if (what == Activity.CALL) role.commit();\n      else role.rollback();\n"
              + "      memory.rollback();\n      failure = thrown;"),
      fault("a new incarnation is not told of the consumers that are there", "engine/ProducerHalf.java",
          "    if (wants) for (Lane<?> lane : lanes.all()) if (lane.isAdmitted()) news.came(lane);\n", ""),
      fault("a producer is not told that a consumer has left", "engine/ProducerHalf.java",
          "    if (news != null && lane.isAdmitted()) news.left(lane);\n", ""),
      fault("an event that was given up on is tried again", "engine/Tasks.java",
          "task.attempts <= attempts && !task.isGivenUp()", "task.attempts <= attempts"),
      fault("an end with nothing subscribed says nothing of temporary subscriptions (B42)", "engine/Handshake.java",
          "CancelPolicy.TEMPORARY on each", "another policy on each"),
      fault("the last of temporary subscriptions ends its consumer (B42)", "engine/Lifecycle.java",
          "policy == CancelPolicy.TRANSIENT && last", "last"),
      fault("what an overflow drops is in no report (C5)", "engine/ProducerHalf.java",
          "    droppedUntold += events;\n", ""),
      fault("demand is refilled only when it has fallen to its minimum (C8)", "engine/LaneInlet.java",
          "Math.max(demand.min(), 2L * running)", "demand.min()"),
      fault("what finds no place is dropped, and called accepted (K7)", "engine/Intake.java",
          "!permits.tryAcquire()) {\n      ensureOpen();\n      return false;\n    }\n    enqueue(event);\n    return true;",
          "!permits.tryAcquire()) {\n      dropNewest();\n      return true;\n    }\n    enqueue(event);\n    return true;"),
      fault("what finds no place in time is handed in all the same (K7)", "engine/Intake.java",
          "    if (!permits.tryAcquire(nanos)) {\n      ensureOpen();\n      return false;\n    }\n",
          "    permits.tryAcquire(nanos);\n"));

  /** Faults that a simulation cannot meet, because they are of real timers or of the time that something takes. */
  static final List<Mutant> OF_TIMERS = List.of(
      fault("cancelled timers stay until they would have been due (B04)", "time/TimerThread.java",
          "if (isWorthThrowingOut(cancelled.get()) || areAllCancelled()) throwOut();", ""),
      fault("the timer thread queues for a lock that virtual threads hold (P27)", "time/TimerThread.java",
          "  private final long idleNanos;\n",
          "  private final java.util.concurrent.locks.ReentrantLock handIn =\n"
              + "      new java.util.concurrent.locks.ReentrantLock();\n  private final long idleNanos;\n",
          "    pending.getAndIncrement();\n    Entry newest;",
          "    handIn.lock();\n    handIn.unlock();\n    pending.getAndIncrement();\n    Entry newest;"),
     
      fault("a timer that is due before all others does not wake the timer thread (P27)", "time/TimerThread.java",
          "else if (asleep && atNanos - wakesAtNanos < 0) LockSupport.unpark(running);", ""),
      fault("to cancel a timer all others are looked at (P05)", "engine/Timers.java",
          "      action = null;\n      cancelled++;\n      throwOut();", "      action = null;\n      queue.remove(this);"));

  /** Runs within the loader of a changed engine, too. */
  public static final class Hunt {
    private static final Logger LOGGER = Logger.getLogger("stage");

    private Hunt() {}

    /** {@return how many seeds it took until one failed; -1 if none of so many did} */
    public static int seeds(long first, int most) {
      Level before = LOGGER.getLevel();
      LOGGER.setLevel(Level.OFF);
      try {
        for (int i = 0; i < most; i++) if (failureOf(first + i) != null) return i + 1;
        return -1;
      } finally {
        LOGGER.setLevel(before);
      }
    }

    static SimulationFailed failureOf(long seed) {
      try {
        SimulatedRuntime.withSeeds(seed, 2).withShrinking(0).run(UserFaults::run);   // two, so that nothing is logged
        return null;
      } catch (SimulationFailed failed) {
        return failed;
      }
    }
  }

  /** Prints how many seeds each takes, all or those whose names contain a text; -1 for one that is not found. */
  public static void main(String... args) throws Exception {
    for (Mutant fault : FAULTS) {
      if (isMeant(fault, args)) System.out.printf("found %d %s%n", (int) ChangedEngine.call(fault.name(), fault.file(),
          fault.changes(), Hunt.class, "seeds", FIRST, MOST), fault.name());
    }
    for (Mutant fault : OF_TIMERS) {
      if (!isMeant(fault, args)) continue;
      Class<?> checks = fault.file().startsWith("time/") ? TimerThreadChecks.class : TimersChecks.class;
      Object found = ChangedEngine.call(fault.name(), fault.file(), fault.changes(), checks, "firstToFail");
      System.out.printf("found %d %s%n", found == null ? -1 : 1, fault.name());
    }
  }

  static List<Mutant> all() {
    return Stream.concat(FAULTS.stream(), OF_TIMERS.stream()).toList();
  }

  private static boolean isMeant(Mutant fault, String... args) {
    return args.length == 0 || Arrays.stream(args).anyMatch(fault.name()::contains);
  }
}
