package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Shutdown;
import stage.api.Stage;
import stage.api.StageSnapshot;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.SubscriptionSpec;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Numbers;
import stage.runtime.observe.Explained;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * Stalls, made on purpose on real threads: the explanation names the right culprit. Those in which no user code takes
 * part are in {@link SimulatedStallTest}, where they cost no time.
 */
class ExplainTest {
  private static final Duration MINUTES = Duration.ofMinutes(5);
  private static final int TRIES = 100;

  private final CountDownLatch release = new CountDownLatch(1);
  private Supervisor app = Supervisor.open(SupervisorSpec.of("shop").withIntensity(Intensity.of(9))
      .withBackoff(Backoff.exponential(MINUTES, MINUTES)).withGrace(Duration.ofSeconds(20)));
  private boolean mayFail;

  @AfterEach
  void letGo() {
    release.countDown();
    try {
      app.drain(Duration.ofMillis(100));
    } catch (RuntimeException failure) {
      if (!mayFail) throw failure;
    }
  }

  private void reopen(SupervisorSpec spec) {
    app.close();
    app = Supervisor.open(spec);
  }

  private ProducerRef<Integer, Numbers> numbers() {
    return app.start(Stage.producer("numbers", Numbers::new));
  }

  private <E> void block(List<E> events, Inlet<E> from) throws InterruptedException {
    release.await();
  }

  private ConsumerRef<Integer, ?> blocker(String name, ProducerRef<Integer, ?> from) {
    return app
        .start(Stage.consumer(name, () -> (Stage.Consumer<Integer>) this::block).subscribeTo(from, Demand.max(4)));
  }

  private ConsumerRef<Integer, ?> taker(String name, ProducerRef<Integer, ?> from) {
    return app.start(
        Stage.consumer(name, () -> (Stage.Consumer<Integer>) (events, inlet) -> {}).subscribeTo(from, Demand.max(4)));
  }

  /** It takes some time until everybody stands where they are going to. */
  private Finding.RootCause rootCause(String culprit, Finding.Kind kind, String... victims) {
    Explanation last = Explained.soon(app);
    for (int i = 0; i < TRIES; i++) {
      for (Finding finding : last.findings()) {
        if (finding instanceof Finding.RootCause cause && cause.kind() == kind && cause.culprit().equals(culprit)
            && victims(cause).equals(List.of(victims))) {
          assertThat(last.findings()).as("nobody else is accused: %s", last)
              .filteredOn(found -> !(found instanceof Finding.Bottleneck || found instanceof Finding.Closing))
              .hasSize(1);
          return cause;
        }
      }
      last = Explained.soon(app);
    }
    throw new AssertionError("no " + kind + " of " + culprit + " with " + List.of(victims) + ", but: " + last + "\n"
        + app.tree());
  }

  private static List<String> victims(Finding.RootCause cause) {
    return cause.victims().stream().map(Finding.Victim::stage).toList();
  }

  @Nested
  class AConsumer {
    @Test
    void x01_thatIsSlowIsTheBottleneck() {
      ProducerRef<Integer, ?> numbers = numbers();
      app.start(Stage
          .consumer("slow", () -> (Stage.Consumer<Integer>) (events, from) -> release.await(2, TimeUnit.MILLISECONDS))
          .subscribeTo(numbers, Demand.max(2)));
      Explanation last = Explained.soon(app);
      for (int i = 0; i < TRIES && !isBottleneck(last, "shop/slow"); i++) last = Explained.soon(app);
      assertThat(isBottleneck(last, "shop/slow")).as("%s", last).isTrue();
      assertThat(last.toString()).contains("`shop/slow` is busy ", " % of the time");
    }

    private boolean isBottleneck(Explanation explanation, String stage) {
      return explanation.findings().getFirst() instanceof Finding.Bottleneck found && found.stage().equals(stage);
    }

    @Test
    void x02_thatBlocksInACallbackIsNamedWithThePlace() {
      blocker("db-writer", numbers());
      Finding.RootCause cause = rootCause("shop/db-writer", Finding.Kind.IN_CALLBACK, "shop/numbers");
      assertThat(cause.sentence()).matches("`shop/numbers` has had no demand for .* because `shop/db-writer` has spent"
          + " .* in its first onEvents, waiting in `ExplainTest.block` \\(ExplainTest.java:\\d+\\), in"
          + " `CountDownLatch.await`");
      assertThat(cause.stack()).anyMatch(frame -> frame.getMethodName().equals("block"));
    }

    @Test
    void x48_thatComputesIsToldFromOneThatWaits() {
      app.start(Stage.consumer("hasher", numbers(), () -> (events, from) -> {
        if (events.contains(100)) spin();
      }).withDemand(Demand.max(4)));
      Finding.RootCause cause = rootCause("shop/hasher", Finding.Kind.IN_CALLBACK, "shop/numbers");
      assertThat(cause.sentence()).matches("`shop/numbers` has had no demand for .* because `shop/hasher` has spent .*"
          + " in onEvents(, longer than any recent callback)?, running in `ExplainTest.AConsumer.spin`"
          + " \\(ExplainTest.java:\\d+\\).*");
    }

    private void spin() {
      while (release.getCount() > 0) {
        // computes on purpose
      }
    }

    @Test
    void x52_thatIsAStreamNamesThatNobodyReadsIt() {
      try (Stream<Integer> stream = numbers().stream(Demand.max(4))) {
        stream.iterator().next();
        String reader = app.tree().stages().stream().map(StageSnapshot::path)
            .filter(path -> path.startsWith("shop/numbers/stream-")).findAny().orElseThrow();   // numbered in its JVM
        Finding.RootCause cause = rootCause(reader, Finding.Kind.SUBSCRIBER_SILENT, "shop/numbers");
        assertThat(cause.sentence()).matches("`shop/numbers` has had no demand for .* because `" + reader + "`"
            + " serves a stream whose reader has not come to the end of a batch for .*");
      }
    }

    @Test
    void x06_thatReadsASocketIsNamedWithTheRead() throws IOException {
      try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        app.start(Stage.consumer("writer", () -> (Stage.Consumer<Integer>) (events, from) -> {
          try (var socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
            socket.getInputStream().read();
          }
        }).subscribeTo(numbers(), Demand.max(4)));
        Finding.RootCause cause = rootCause("shop/writer", Finding.Kind.IN_CALLBACK, "shop/numbers");
        assertThat(cause.detail()).contains("ExplainTest", "in `", ".read`");
      }
    }

    @Test
    void x07_thatHangsOnOneEventOfManyIsNamed() {
      app.start(Stage.perEvent("fetch", numbers(), 4, event -> {
        if (event == 7) release.await();
      }).withDemand(Demand.max(8)));
      Finding.RootCause cause = rootCause("shop/fetch", Finding.Kind.IN_CALLBACK, "shop/numbers");
      assertThat(cause.detail()).contains("CountDownLatch.await");
    }
  }

  @Nested
  class ASource {
    @Test
    void x11_thatBlocksInItsLoopIsNamed() {
      ProducerRef<Integer, ?> poll =
          app.start(Stage.generator("poll", () -> (Stage.Generator<Integer>) out -> release.await()));
      taker("writer", poll);
      rootCause("shop/poll", Finding.Kind.IN_CALLBACK, "shop/writer");
    }

    @Test
    void x12_thatTakesForeverToStartIsNamed() throws Exception {
      var starter = new Await.Other<>(() -> app.start(Stage.producer("slow-start", () -> new Stage.Producer<Integer>() {
        @Override
        public void onStart(StageContext context) throws InterruptedException {
          release.await();
        }

        @Override
        public void onDemand(long demand, Outlet<Integer> out) {}
      })));
      assertThat(rootCause("shop/slow-start", Finding.Kind.STARTING, "thread other").sentence())
          .contains("has been starting for ", "onStart");
      release.countDown();
      starter.result();
    }
  }

  /** Emits what it is given. */
  private static final class Passing implements Stage.ProducerConsumer<Integer, Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
      events.forEach(out::emit);
    }
  }

  @Nested
  class ADispatcher {
    @Test
    void x16_whoseSelectorTurnsEverythingDownIsNamed() {
      ProducerRef<Integer, ?> numbers =
          app.start(Stage.producer("numbers", Numbers::new).withDispatcher(Dispatcher.broadcast()));
      taker("all", numbers);
      app.start(Stage.consumer("none", () -> (Stage.Consumer<Integer>) (events, from) -> {})
          .subscribeTo(SubscriptionSpec.<Integer>to(numbers).withSelector(event -> false)));
      assertThat(rootCause("shop/none", Finding.Kind.NOTHING_SELECTED).sentence()).isEqualTo(
          "`shop/none` is given no event: its selector has turned down all that `shop/numbers` has emitted");
    }

    @Test
    void x16_whoseSelectorTurnsEverythingDownIsNamedBeforeTheBottleneck() {
      ProducerRef<Integer, ?> numbers =
          app.start(Stage.producer("numbers", Numbers::new).withDispatcher(Dispatcher.broadcast()));
      app.start(Stage.consumer("slow", numbers, () -> (events, from) -> release.await(2, TimeUnit.MILLISECONDS)));
      app.start(Stage.consumer("none", SubscriptionSpec.<Integer>to(numbers).withSelector(event -> false), () ->
          (events, from) -> {}));
      Explanation last = Explained.soon(app);
      for (int i = 0; i < TRIES && last.findings().size() < 2; i++) last = Explained.soon(app);
      assertThat(last.findings()).as("%s", last).hasSize(2);
      assertThat(last.findings().getFirst().sentence()).startsWith("`shop/none` is given no event");
      assertThat(last.findings().getLast()).isInstanceOf(Finding.Bottleneck.class);
    }
  }

  @Nested
  class WhatFlows {
    private <F extends Finding> F await(Class<F> kind) {
      Explanation last = Explained.soon(app);
      for (int i = 0; i < TRIES; i++) {
        for (Finding finding : last.findings()) if (kind.isInstance(finding)) return kind.cast(finding);
        last = Explained.soon(app);
      }
      throw new AssertionError("no " + kind + ", but: " + last + "\n" + app.tree());
    }

    @Test
    void x29_unevenlyNamesThePartitionThatGetsMost() {
      ProducerRef<Integer, ?> numbers = app.start(Stage.producer("numbers", Numbers::new)
          .withDispatcher(Dispatcher.partition(List.of("a", "b", "c", "hot"), event -> switch (event % 100) {
            case 0 -> "a";
            case 1 -> "b";
            case 2 -> "c";
            default -> "hot";
          })));
      for (String partition : List.of("a", "b", "c", "hot")) {
        app.start(Stage.consumer("of-" + partition, SubscriptionSpec.to(numbers).withPartition(partition),
            () -> (events, from) -> {}));
      }

      Finding.Skew skew = await(Finding.Skew.class);
      assertThat(skew.member()).isEqualTo("shop/of-hot");
      assertThat(skew.sentence()).matches("`shop/of-hot` gets [0-9,]+ events a second from `shop/numbers`, the median"
          + " of its group only [0-9,]+: partition \"hot\" has too many of the keys");
    }

    @Test
    void x30_throughOneThatMultipliesSaysHowOften() {
      ProducerRef<Integer, ?> thrice = app.start(Stage.producerConsumer("thrice", numbers(), () ->
          (Stage.ProducerConsumer<Integer, Integer>) (events, from, out) -> {
            release.await(2, TimeUnit.MILLISECONDS);
            for (int event : events) for (int i = 0; i < 3; i++) out.emit(event);
          }).withDemand(Demand.max(4)));
      app.start(Stage.consumer("sink", thrice, () -> (events, from) -> {}));

      // Between two looks, a batch may be under way: of few batches that is much.
      Finding.Bottleneck bottleneck = await(Finding.Bottleneck.class);
      for (int i = 0; i < TRIES && Math.abs(bottleneck.amplification() - 3) > 1; i++)
        bottleneck = await(Finding.Bottleneck.class);
      assertThat(bottleneck.stage()).isEqualTo("shop/thrice");
      assertThat(bottleneck.amplification()).isBetween(2.0, 4.0);
      assertThat(bottleneck.sentence()).contains(", emitting ", " for each");
    }
  }

  @Nested
  class ACall {
    private static final class Caller implements Stage.Producer<Integer> {
      @Override
      public void onDemand(long demand, Outlet<Integer> out) {}
    }

    private ProducerRef<Integer, Caller> caller(String name) {
      return app.start(Stage.producer(name, Caller::new));
    }

    @Test
    void x17_thatIsMadeUnderALockWhichItsAnswerNeedsIsADeadlock() throws Exception {
      mayFail = true;
      var lock = new ReentrantLock();
      var held = new CountDownLatch(1);
      var waits = new CountDownLatch(1);
      ProducerRef<Integer, Caller> left = caller("left");
      ProducerRef<Integer, Caller> right = caller("right");
      left.cast(stage -> {
        lock.lockInterruptibly();
        try {
          held.countDown();
          waits.await();
          right.call(Duration.ofMinutes(1), ignored -> null);
        } finally {
          lock.unlock();
        }
      });
      held.await();
      right.cast(stage -> {
        waits.countDown();
        lock.lockInterruptibly();
        lock.unlock();
      });
      Explanation last = Explained.soon(app);
      for (int i = 0; i < TRIES && !(last.findings().getFirst() instanceof Finding.Deadlock); i++) {
        last = Explained.soon(app);
      }
      assertThat(last.findings()).hasSize(1);
      assertThat(last.toString()).startsWith("deadlock: ").contains("`shop/left` is inside call() of `shop/right`",
          "`shop/right` waits for a lock that `shop/left` seems to hold");
      left.kill();
      right.kill();
    }

    @Test
    void x18_toItselfByAnotherThreadIsNamedWithThatThread() throws Exception {
      ProducerRef<Integer, Caller> self = caller("self");
      self.cast(stage -> asked(self).get());
      Finding.RootCause cause = rootCause("shop/self", Finding.Kind.IN_CALLBACK, "thread asker");
      assertThat(cause.detail()).contains("in `CompletableFuture.get`");
      self.kill();
      mayFail = true;
    }

    private CompletableFuture<Object> asked(StageRef<?> stage) {
      var answer = new CompletableFuture<Object>();
      Thread.ofPlatform().daemon().name("asker").start(() -> {
        try {
          answer.complete(stage.call(ignored -> 1));
        } catch (Exception failure) {
          answer.completeExceptionally(failure);
        }
      });
      return answer;
    }
  }

  @Nested
  class AnythingElse {
    @Test
    void x20_whoHoldsALockIsNamedAndNotWhoWaitsForIt() throws Exception {
      var lock = new ReentrantLock();
      var held = new CountDownLatch(1);
      ProducerRef<Integer, ?> numbers = numbers();
      app.start(Stage.consumer("holder", () -> (Stage.Consumer<Integer>) (events, from) -> {
        lock.lock();
        try {
          held.countDown();
          release.await();
        } finally {
          lock.unlock();
        }
      }).subscribeTo(numbers, Demand.max(4)));
      held.await();
      app.start(Stage.consumer("waiter", () -> (Stage.Consumer<Integer>) (events, from) -> {
        lock.lock();
        lock.unlock();
      }).subscribeTo(numbers, Demand.max(4)));
      rootCause("shop/holder", Finding.Kind.IN_CALLBACK, "shop/numbers", "shop/waiter");
    }

    @Test
    void x39_whoIsInASynchronizedBlockIsNamedAndNotWhoWaitsBeforeIt() throws Exception {
      var inside = new CountDownLatch(1);
      ProducerRef<Integer, ?> numbers = numbers();
      app.start(Stage.consumer("holder", () -> (Stage.Consumer<Integer>) (events, from) -> {
        synchronized (inside) {
          inside.countDown();
          release.await();
        }
      }).subscribeTo(numbers, Demand.max(4)));
      inside.await();
      app.start(Stage.consumer("waiter", () -> (Stage.Consumer<Integer>) (events, from) -> {
        synchronized (inside) {
          from.cancel();
        }
      }).subscribeTo(numbers, Demand.max(4)));
      rootCause("shop/holder", Finding.Kind.IN_CALLBACK, "shop/numbers", "shop/waiter");
    }

    @Test
    void x40_aCallerIsToldForHowLongItHasWaited() throws Exception {
      ProducerRef<Integer, Numbers> numbers = numbers();
      ConsumerRef<Integer, ?> busy = blocker("busy", numbers);
      ProducerRef<Integer, Numbers> asker = app.start(Stage.producer("asker", Numbers::new));
      taker("writer", asker);
      asker.cast(stage -> busy.call(ignored -> 1));
      Finding.RootCause cause = rootCause("shop/busy", Finding.Kind.IN_CALLBACK, "shop/writer", "shop/numbers",
          "shop/asker");
      assertThat(cause.victims().getLast().waiting()).isPositive();
      asker.kill();
      mayFail = true;
    }

    @Test
    void x21_aGroupRestartIsHeldUpByWhoIgnoresItsInterrupt() throws Exception {
      mayFail = true;
      reopen(SupervisorSpec.of("shop").withStrategy(Strategy.ONE_FOR_ALL).withGrace(Duration.ofSeconds(20)));
      ProducerRef<Integer, Numbers> numbers = numbers();
      var inside = new CountDownLatch(1);
      app.start(Stage.consumer("deaf", () -> (Stage.Consumer<Integer>) (events, from) -> {
        inside.countDown();
        while (release.getCount() > 0) {
          try {
            release.await();
          } catch (InterruptedException ignored) {
            // on purpose
          }
        }
      }).subscribeTo(numbers, Demand.max(4)));
      inside.await();
      numbers.cast(stage -> {
        throw new IllegalStateException("crash");
      });
      rootCause("shop/deaf", Finding.Kind.IN_CALLBACK, "shop/numbers");
    }

    @ParameterizedTest
    @EnumSource(names = {"ONE_FOR_ALL", "REST_FOR_ONE"})
    void x21_aGroupRestartIsHeldUpByAnOnStopThatHangs(Strategy strategy) throws Exception {
      mayFail = true;
      reopen(SupervisorSpec.of("shop").withStrategy(strategy).withGrace(Duration.ofSeconds(20)));
      ProducerRef<Integer, Numbers> numbers = numbers();
      app.start(Stage.consumer("hangs", numbers, Hanging::new).withShutdown(Shutdown.unlimited()));
      numbers.cast(stage -> {
        throw new IllegalStateException("crash");
      });
      Finding.RootCause cause = rootCause("shop/hangs", Finding.Kind.IN_CALLBACK, "shop/numbers");
      assertThat(cause.sentence()).matches("`shop/numbers` has waited for .* for its group's restart because"
          + " `shop/hangs` has spent .* in onStop.*, waiting in .*");
      assertThat(cause.stack()).anyMatch(frame -> frame.getMethodName().equals("onStop"));
    }

    private final class Hanging implements Stage.Consumer<Integer> {
      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from) {}

      @Override
      public void onStop(StopReason reason) {
        while (release.getCount() > 0) {
          try {
            release.await();
          } catch (InterruptedException ignored) {
            // on purpose
          }
        }
      }
    }

    @Test
    void x05_aStageIsHeldUpByAnOnStopThatHangsAndNotByItsBackoff() {
      mayFail = true;
      app.start(Stage.consumer("hangs", numbers(), HangingAfterACrash::new).withDemand(Demand.max(4)));
      assertThat(rootCause("shop/hangs", Finding.Kind.IN_CALLBACK, "shop/numbers").sentence()).contains(" in onStop, ");
    }

    private final class HangingAfterACrash implements Stage.Consumer<Integer> {
      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from) {
        throw new IllegalStateException("crash");
      }

      @Override
      public void onStop(StopReason reason) throws InterruptedException {
        release.await();
      }
    }

    @Test
    void x22_stagesThatSpinAreNamedAndNotThoseTheyStarve() {
      int cores = Runtime.getRuntime().availableProcessors();
      ProducerRef<Integer, ?> numbers = numbers();
      ConsumerRef<Integer, ?> writer = taker("writer", numbers);
      writer.pause();   // so that it is there, and at rest
      for (int i = 1; i <= cores; i++) {
        ProducerRef<Integer, ?> spin =
            app.start(Stage.producer("spin-" + i, () -> (Stage.Producer<Integer>) (demand, out) -> {
          while (release.getCount() > 0 && !Thread.currentThread().isInterrupted()) {
            // spins on purpose
          }
        }));
        app.start(Stage.consumer("after-" + i, () -> (Stage.Consumer<Integer>) (events, from) -> {})
            .subscribeTo(spin, Demand.max(4)));
      }
      writer.resume();
      Explanation last = Explained.soon(app);
      for (int i = 0; i < TRIES && last.findings().size() != cores; i++) last = Explained.soon(app);
      assertThat(last.findings()).as("%s", last).hasSize(cores).allSatisfy(finding -> {
        assertThat(finding).isInstanceOf(Finding.RootCause.class);
        assertThat(((Finding.RootCause) finding).culprit()).startsWith("shop/spin-");
      });
      assertThat(((Finding.RootCause) last.findings().getFirst()).victims()).extracting(Finding.Victim::stage)
          .contains("shop/writer");
    }

    @Test
    void x23_aDrainThatWaitsNamesWhoItWaitsFor() {
      reopen(SupervisorSpec.of("shop").withShutdown(MINUTES));
      blocker("db-writer", numbers());
      rootCause("shop/db-writer", Finding.Kind.IN_CALLBACK, "shop/numbers");
      app.stop();
      rootCause("shop/db-writer", Finding.Kind.IN_CALLBACK);   // the source has ended by then
      assertThat(app.explain().toString()).matches("(?s).*\n`shop` is closing, and waits for `shop/db-writer`; it"
          + " cancels what has not ended in [45] min");
    }

    @Test
    void x49_aDrainThatWaitsForASourceWhichIgnoresItsInterruptNamesIt() throws Exception {
      mayFail = true;
      reopen(SupervisorSpec.of("shop").withShutdown(MINUTES).withGrace(Duration.ofSeconds(20)));
      var queue = new LinkedBlockingQueue<Integer>();
      var inside = new CountDownLatch(1);
      var told = new CountDownLatch(1);
      taker("writer", app.start(Stage.generator("poll", Integer.class, () -> out -> {
        inside.countDown();
        while (release.getCount() > 0) {
          try {
            queue.take();
          } catch (InterruptedException ignored) {   // on purpose
            told.countDown();
          }
        }
      })));
      Await.open(inside);   // one that is told to stop before may end without having begun
      app.stop();
      Await.open(told);
      rootCause("shop/poll", Finding.Kind.IN_CALLBACK, "shop/writer");
      release.countDown();
      queue.add(0);
    }
  }

  @Nested
  class AHealthyPipeline {
    private static final int EXPLAINS = Integer.getInteger("stage.explains", 10);
    private static final int SIMULATED = 1_000;

    @Test
    void x50_isNotAccusedForHavingNoDeadLetters() {
      app.start(Stage.consumer("letters", app.deadLetters(), () -> (events, from) -> {}));
      for (int i = 0; i < EXPLAINS; i++) assertThat(Explained.atOnce(app)).matches(Explanation::isFlowing);
      assertThat(Explained.atOnce(app).toString()).doesNotContain("shop/dead-letters");
    }

    @Test
    void x51_isNotAccusedWhereASourceOfAnotherScopeHasNothingToSay() {
      try (var other = Supervisor.open("other")) {
        taker("writer", other.start(Stage.producer("quiet", () -> (Stage.Producer<Integer>) (demand, out) -> {})));
        Explanation last = Explained.atOnce(app);
        for (int i = 0; i < TRIES && !last.toString().contains("other/quiet"); i++) last = Explained.atOnce(app);
        assertThat(last.findings()).as("%s", last).singleElement().isInstanceOfSatisfying(Finding.RootCause.class,
            cause -> assertThat(cause.kind()).isEqualTo(Finding.Kind.SILENT_ELSEWHERE));
        assertThat(last.isFlowing()).isTrue();
        app.stop();   // before the other one closes, which would leave it a failed producer
        Await.until(() -> app.tree().stages().isEmpty(), "the writer has ended");
      }
    }

    @Test
    void x25_isNeverAccused() {
      ProducerRef<Integer, ?> last = numbers();
      for (int i = 1; i <= 3; i++) {
        last = app.start(Stage.producerConsumer("pass-" + i, Passing::new).subscribeTo(last, Demand.max(1000)));
      }
      taker("writer", last);
      for (int i = 0; i < EXPLAINS; i++) {
        Explanation explanation = app.explain();
        assertThat(explanation.isFlowing()).as("%s", explanation).isTrue();
      }
    }

    /** Emits a few now and then, as a source does that has a rate of its own. */
    private static final class Now implements Stage.Producer<Integer> {
      private int next;
      private int due;

      @Override
      public void onStart(StageContext context) {
        context.every(Duration.ofMillis(25), () -> {
          due = 3;
          context.wakeUp();
        });
      }

      @Override
      public void onDemand(long demand, Outlet<Integer> out) {
        for (long left = demand; due > 0 && left > 0; left--, due--) out.emit(next++);
      }
    }

    /** In a simulation the time between two looks costs nothing, and stages run in any order there is. */
    @Test
    void x25_isNeverAccusedInAThousandSimulatedLooks() {
      SimulatedRuntime.withSeed(25).run(simulated -> {
        try (Supervisor shop = Supervisor.open("shop")) {
          ProducerRef<Integer, ?> last = shop.start(Stage.producer("now", Now::new));
          for (int i = 1; i <= 2; i++) last = shop.start(Stage.producerConsumer("pass-" + i, last, Passing::new));
          shop.start(Stage.consumer("writer", last, () -> (events, from) -> {}));
          for (int i = 0; i < SIMULATED; i++) {
            Explanation explanation = shop.explain();
            assertThat(explanation.isFlowing()).as("%s", explanation).isTrue();
          }
          shop.stop();
        }
      });
    }
  }
}
