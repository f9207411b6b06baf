package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stage.runtime.testkit.SimulatedRuntime;
import stage.runtime.testkit.SimulationFailed;

/**
 * What users do wrong, and what others suffered from, by seeds: {@code -Dstage.sim.user.seeds}. And each fault that the
 * engine once had is found, in a copy of the engine that has it again, by some thousand seeds; {@link #main} prints by
 * how many.
 */
@Timeout(1800)
class UserFaultsTest {
  private static final int SEEDS = Integer.getInteger("stage.sim.user.seeds", 2_000);
  private static final int MOST = 5_000;

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
      fault("a message is taken out of the mailbox before its turn has begun", "engine/Incarnations.java",
          "    if (isTurn) beginTurn();", "    boolean early = mailbox.take(message);\n    if (isTurn) beginTurn();",
          "    boolean taken = mailbox.take(message);", "    boolean taken = early;"),
      fault("the flag for cancels is cleared after the look", "engine/CellSteps.java",
          "if (cell.consumerHalf().hasCancelled()) cell", "if (selector.toCancel() != null) cell"),
      fault("each restart asks by hand once more", "engine/LaneInlet.java",
          "    inherited = lane.requested() - lane.settled();", "    inherited = 0;"),
      fault("nobody asks again for an event that was given up on", "engine/LaneInlet.java",
          "if (demand.isManual()) asked = Sums.plus(asked, events);", ""),
      fault("a producer with more pages is not asked again", "engine/ProducerRole.java",
          "told = wakesItself ? Math.max(0, told - out.count()) : 0;", "told = Math.max(0, told - out.count());"),
      fault("a busy stage does not see an end that was there before it", "engine/Handshake.java",
          "if (isOver) consumer.signals().set(Signals.INPUT_ENDED);", ""),
      fault("what is first in the look always goes first", "engine/WorkSelector.java",
          "int at = served.ordinal() + i;", "int at = i - 1;"),
      fault("messages without end keep a stage from completing", "engine/WorkSelector.java",
          "lettersAtTheEnd < cell.mailbox().capacity() && ", ""),
      fault("a new subscription overtakes the one that was cancelled", "engine/ProducerHalf.java",
          "if (newest.isBehindOneGivenUp(lane)) {", "if (false) {"),
      fault("what waits is not delivered while a generator blocks", "engine/Cell.java",
          "    if (isGenerator) incarnations.handover().doChores();   // it may", "    // it may"),
      fault("a drain waits for consumers that are not there", "dispatch/DemandLanes.java",
          "  public boolean awaitsSomebody() {\n    return sharing.size() == 0;",
          "  public boolean awaitsSomebody() {\n    return false;"),
      fault("an event is blamed for what its sink suffers from", "engine/Lifecycle.java",
          "        incarnations.forgive(cause);\n      }\n      case Directive.Hold",
          "        incarnations.abandon(cell.options().redelivery(), cause);\n      }\n      case Directive.Hold"));

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

  @Test
  void eachComesToWhatItMust() {
    SimulatedRuntime.withSeeds(0, SEEDS).run(UserFaults::run);
  }

  @Test
  void eachFaultOfOldFitsTheEngine() throws Exception {
    for (Mutant fault : FAULTS) ChangedEngine.ensureFits(fault.name(), fault.file(), fault.changes());
  }

  @Test
  void eachFaultOfOldIsFound() throws Exception {
    List<String> survivors = new ArrayList<>();
    for (Mutant fault : FAULTS) if (seedsToFind(fault, 1_000_000) < 0) survivors.add(fault.name());
    assertThat(survivors).as("not found by %d seeds", MOST).isEmpty();
  }

  private static int seedsToFind(Mutant fault, long first) throws Exception {
    return (int) ChangedEngine.call(fault.name(), fault.file(), fault.changes(), Hunt.class, "seeds", first, MOST);
  }

  /** Prints how many seeds each takes. */
  public static void main(String... args) throws Exception {
    for (Mutant fault : FAULTS) {
      if (args.length == 0 || fault.name().contains(args[0]))
        System.out.printf("%-80s %6d%n", fault.name(), seedsToFind(fault, 1_000_000));
    }
  }
}
