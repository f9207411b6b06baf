package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.testkit.Simulated;
import stage.runtime.testkit.SimulatedRuntime;

/** Whom a group restart concerns, and in which order. */
class GroupRestartTest {
  private static final SupervisorSpec TOGETHER = SupervisorSpec.of("group").withStrategy(Strategy.ONE_FOR_ALL);

  private final List<String> story = new ArrayList<>();

  private final class Actor implements Stage.Consumer<Integer> {
    private final String name;
    private final Simulated simulated;

    Actor(String name, Simulated simulated) {
      this.name = name;
      this.simulated = simulated;
    }

    @Override
    public void onStart(StageContext context) {
      story.add(name + context.incarnation() + " starts");
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}

    @Override
    public void onStop(StopReason reason) throws Exception {
      if (reason instanceof StopReason.Crashed) simulated.advance(Duration.ofMillis(3));
      story.add(name + " has stopped");
    }
  }

  private static void crash(Supervisor app, String name) throws InterruptedException {
    app.child(name).cast(stage -> {
      throw new IllegalStateException("crash");
    });
  }

  @Test
  void c06_stopsTheOthersOnceTheOneThatCrashedHasStopped() {
    SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
      story.clear();
      try (var app = Supervisor.open(TOGETHER)) {
        for (String name : List.of("a", "b", "c")) app.start(Stage.consumer(name, () -> new Actor(name, simulated)));
        crash(app, "b");
        simulated.await("all are there again", () -> story.size() == 9);
        assertThat(story.subList(3, 9)).containsExactly("b has stopped", "c has stopped", "a has stopped",
            "a2 starts", "b2 starts", "c2 starts");
      }
    });
  }

  @Test
  void c07_leavesStoppedAndCompletedChildrenAlone() {
    SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
      story.clear();
      try (var app = Supervisor.open(TOGETHER)) {
        for (String name : List.of("a", "b", "c")) app.start(Stage.consumer(name, () -> new Actor(name, simulated)));
        var over = app.start(Stage.ofIterable("over", List.<Integer>of()));
        over.join();
        var stopped = app.child("c");
        app.stopChild("c");
        story.clear();
        crash(app, "a");
        simulated.await("the others are there again", () -> story.contains("b2 starts"));
        simulated.advance(Duration.ofSeconds(1));
        assertThat(story).containsExactlyInAnyOrder("a has stopped", "b has stopped", "a2 starts", "b2 starts");
        assertThat(stopped.isAlive()).isFalse();
        assertThat(over.snapshot().incarnation()).isEqualTo(1);
      }
    });
  }
}
