package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.ConsumerRef;
import stage.api.ProducerRef;
import stage.api.RunningEvent;
import stage.api.Stage;
import stage.api.Subscription;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.api.supervision.StragglersException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.runtime.testkit.SimulatedRuntime;

/** The threads that handle one event after the other. */
class TaskThreadsTest extends CrashTest {
  private final BlockingQueue<Integer> entered = new LinkedBlockingQueue<>();
  private final BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
  private final Semaphore go = new Semaphore(0);

  private void hold(Integer event) throws InterruptedException {
    threads.add(Thread.currentThread());
    entered.add(event);
    go.acquire();
  }

  private static List<Integer> upTo(int limit) {
    return IntStream.range(0, limit).boxed().toList();
  }

  /** One that emits all in one turn, so that there is always a next one until there is none. */
  private ProducerRef<Integer, ?> source(int limit) {
    return start(Stage.producer("source", Integer.class, () -> (demand, out) -> {
      for (int event : upTo(limit)) out.emit(event);
      out.complete();
    }));
  }

  @Nested
  class AThreadWhoseEventIsOver {
    @Test
    void goesOnWithTheNextOne() throws Exception {
      open(Intensity.none());
      var mailer = start(Stage.perEvent("mailer", source(3), 1, TaskThreadsTest.this::hold));
      go.release(3);
      Await.end(mailer);
      assertThat(entered).containsExactly(0, 1, 2);
      assertThat(threads).extracting(Thread::getName).containsOnly("stage:test/mailer#1/1");
    }

    @Test
    void leavesNoInterruptToTheNext() throws Exception {
      open(Intensity.none());
      var found = new LinkedBlockingQueue<Boolean>();
      var mailer = start(Stage.perEvent("mailer", source(2000), 2, event -> {
        found.add(Thread.currentThread().isInterrupted());
        Thread.currentThread().interrupt();
      }));
      Await.end(mailer);
      assertThat(found).hasSize(2000).containsOnly(false);
    }

    @Test
    void goesOnBehindOneThatFailed() throws Exception {
      Supervisor scope = open(Intensity.none());
      var mailer = start(Stage.perEvent("mailer", source(2), 1, event -> {
        threads.add(Thread.currentThread());
        entered.add(event);
        if (event == 0) throw new IOException("no such address");
      }).withDeadLetters(letter -> {}));
      Await.end(mailer);
      assertThat(entered).as("the next one waits until this one is given up").containsExactly(0, 0, 0, 1);
      assertThat(threads).extracting(Thread::getName).containsOnly("stage:test/mailer#1/1");
      assertThat(scope.snapshot().crashes()).isZero();
    }

    @Test
    void endsOnceThereIsNoOther() throws Exception {
      open(Intensity.none());
      var source = start(Stage.source("source", Integer.class));
      var mailer = start(Stage.perEvent("mailer", source, 4, TaskThreadsTest.this::hold));
      for (int event : upTo(4)) source.emit(event);
      Await.next(4, entered, mailer);
      go.release(4);
      List<Thread> all = List.copyOf(threads);
      assertThat(all).hasSize(4);
      for (Thread thread : all) Await.result(() -> thread.join(Duration.ofMinutes(1)), mailer);
      assertThat(all).noneMatch(Thread::isAlive);
      assertThat(mailer.isAlive()).isTrue();
      source.emit(4);
      go.release();
      source.stop();
      Await.end(mailer);
    }

    @Test
    void isGoneWhenItsScopeIsClosed() throws Exception {
      Supervisor scope = open(Intensity.none());
      var mailer = start(Stage.mapConcurrent("mailer", source(500), 16, event -> {
        threads.add(Thread.currentThread());
        return event;
      }));
      var sink = start(Stage.consumer("sink", mailer, () -> (events, from) -> {}));
      Await.end(sink);
      scope.close();
      for (Thread thread : threads) thread.join();
    }
  }

  /** Threads go on with events that the stage has put in line for them. */
  @Nested
  class EventsThatStandInLine {
    @Test
    void doNotBeginBetweenACrashAndTheRestart() {
      SimulatedRuntime.withSeeds(1, 50).run(simulated -> {
        int[] begun = {0};
        var backoff = Backoff.exponential(Duration.ofHours(1), Duration.ofHours(1));
        try (var app = Supervisor.open(SupervisorSpec.of("mail").withBackoff(backoff))) {
          var numbers = app.start(Stage.ofIterable("numbers", upTo(20)));
          var mailer = app.start(Stage.perEvent("mailer", numbers, 2, event -> {
            begun[0]++;
            simulated.advance(Duration.ofMinutes(1));
          }));
          simulated.await("some have begun", () -> begun[0] > 4);
          mailer.cast(stage -> {
            throw new IOException("off");
          });
          simulated.await("it has crashed", () -> app.snapshot().crashes() == 1);
          int before = begun[0];
          simulated.advance(Duration.ofMinutes(30));
          assertThat(begun[0]).isEqualTo(before);
          app.join();
          assertThat(begun[0]).isEqualTo(20);
        }
      });
      log.take();
    }

    @Test
    void areGivenBackByAPausedStageWhoseSubscriptionIsCancelled() {
      SimulatedRuntime.withSeeds(1, 20).run(simulated -> {
        boolean[] mayEnd = {false};
        List<Integer> begun = new ArrayList<>();
        List<Integer> others = new ArrayList<>();
        try (var app = Supervisor.open("mail")) {
          var source = app.start(Stage.source("source", Integer.class));
          var mailer = app.start(Stage.<Integer>perEvent("mailer", 1, event -> {
            begun.add(event);
            simulated.await("it may end", () -> mayEnd[0]);
          }));
          Subscription subscription = mailer.subscribeTo(source);
          for (int event : upTo(5)) source.emit(event);
          simulated.advance(Duration.ofSeconds(1));   // and the second one stands in line
          mailer.pause();
          subscription.cancel();
          mayEnd[0] = true;
          simulated.await("it is left", () -> source.snapshot().outputs().isEmpty());
          assertThat(begun).containsExactly(0);
          app.start(Stage.consumer("other", source, () -> (events, from) -> others.addAll(events)));
          simulated.await("the other has the rest", () -> others.size() == 4);
        }
        assertThat(others).containsExactly(1, 2, 3, 4);
      });
      log.take();
    }

    @Test
    void areNotFarAheadOfTheirStage() {
      SimulatedRuntime.withSeeds(1, 50).run(simulated -> {
        try (var app = Supervisor.open("mail")) {
          var numbers = app.start(Stage.ofIterable("numbers", upTo(20)));
          var mailer = new AtomicReference<ConsumerRef<Integer, ?>>();
          List<Long> behind = new ArrayList<>();
          mailer.set(app.start(Stage.perEvent("mailer", numbers, 1, event -> {
            simulated.await("it is there", () -> mailer.get() != null);
            behind.add(event - mailer.get().snapshot().inputs().getFirst().handled());
          })));
          app.join();
          assertThat(behind).hasSize(20).allMatch(events -> events <= 1);
        }
      });
    }
  }

  @Nested
  class AThreadWhoseEventWasGivenUp {
    @Test
    void getsNoOther() throws Exception {
      open(Intensity.none());
      ConsumerRef<Integer, ?> mailer = start(Stage.perEvent("mailer", source(2), 1, event -> {
        threads.add(Thread.currentThread());
        entered.add(event);
        try {
          if (event == 0) go.acquire();
        } catch (InterruptedException heeded) {
          // and is handled all the same
        }
      }));
      Await.next(entered, mailer);
      for (RunningEvent<?> running : mailer.running()) running.giveUp();
      Await.end(mailer);
      assertThat(threads).extracting(Thread::getName)
          .containsExactly("stage:test/mailer#1/1", "stage:test/mailer#1/2");
    }
  }

  @Nested
  class AnotherIncarnation {
    @Test
    void getsThreadsOfItsOwn() throws Exception {
      open(Intensity.of(3));
      var leftBehind = new ThreadLocal<Integer>();
      var found = new ArrayList<Integer>();
      var mailer = start(Stage.perEvent("mailer", source(2), 1, event -> {
        if (event == 1) found.add(leftBehind.get());
        leftBehind.set(event);
        hold(event);
      }));
      Await.next(entered, mailer);
      mailer.cast(stage -> {
        throw new IOException("off");
      });
      Await.answered(mailer);
      go.release(2);
      Await.end(mailer);
      log.takeRestarts(1);
      assertThat(threads).extracting(Thread::getName)
          .containsExactly("stage:test/mailer#1/1", "stage:test/mailer#2/2");
      assertThat(found).containsExactly((Integer) null);
    }
  }

  @Nested
  class AThreadThatDoesNotComeBack {
    @Test
    void endsAfterItsStageHasEnded() throws Exception {
      Supervisor scope = open(SupervisorSpec.of("test")
          .withShutdown(Duration.ofMillis(1)).withGrace(Duration.ofMillis(1)));
      var release = new CountDownLatch(1);
      var mailer = start(Stage.perEvent("mailer", source(1), 1, event -> {
        threads.add(Thread.currentThread());
        entered.add(event);
        while (release.getCount() > 0) {
          try {
            release.await();
          } catch (InterruptedException ignored) {
            // and goes on
          }
        }
      }));
      Await.next(entered, mailer);
      try {
        scope.close();
      } catch (StragglersException told) {
        // of that thread
      }
      release.countDown();
      for (Thread thread : threads) thread.join();
    }
  }
}
