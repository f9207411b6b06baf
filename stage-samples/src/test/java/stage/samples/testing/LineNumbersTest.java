package stage.samples.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static stage.runtime.testkit.CrashRule.crashing;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageFactory;
import stage.api.State;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.testkit.ConsumerProbe;
import stage.runtime.testkit.ProducerProbe;
import stage.runtime.testkit.SimulatedRuntime;
import stage.runtime.testkit.SimulationFailed;

/** How a bug is found that shows only when a stage crashes in the wrong moment; the guide to testing explains it. */
class LineNumbersTest {
  private static final Logger LOG = Logger.getLogger("stage");   // kept, or its level is forgotten with it

  /** Puts a number in front of each line. With a bug: a restart makes another one of these, which begins at 1 again. */
  static final class Forgetful implements Stage.ProducerConsumer<String, String> {
    private int number;

    @Override
    public void onEvents(List<String> lines, Inlet<String> from, Outlet<String> out) {
      for (String line : lines) out.emit(++number + ": " + line);
    }
  }

  /**
   * The same without the bug: the number belongs to the stage and not to one of its lives, and changes with the turn.
   */
  static final class Mindful implements Stage.ProducerConsumer<String, String> {
    private State<Integer> number;

    @Override
    public void onStart(StageContext context) {
      number = context.state("number", 0);
    }

    @Override
    public void onEvents(List<String> lines, Inlet<String> from, Outlet<String> out) {
      for (String line : lines) {
        number.set(number.value() + 1);
        out.emit(number.value() + ": " + line);
      }
    }
  }

  @BeforeAll
  static void silence() {
    LOG.setLevel(Level.OFF);   // each crash would be a line
  }

  @AfterAll
  static void speak() {
    LOG.setLevel(null);
  }

  private static <S extends Stage.ProducerConsumer<String, String>> List<String> numbered(StageFactory<S> numbers,
      String... lines) throws InterruptedException {
    List<String> all = new ArrayList<>();
    try (Supervisor scope = Supervisor.open(SupervisorSpec.of("print").withIntensity(Intensity.of(100)))) {
      ProducerProbe<String> source = ProducerProbe.start(scope, "source");
      var numbering = scope.start(Stage.producerConsumer("numbers", source.ref(), numbers).withDemand(Demand.max(2)));
      ConsumerProbe<String> sink = ConsumerProbe.start(scope, "sink", numbering);
      sink.request(lines.length);
      for (String line : lines) source.sendNext(line);
      for (int i = 0; i < lines.length; i++) all.add(sink.expectNext());
      source.complete();
      sink.expectComplete();
    }
    return all;
  }

  @Test
  void withoutACrashBothAreRight() throws InterruptedException {
    assertThat(numbered(Forgetful::new, "a", "b", "c")).containsExactly("1: a", "2: b", "3: c");
    assertThat(numbered(Mindful::new, "a", "b", "c")).containsExactly("1: a", "2: b", "3: c");
  }

  @Test
  void withCrashesOneIsFoundOut() {
    SimulatedRuntime runtime = SimulatedRuntime.withSeeds(1, 1000).with(crashing("numbers").every(3));

    var failed = catchThrowableOfType(SimulationFailed.class,
        () -> runtime.run(
            simulated -> assertThat(numbered(Forgetful::new, "a", "b", "c")).containsExactly("1: a", "2: b", "3: c")));

    assertThat(failed.getMessage())
        .contains("simplified")                            // the run was shrunk
        .contains("1: c")                                  // the third line has number 1
        .contains("print/numbers#2 started its behaviour")       // in the trace: the second life of the stage
        .contains("-Dstage.testkit.replay=" + failed.choices());
    System.out.println(failed.getMessage());
  }

  @Test
  void theOtherOneHolds() {
    SimulatedRuntime.withSeeds(1, 1000).with(crashing("numbers").every(3))
        .run(simulated -> assertThat(numbered(Mindful::new, "a", "b", "c")).containsExactly("1: a", "2: b", "3: c"));
  }

  @Test
  void theRunThatFailedCanBeSeenAgain() {
    SimulatedRuntime runtime = SimulatedRuntime.withSeeds(1, 1000).with(crashing("numbers").every(3));
    Queue<String> seen = new ConcurrentLinkedQueue<>();
    SimulatedRuntime.Body body = simulated -> {
      List<String> lines = numbered(Forgetful::new, "a", "b", "c");
      seen.add(String.join(", ", lines));
      assertThat(lines).containsExactly("1: a", "2: b", "3: c");
    };
    var failed = catchThrowableOfType(SimulationFailed.class, () -> runtime.run(body));
    seen.clear();

    catchThrowableOfType(SimulationFailed.class,
        () -> SimulatedRuntime.replaying(failed.choices()).with(crashing("numbers").every(3)).run(body));

    assertThat(seen).singleElement().asString().contains("1: c");
  }
}
