package stage.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import stage.api.Demand;
import stage.behaviour.support.Quiet;
import stage.simulation.SmallScope.Act;

/**
 * Makes all runs that some small scopes have, and asks the oracle after each; says so if it could not make them all.
 */
@Timeout(3600)
@ExtendWith(Quiet.class)
class ExhaustiveTest {
  private static final List<Demand> DEMANDS = List.of(Demand.max(1).min(0), Demand.max(2).min(0), Demand.max(2).min(1));
  private static final List<Act> OUTSIDE = List.of(Act.CLOSE, Act.KILL_THE_CONSUMER, Act.STOP_THE_PRODUCER);

  @Test
  void allRunsOfSmallScopesHold() throws Exception {
    List<SmallScope> scopes = new ArrayList<>();
    for (Demand demand : List.of(DEMANDS.getFirst(), DEMANDS.getLast())) {
      for (int attempts = 1; attempts <= 2; attempts++) {
        scopes.add(new SmallScope(false, 3, demand, 2, attempts, Act.NOTHING, 0));
        scopes.add(new SmallScope(true, 3, demand, 2, attempts, Act.NOTHING, 0));
      }
      scopes.add(new SmallScope(false, 2, demand, 1, 1, Act.NOTHING, 1));
      scopes.add(new SmallScope(false, 3, demand, 0, 1, Act.NOTHING, 3));
      for (Act act : OUTSIDE) scopes.add(new SmallScope(false, 3, demand, 1, 1, act, 0));
      for (Act act : OUTSIDE) scopes.add(new SmallScope(false, 2, demand, 0, 1, act, 1));
    }
    scopes.add(new SmallScope(false, 1, Demand.max(1).min(0), 0, 1, Act.NOTHING, SmallScope.ALL));
    enumerate(scopes, 10_000_000, 600);   // some seconds, where the machine is not busy
  }

  @Test
  @Tag("stress")
  void allRunsOfLargerScopesHold() throws Exception {
    List<SmallScope> scopes = new ArrayList<>();
    for (Demand demand : DEMANDS) {
      scopes.add(new SmallScope(false, 3, demand, 2, 1, Act.NOTHING, 1));
      scopes.add(new SmallScope(false, 3, demand, 2, 2, Act.NOTHING, 1));
      scopes.add(new SmallScope(false, 3, demand, 1, 1, Act.NOTHING, 2));
      scopes.add(new SmallScope(false, 1, demand, 1, 1, Act.NOTHING, 3));
      for (Act act : OUTSIDE) scopes.add(new SmallScope(false, 2, demand, 1, 1, act, 1));
      scopes.add(new SmallScope(true, 2, demand, 1, 1, Act.NOTHING, 1));
      scopes.add(new SmallScope(false, 3, demand, 1, 1, Act.NOTHING, 1));
      scopes.add(new SmallScope(true, 1, demand, 0, 1, Act.NOTHING, 4));
    }
    scopes.add(new SmallScope(false, 2, Demand.max(1).min(0), 0, 1, Act.NOTHING, SmallScope.ALL));
    enumerate(scopes, 100_000_000, 3000);
  }

  @Nested
  class TheOdometer {
    private final Odometer odometer = new Odometer();

    @Test
    void makesEachRunOnceEvenIfSomeAreLongerThanOthers() {
      List<String> runs = new ArrayList<>();
      do {
        int first = odometer.next(3);
        runs.add(first == 1 ? first + " " + odometer.next(2) + odometer.next(2) : String.valueOf(first));
      } while (odometer.advance());

      assertThat(runs).containsExactly("0", "1 00", "1 01", "1 10", "1 11", "2");
    }

    @Test
    void refusesARunThatGoesAnotherWayThanBefore() {
      odometer.next(2);
      odometer.next(2);
      odometer.advance();

      assertThatThrownBy(() -> odometer.next(3)).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("something decides that is not chosen");
    }

    @Test
    void refusesARunThatIsShorterThanBefore() {
      odometer.next(2);
      odometer.next(2);
      odometer.advance();

      assertThatThrownBy(odometer::advance).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("0 of 2 choices");
    }
  }

  /** Makes all runs of all scopes, at most so many, in at most so many seconds. */
  private static void enumerate(List<SmallScope> scopes, long most, long seconds) throws Exception {
    long begun = System.nanoTime();
    long[] runs = {0};
    var task = new FutureTask<Void>(() -> {
      for (SmallScope scope : scopes) {
        runs[0] += enumerate(scope, most - runs[0], begun + seconds * 1_000_000_000L);
      }
    }, null);
    Thread.ofVirtual().start(task);   // a platform thread would cost ten times as much at each switch
    task.get();
    double took = (System.nanoTime() - begun) / 1e9;
    System.out.printf("exhaustive: all %d runs of %d scopes, %.0f runs/s, %.1f s%n", runs[0], scopes.size(),
        runs[0] / took, took);
  }

  private static long enumerate(SmallScope scope, long most, long untilNanos) {
    var odometer = new Odometer();
    long runs = 0;
    do {
      if (runs == most || System.nanoTime() - untilNanos > 0)
        fail("not enumerated to the end, but given up after %d runs: %s", runs, scope);
      try {
        scope.run(odometer);
      } catch (Throwable failure) {
        throw new AssertionError(
            scope + ": run " + runs + " fails, which made the choices " + Arrays.toString(odometer.made()), failure);
      }
      runs++;
    } while (odometer.advance());
    return runs;
  }
}
