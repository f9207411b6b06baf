package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.ConsumerSpec;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSpec;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;
import stage.runtime.testkit.SimulatedRuntime;

/** How the stages of an init start: one after the other, and awaited together. */
class InitTest extends StageTest {
  private final List<String> story = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch proceed = new CountDownLatch(1);
  private String fails = "";
  private String waits = "";

  private final class Actor implements Stage.Consumer<Integer> {
    private final String name;

    Actor(String name) {
      this.name = name;
    }

    @Override
    public void onStart(StageContext context) throws Exception {
      story.add("start " + name);
      if (name.equals(waits)) proceed.await();
      if (name.equals(fails)) throw new IOException("stage fright");
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}

    @Override
    public void onStop(StopReason reason) {
      story.add("stop " + name);
    }
  }

  private ConsumerSpec<Integer, Actor> actor(String name) {
    return Stage.consumer(name, () -> new Actor(name));
  }

  private void startAll(Supervisor supervisor, String... names) {
    for (String name : names) supervisor.start(actor(name));
  }

  @Nested
  class ThatStartsStages {
    @Test
    void doesNotWaitForEachOfThem() {
      waits = "a";
      try (var app = Supervisor.open("app", init -> {
        startAll(init, "a", "b", "c");
        proceed.countDown();
      })) {
        assertThat(story).containsExactly("start a", "start b", "start c");
        assertThat(app.children()).extracting(stage -> stage.snapshot().status())
            .containsOnly(StageSnapshot.Status.RUNNING);
      }
      assertThat(story).hasSize(6);
    }

    @Test
    void s04_startsTheNextOneWhenTheOneBeforeHasStarted() {
      SimulatedRuntime.withSeeds(1, 100).run(simulated -> {
        story.clear();
        try (var app = Supervisor.open("app", init -> {
          startAll(init, "a", "b");
          init.start(SupervisorSpec.of("inner"), inner -> startAll(inner, "c", "d"));
          startAll(init, "e");
        })) {
          assertThat(story).containsExactly("start a", "start b", "start c", "start d", "start e");
          app.stop();
        }
      });
    }

    @Test
    void returnsWhenTheirSubscriptionsAreMade() throws Exception {
      BlockingQueue<Integer> events = new LinkedBlockingQueue<>();
      List<StageRef<?>> sinks = new ArrayList<>();
      try (var app = Supervisor.open("app", init -> {
        var numbers = init.start(Stage.producer("numbers", Numbers::new));
        sinks.add(init.start(Stage.consumer("sink", numbers, () -> new QueueSink(events))));
        var byHand = init.start(Stage.consumer("by-hand", () -> new QueueSink(events)));
        byHand.subscribeTo(numbers);
        sinks.add(byHand);
      })) {
        assertThat(sinks).allSatisfy(sink -> assertThat(sink.snapshot().inputs()).hasSize(1));
        Await.next(1, events, app.child("numbers"));
      }
    }

    @Test
    void mayCallThemMeanwhile() throws Exception {
      waits = "a";
      try (var app = Supervisor.open("app", init -> {
        startAll(init, "a");
        var b = init.start(actor("b"));
        proceed.countDown();
        assertThat(b.<String>call(stage -> stage.name)).isEqualTo("b");
        assertThat(story).containsExactly("start a", "start b");
      })) {
        app.stop();
      }
    }
  }

  @Nested
  class WithOneThatCannotStart {
    @BeforeEach
    void failsInTheMiddle() {
      fails = "c";
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void s05_stopsThoseBeforeInReverseOrderAndNeverMakesThoseAfter(boolean isOnVirtualThread) throws Exception {
      Runnable opening = () -> {
        StageFailedException failed = catchThrowableOfType(StageFailedException.class,
            () -> scope.start(SupervisorSpec.of("inner"), inner -> startAll(inner, "a", "b", "c", "d", "e")));
        assertThat(failed).hasRootCauseMessage("stage fright").cause()
            .hasMessageStartingWith("stage test/inner/c failed in onStart: java.io.IOException");
      };
      if (isOnVirtualThread) Await.result(() -> {
        opening.run();
        return null;
      });
      else opening.run();
      assertThat(story).containsExactly("start a", "start b", "start c", "stop b", "stop a");
      assertThat(scope.childSnapshots()).isEmpty();
      assertThat(scope.snapshot().crashes()).isZero();
    }

    @Test
    void s05_closesTheScopeInEveryOrderOfThreads() {
      SimulatedRuntime.withSeeds(1, 200).run(simulated -> {
        story.clear();
        List<Supervisor> opened = new ArrayList<>();
        List<StageRef<?>> refs = new ArrayList<>();
        assertThatThrownBy(() -> Supervisor.open("app", init -> {
          opened.add(init);
          for (String name : List.of("a", "b", "c", "d", "e")) refs.add(init.start(actor(name)));
        })).isInstanceOf(StageFailedException.class).hasRootCauseMessage("stage fright");
        assertThat(story.subList(0, 3)).containsExactly("start a", "start b", "start c");
        assertThat(story.subList(3, 5)).containsExactlyInAnyOrder("stop a", "stop b");
        assertThat(opened.getFirst().childSnapshots()).isEmpty();
        assertThat(opened.getFirst().report().isClean()).isTrue();
        assertThat(refs).noneMatch(StageRef::isAlive);
      });
    }

    @Test
    void failsTheNextStartToo() {
      var thrown = new ArrayList<Throwable>();
      assertThatThrownBy(() -> Supervisor.open("app", init -> {
        StageRef<Actor> c = init.start(actor("c"));
        assertThatThrownBy(() -> c.call(stage -> 0)).isInstanceOf(Exception.class);
        try {
          startAll(init, "d");
        } catch (StageFailedException failed) {
          thrown.add(failed);
        }
      })).isInstanceOf(StageFailedException.class).hasRootCauseMessage("stage fright");
      assertThat(thrown).singleElement().isInstanceOf(StageFailedException.class);
      assertThat(story).containsExactly("start c");
    }

    @Test
    void canBeCaughtWithItsSupervisor() {
      try (var app = Supervisor.open("app", init -> {
        startAll(init, "a");
        assertThatThrownBy(() -> init.start(SupervisorSpec.of("inner"), inner -> startAll(inner, "b", "c", "d")))
            .isInstanceOf(StageFailedException.class)
            .hasMessageStartingWith("stage app/inner failed in its start: ");
        startAll(init, "e");
      })) {
        assertThat(story).containsExactly("start a", "start b", "start c", "stop b", "start e");
        assertThat(app.childSnapshots()).extracting(child -> child.name()).containsExactly("a", "e");
      }
    }
  }

  @Nested
  class WhoseSubscriptionIsRefused {
    @Test
    void failsAndTheStageIsStoppedInGoodOrder() {
      SubscriptionRefusedException[] refused = {null};
      assertThatThrownBy(() -> Supervisor.open("app", init -> {
        var idle = init.start(Stage.producer("idle", Idle::new));
        init.start(Stage.consumer("sink", SubscriptionSpec.to(idle).withPartition("left"),
            () -> new Actor("sink")));
        startAll(init, "z");
      })).isInstanceOf(StageFailedException.class).satisfies(failed ->
          refused[0] = (SubscriptionRefusedException) failed.getCause());
      assertThat(refused[0]).hasMessageStartingWith("stage app/sink cannot subscribe to app/idle");
      assertThat(story).containsExactly("start sink", "stop sink");
    }
  }

  @Nested
  class ThatThrows {
    @Test
    void startsNoneOfThoseThatWait() {
      waits = "a";
      assertThatThrownBy(() -> Supervisor.open("app", init -> {
        startAll(init, "a", "b");
        Thread.ofVirtual().start(proceed::countDown);
        throw new IOException("no");
      })).isInstanceOf(StageFailedException.class).hasCauseInstanceOf(IOException.class);
      assertThat(story.getFirst()).isEqualTo("start a");
      assertThat(story).doesNotHaveDuplicates().filteredOn(line -> line.startsWith("stop")).hasSize(story.size() / 2);
    }
  }

  @Nested
  class WhoseThreadIsInterrupted {
    @Test
    void cancelsTheOneThatIsStarting() throws Exception {
      waits = "b";
      var opener = new Await.Other<Throwable>(() -> {
        Throwable failure =
            catchThrowableOfType(StageFailedException.class, () -> Supervisor.open("app", init ->
                startAll(init, "a", "b", "c")));
        assertThat(Thread.interrupted()).as("its flag is set again").isTrue();
        return failure;
      });
      Await.until(() -> story.contains("start b"), "the second is starting");
      opener.thread().interrupt();
      assertThat(opener.result()).hasRootCauseInstanceOf(InterruptedException.class)
          .rootCause().hasMessageMatching("thread other was interrupted (before|while) it started .*, which does not run");
      assertThat(story).containsExactly("start a", "start b", "stop a");
    }
  }

  @Nested
  class RunByAStage {
    @Test
    void isToldOfOneThatWaitsForThatStage() throws Exception {
      StageRef<Actor> starter = start(actor("starter"));
      List<Throwable> told = new ArrayList<>();
      starter.call(stage -> {
        assertThatThrownBy(() -> scope.start(SupervisorSpec.of("inner"), inner -> {
          inner.start(Stage.consumer("caller", () -> new Calling(starter, told)));
          startAll(inner, "z");
        })).isInstanceOf(StageFailedException.class);
        return null;
      });
      assertThat(story).doesNotContain("start z");
    }

    private static final class Calling implements Stage.Consumer<Integer> {
      private final StageRef<Actor> starter;
      private final List<Throwable> told;

      Calling(StageRef<Actor> starter, List<Throwable> told) {
        this.starter = starter;
        this.told = told;
      }

      @Override
      public void onStart(StageContext context) throws Exception {
        try {
          starter.call(stage -> 0);
        } catch (IllegalStateException circle) {
          told.add(circle);
          throw circle;
        }
      }

      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from) {}
    }
  }
}
