package stage.behaviour.supervision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.ConsumerSpec;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.ProducerRef;
import stage.api.Shutdown;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEndedException;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.StopReason;
import stage.api.Subscription;
import stage.api.supervision.ChildSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.PlannedCrashes;
import stage.behaviour.support.Lives;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.Once;
import stage.behaviour.support.Parts.Middle;
import stage.behaviour.support.Parts.Sink;
import stage.behaviour.support.Parts.Source;

/**
 * Bugs that others had with supervision, each as a scenario. Above it stands who reported it, and what went wrong
 * there.
 */
class OthersSupervisionBugsTest extends CrashTest {
  private final Troupe troupe = new Troupe();

  // gen_stage#181: when one stage of a pipeline died, all below it were cancelled and died too, and under one_for_one
  // each of them counted as a restart of its own. One failure in a chain of more than three stages used up the
  // intensity, and took the whole VM down.
  @Test
  void genStage181_oneFailureInALongChainIsOneRestart() throws Exception {
    Supervisor scope = open(Intensity.of(1));
    int limit = 5000;
    var sourceLives = new Lives();
    var faults = new PlannedCrashes();
    var otherLives = new Lives();
    var source = start(Stage.producer("source", () -> new Source(sourceLives, faults, limit)));
    ProducerRef<Integer, ?> above = source;
    for (int i = 0; i < 6; i++) {
      above = start(
          Stage.producerConsumer("middle" + i, () -> new Middle(otherLives, new PlannedCrashes())).subscribeTo(above,
          Demand.max(10)));
    }
    BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
    faults.after = new Once(new IOException("off"));
    var sink = start(
        Stage.consumer("sink", () -> new Sink(otherLives, new PlannedCrashes(), handled)).subscribeTo(above,
            Demand.max(10)));
    assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
    assertThat(handled.stream().filter(event -> event >= 0).toList())
        .isEqualTo(IntStream.range(0, limit).boxed().toList());
    assertThat(sourceLives.starts).containsExactly(1, 2);
    assertThat(otherLives.starts).as("all below have their first incarnation").hasSize(7).containsOnly(1);
    assertThat(scope.snapshot().restarts()).isEqualTo(1);
    log.takeRestarts(1);
  }

  // gen_stage#191: a ConsumerSupervisor, which handles each event in a child of its own, took a child that had crashed
  // and was restarted for one that had finished, and asked for another event: at a demand of 2 there were 3 children.
  @Test
  void s54_genStage191_anEventThatIsTriedAgainKeepsItsPlace() throws Exception {
    open(Intensity.none());
    Set<Integer> tried = ConcurrentHashMap.newKeySet();
    BlockingQueue<Integer> entered = new LinkedBlockingQueue<>();
    Queue<Integer> handled = new ConcurrentLinkedQueue<>();
    var running = new AtomicInteger();
    var most = new AtomicInteger();
    var go = new Semaphore(0);
    var mailer = start(Stage.perEvent("mailer", 2, (Integer event) -> {
      most.accumulateAndGet(running.incrementAndGet(), Math::max);
      try {
        entered.add(event);
        if (event < 20 && tried.add(event)) throw new IOException("fails the first time");
        go.acquire();
        handled.add(event);
      } finally {
        running.decrementAndGet();
      }
    }));
    var source = start(Stage.producer("source", () -> new Numbers(100)));
    Subscription subscription = mailer.subscribeTo(source, Demand.max(2).min(1));
    assertThat(Await.next(4, entered, mailer)).as("each fails, and is tried again").containsExactlyInAnyOrder(0, 0, 1,
        1);
    Await.answered(mailer);
    assertThat(subscription.snapshot().sent()).as("neither has finished").isEqualTo(2);
    assertThat(entered).isEmpty();
    go.release(100);
    assertThat(Await.end(mailer)).isEqualTo(new StopReason.Completed());
    assertThat(most).hasValue(2);
    assertThat(handled).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 100).boxed().toList());
  }

  @Nested
  class AChildThatFailsToStartAgainAndAgain {
    private final AtomicInteger starts = new AtomicInteger();
    private volatile boolean fails;

    private ConsumerSpec<Integer, Troupe.Actor> stubborn() {
      return Stage.consumer("stubborn", () -> {
        starts.incrementAndGet();
        if (fails) throw new IOException("no start");
        return troupe.new Actor();
      });
    }

    private StageRef<Troupe.Actor> inItsLoop(Supervisor scope) throws InterruptedException {
      StageRef<Troupe.Actor> stage = scope.start(stubborn());
      fails = true;
      Troupe.crash(stage);
      Await.until(() -> starts.get() > 10, "it fails again and again", stage);
      return stage;
    }

    // OTP-9549: a supervisor with a child that could not be restarted tried again in a loop of its own and looked at no
    // message: it could be neither asked nor told to stop, nor could the child be stopped or deleted. It hung until the
    // intensity was used up.
    @Test
    void otp9549_canBeAskedAboutStoppedAndDeleted() throws Exception {
      Supervisor scope = open(Intensity.of(1_000_000));
      StageRef<Troupe.Actor> stage = inItsLoop(scope);
      assertThat(scope.childSnapshots()).singleElement().extracting(ChildSnapshot::status)
          .isEqualTo(ChildSnapshot.Status.RESTARTING);
      assertThatThrownBy(() -> scope.start(stubborn())).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("is taken");
      assertThatThrownBy(() -> scope.restartChild("stubborn")).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("because it is restarting");
      assertThatThrownBy(() -> scope.deleteChild("stubborn")).isInstanceOf(ScopeMisuseException.class)
          .hasMessageContaining("because it is restarting");
      Await.result(() -> {
        scope.stopChild("stubborn");
        return null;
      }, stage);
      assertThatThrownBy(() -> scope.restartChild("stubborn")).isInstanceOf(StageFailedException.class).cause()
          .hasMessage("no start");
      fails = false;
      StageRef<?> again = scope.restartChild("stubborn");
      Await.answered(again);
      scope.stopChild("stubborn");
      scope.deleteChild("stubborn");
      assertThat(scope.childSnapshots()).isEmpty();
      log.take();
    }

    // The same of the supervisor itself.
    @Test
    void otp9549_doesNotKeepItsSupervisorFromEnding() throws Exception {
      Supervisor scope = open(Intensity.of(1_000_000));
      Supervisor inner = scope.start(SupervisorSpec.of("inner").withIntensity(Intensity.of(1_000_000)));
      StageRef<Troupe.Actor> stage = inItsLoop(inner);
      Await.result(() -> {
        scope.stopChild("inner");
        return null;
      }, stage);
      assertThat(stage.isAlive()).isFalse();
      int last = starts.get();
      scope.close();
      assertThat(starts).as("nothing is started after its end").hasValue(last);
      assertThat(scope.report().cancelled()).as("had nothing to do, and did not need the time to drain").isEmpty();
      log.take();
    }
  }

  /** A consumer that crashes once, and whose second incarnation has nothing to do. */
  private static final class Brief implements Stage.Consumer<Integer> {
    @Override
    public void onStart(StageContext context) {
      if (context.incarnation() == 2) context.stop();
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}
  }

  // erlang/otp#8230: a child of a simple_one_for_one supervisor that was restarted and answered "ignore" stayed in its
  // books, without a process; when the supervisor shut down it crashed over that entry. A stage says the same by
  // stopping itself when it starts.
  @Test
  void s53_otp8230_aRestartThatComesToNothingIsForgottenByADynamicSupervisor() throws Exception {
    Supervisor scope = open(Intensity.of(3));
    Supervisor inner = scope.start(SupervisorSpec.of("inner").withStrategy(Strategy.DYNAMIC).withMaxChildren(1));
    for (int round = 0; round < 2; round++) {
      StageRef<Brief> stage = inner.start(Stage.consumer("stage", Brief::new));
      Troupe.crash(stage);
      assertThat(Await.end(stage)).isEqualTo(new StopReason.Stopped());
      assertThat(stage.snapshot().incarnation()).isEqualTo(2);
      assertThat(inner.childSnapshots()).isEmpty();
      assertThat(inner.counts().specs()).isZero();
    }
    scope.stopChild("inner");
    scope.deleteChild("inner");
    assertThat(scope.childSnapshots()).isEmpty();
    scope.close();
    assertThat(scope.report().isClean()).isTrue();
    log.takeRestarts(2);
  }

  /** How someone else wants the end of a stage that is being made. */
  private enum Ender {
    STOP,
    KILL,
    STOP_BY_NAME,
    CLOSE
  }

  // KAFKA-17112, and KAFKA-6383 before it: a thread that was told to shut down between its creation and its start never
  // ran, so it freed nothing; the remedy, that the caller frees it all, held for that one state only, and in the others
  // threads were left behind.
  @ParameterizedTest
  @EnumSource
  void kafka17112_aStageThatIsStillBeingMadeCanBeEnded(Ender how) throws Exception {
    var entered = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    ConsumerSpec<Integer, Troupe.Actor> spec = Stage.consumer("stage", () -> {
      threads.add(Thread.currentThread());
      entered.countDown();
      go.await();
      return troupe.new Actor();
    }).withShutdown(Shutdown.within(Duration.ofMillis(1)));
    Supervisor scope = open(SupervisorSpec.of("test").withShutdown(Duration.ZERO));
    var starter = new Await.Other<>(() -> scope.start(spec));
    Await.open(entered);
    StageRef<?> stage = scope.child("stage");
    assertThat(stage.snapshot().status()).isEqualTo(StageSnapshot.Status.STARTING);
    switch (how) {
      case STOP -> {
        stage.stop();
        go.countDown();   // it is not interrupted for that
      }
      case KILL -> stage.kill();
      case STOP_BY_NAME -> scope.stopChild("stage");
      case CLOSE -> scope.close();
    }
    if (how == Ender.STOP) starter.result(stage);
    else assertThatThrownBy(() -> starter.result(stage)).isInstanceOf(StageFailedException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    Await.end(stage);
    assertThatThrownBy(() -> stage.cast(actor -> {})).isInstanceOf(StageEndedException.class);
    scope.close();
    assertThat(threads).singleElement().extracting(Thread::isAlive).isEqualTo(false);
    assertThat(scope.counts().active()).isZero();
    assertThat(scope.report().stragglers()).isEmpty();
  }
}
