package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.WaitReason;
import stage.api.observe.Rates;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Numbers;

class TreeTest {
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch inside = new CountDownLatch(1);
  private final Supervisor app = Supervisor.open(SupervisorSpec.of("shop").withIntensity(Intensity.of(9)));

  @AfterEach
  void close() {
    release.countDown();
    app.drain(Duration.ofMillis(100));
  }

  private ProducerRef<Integer, Numbers> numbers() {
    return app.start(Stage.producer("numbers", Numbers::new));
  }

  private void block(List<Integer> events, Inlet<Integer> from) throws InterruptedException {
    inside.countDown();
    release.await();
  }

  private StageSnapshot stage(String path) {
    return stage(app.tree(), path);
  }

  private static StageSnapshot stage(TreeSnapshot tree, String path) {
    return tree.stages().stream().filter(each -> each.path().equals(path)).findFirst().orElseThrow();
  }

  private StageSnapshot await(String path, Predicate<StageSnapshot> fact) {
    Await.until(() -> fact.test(stage(path)), "what is expected of " + path,
        app.children().toArray(new stage.api.StageRef<?>[0]));
    return stage(path);
  }

  @Nested
  class UnderLoad {
    @Test
    void everyLedgerAddsUpInEveryTree() {
      ProducerRef<Integer, ?> numbers = numbers();
      for (int i = 0; i < 4; i++) {
        ProducerRef<Integer, ?> pass = app.start(Stage.producerConsumer("pass-" + i, () ->
            (Stage.ProducerConsumer<Integer, Integer>) (events, from, out) -> events.forEach(out::emit))
            .subscribeTo(numbers, Demand.max(10)));
        app.start(Stage.consumer("sink-" + i, () -> (Stage.Consumer<Integer>) (events, from) -> {})
            .subscribeTo(pass, Demand.max(3)));
      }
      TreeSnapshot first = app.tree();
      TreeSnapshot last = first;
      for (int i = 0; i < 2_000; i++) {
        last = app.tree();
        assertThat(last.subscriptions()).hasSize(8).allMatch(SubscriptionSnapshot::isBalanced);
        assertThat(last.subscriptions()).extracting(SubscriptionSnapshot::id).doesNotHaveDuplicates();
        for (StageSnapshot stage : last.stages()) assertThat(last.subscriptions()).containsAll(stage.inputs());
      }
      assertThat(stage(last, "shop/numbers").eventsEmitted())
          .isGreaterThan(stage(first, "shop/numbers").eventsEmitted());
    }
  }

  @Nested
  class AStage {
    @Test
    void tellsItsKindItsThreadAndWhatItWaitsFor() {
      numbers();
      StageSnapshot numbers = await("shop/numbers", stage -> stage.activity().waitsFor().isPresent());
      assertThat(numbers.kind()).isEqualTo(StageSnapshot.Kind.PRODUCER);
      assertThat(numbers.activity().waitsFor()).contains(WaitReason.DEMAND);
      assertThat(numbers.activity().threadId()).isPositive();
      Duration before = numbers.activity().waiting();
      assertThat(stage("shop/numbers").activity().waiting()).isGreaterThan(before);
    }

    @Test
    void tellsTheCallbackThatRunsAndTheAgeOfWhatIsNotSettled() throws Exception {
      app.start(Stage.consumer("stuck", () -> (Stage.Consumer<Integer>) TreeTest.this::block).subscribeTo(numbers(),
          Demand.max(4)));
      inside.await();
      StageSnapshot stuck = stage("shop/stuck");
      assertThat(stuck.activity().callback()).isEqualTo("onEvents");
      assertThat(stuck.activity().waitsFor()).isEmpty();
      await("shop/numbers", stage -> stage.activity().waitsFor().isPresent());
      Duration age = stage("shop/stuck").inputs().getFirst().age();
      assertThat(stage("shop/stuck").inputs().getFirst().age()).isGreaterThan(age);
    }

    @Test
    void countsTurnsAndRestartsAndRemembersItsLastCrash() throws Exception {
      ProducerRef<Integer, Numbers> numbers = numbers();
      long turns = stage("shop/numbers").activity().turns();
      numbers.call(ignored -> 1);
      assertThat(stage("shop/numbers").activity().turns()).isEqualTo(turns + 1);
      assertThat(stage("shop/numbers").activity().lastCrash()).isEmpty();
      numbers.cast(ignored -> {
        throw new IllegalStateException("secret");
      });
      StageSnapshot again = await("shop/numbers", stage -> stage.activity().restarts() == 1);
      assertThat(again.activity().lastCrash()).hasValueSatisfying(crash -> {
        assertThat(crash.cause()).isEqualTo("java.lang.IllegalStateException");
        assertThat(crash.during()).isEqualTo("a cast");
        assertThat(crash.incarnation()).isEqualTo(1);
      });
    }

    @Test
    void tellsSinceWhenItIsPaused() {
      ProducerRef<Integer, Numbers> numbers = numbers();
      Duration running =
          await("shop/numbers", stage -> stage.activity().inStatus().toMillis() > 5).activity().inStatus();
      numbers.pause();
      assertThat(stage("shop/numbers").activity().inStatus()).isLessThan(running.plusSeconds(30));
      assertThat(stage("shop/numbers").status()).isEqualTo(StageSnapshot.Status.PAUSED);
    }
  }

  @Nested
  class Supervisors {
    @Test
    void areInItWithWhatTheyHaveCounted() {
      Supervisor below = app.start(SupervisorSpec.of("below"));
      below.start(Stage.producer("numbers", Numbers::new));
      TreeSnapshot tree = app.tree();
      assertThat(tree.supervisors()).extracting(each -> each.path()).containsExactly("shop", "shop/below");
      assertThat(tree.stages()).extracting(StageSnapshot::path).containsExactly("shop/below/numbers");
      assertThat(below.tree().scope()).isEqualTo("shop/below");
    }
  }

  @Nested
  class ACaller {
    @Test
    void thatIsBlockedIsInItWithTheStageItWaitsFor() throws Exception {
      var stuck = app.start(Stage.producer("stuck", () -> new Stage.Producer<Integer>() {
        @Override
        public void onDemand(long demand, Outlet<Integer> out) {}
      }));
      stuck.cast(ignored -> release.await());
      var caller = new Await.Other<>(() -> stuck.call(ignored -> 1));
      Await.until(() -> !app.tree().calls().isEmpty(), "the caller is seen", stuck);
      assertThat(app.tree().calls()).first().satisfies(call -> {
        assertThat(call.target()).isEqualTo("shop/stuck");
        assertThat(call.method()).isEqualTo("call()");
        assertThat(call.isStage()).isFalse();
        assertThat(call.caller()).isEqualTo(caller.thread().getName());
      });
      release.countDown();
      assertThat(caller.result()).isEqualTo(1);
      assertThat(app.tree().calls()).isEmpty();
    }
  }

  @Nested
  class TheRates {
    @Test
    void areTheDifferenceOfTwoTrees() {
      app.start(Stage.consumer("sink", () -> (Stage.Consumer<Integer>) (events, from) -> {}).subscribeTo(numbers(),
          Demand.max(10)));
      var rates = new Rates();
      rates.add(app.tree());
      assertThat(rates.over(Rates.Window.SECOND)).isEqualTo(TreeRates.NONE);
      long before = app.tree().subscriptions().getFirst().handled();
      await("shop/sink", stage -> stage.inputs().getFirst().handled() > before + 1_000);
      TreeSnapshot now = app.tree();
      rates.add(now);
      TreeRates second = rates.over(Rates.Window.SECOND);
      assertThat(second.of(stage(now, "shop/sink")).in()).isPositive();
      assertThat(second.of(stage(now, "shop/numbers")).out()).isPositive();
      assertThat(second.of(now.subscriptions().getFirst())).isPositive();
    }
  }

  @Nested
  class ADump {
    @Test
    void holdsTheTreeTheExplanationAndWhereEachThreadIs(@TempDir Path directory)
        throws IOException, InterruptedException {
      app.start(Stage.consumer("stuck", () -> (Stage.Consumer<Integer>) TreeTest.this::block).subscribeTo(numbers(),
          Demand.max(4)));
      inside.await();
      Path file = directory.resolve("shop.json");
      app.dump(file);
      assertThat(Files.readString(file)).startsWith("{\"v\":1,").endsWith("]}\n")
          .contains("\"scope\":\"shop\"", "\"path\":\"shop/stuck\"", "\"threads\":[", "\"stage\":\"shop/stuck\"",
              "\"name\":\"stage:shop/stuck#1\"", "stage.behaviour.TreeTest.block(TreeTest.java:");
    }
  }
}
