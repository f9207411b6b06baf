package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static stage.runtime.testkit.CrashRule.crashing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.DeadLetter;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.Collector;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.Numbers;
import stage.behaviour.support.Once;
import stage.runtime.bridge.BoundedInlet;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.BulkOutlet;
import stage.runtime.bridge.Transactional;
import stage.runtime.lane.BulkBatch;
import stage.runtime.testkit.SimulatedRuntime;

/** What a behaviour of the runtime may do in a turn, and users may not. */
class TurnsOfOperatorsTest extends CrashTest {
  private final LinkedBlockingQueue<DeadLetter> letters = new LinkedBlockingQueue<>();

  /** What a stage does with a batch. */
  private interface Work {
    void on(BulkBatch<Integer> batch, BoundedInlet<Integer> from, BulkOutlet<Integer> out);
  }

  private record Result(List<Integer> emitted, SubscriptionSnapshot input) {}

  private static Stage.ProducerConsumer<Integer, Integer> stage(Work work) {
    return (events, from, out) -> work.on((BulkBatch<Integer>) events, (BoundedInlet<Integer>) from,
        (BulkOutlet<Integer>) out);
  }

  /** Sends the numbers from 0 on through a stage, in batches of up to 10. */
  private Result run(int events, Work work) throws InterruptedException {
    var collector = new Collector<Integer>();
    var numbers = start(Stage.producer("numbers", () -> new Numbers(events)));
    numbers.pause();
    var operator = start(Stage.producerConsumer("operator", numbers, Integer.class, () -> stage(work))
        .withDeadLetters(letter -> letters.add(letter)).withDemand(Demand.max(10).min(0)));
    start(Stage.consumer("collector", operator, () -> collector));
    Peek.Ledger input = Peek.lanes(Peek.cell(numbers)).getFirst();
    numbers.resume();
    scope().join();
    return new Result(collector.events, input.read());
  }

  private static boolean isBad(int event) {
    return event % 7 == 3;
  }

  @Nested
  class AnEventThatIsGivenUpOn {
    private final IllegalArgumentException cause = new IllegalArgumentException("bad");

    private void passTheGood(BulkBatch<Integer> batch, BoundedInlet<Integer> from, Outlet<Integer> out) {
      for (int i = 0; i < batch.size(); i++) {
        if (isBad(batch.get(i))) from.deadLetter(i, "event " + batch.get(i), cause, 3, "test/operator/parse");
        else out.emit(batch.get(i));
      }
    }

    @Test
    void isADeadLetterWhileTheRestOfItsBatchIsHandled() throws Exception {
      Result result = run(70, this::passTheGood);
      assertThat(result.emitted).hasSize(60).noneMatch(TurnsOfOperatorsTest::isBad);
      assertThat(result.input.handled()).isEqualTo(60);
      assertThat(result.input.deadLettered()).isEqualTo(10);
      List<DeadLetter> all = Await.next(10, letters);
      assertThat(all).allMatch(
          letter -> letter.cause() == cause && letter.attempts() == 3 && letter.path().equals("test/operator/parse"));
      assertThat(all).extracting(DeadLetter::event).startsWith("event 3", "event 10");
    }

    @Test
    void isGivenUpOnOnceThoughItsTurnIsUndone() throws Exception {
      var once = new Once(2, new IllegalStateException("the turn fails"));
      Result result = run(70, (batch, from, out) -> {
        passTheGood(batch, from, out);
        once.crash();
      });
      assertThat(result.emitted).hasSize(60);
      assertThat(result.input.handled()).isEqualTo(60);
      assertThat(result.input.deadLettered()).isEqualTo(10);
      Await.next(10, letters);
      assertThat(letters).isEmpty();
      log.take();
    }

    @Test
    void isSettledByACommitPointBehindIt() throws Exception {
      var once = new Once(new IllegalStateException("the rest of the turn fails"));
      Result result = run(10, (batch, from, out) -> {
        for (int i = 0; i < batch.size(); i++) {
          if (batch.get(i) == 3) from.deadLetter(i, batch.get(i), cause, 1, "test/operator");
          else out.emit(batch.get(i));
          if (batch.get(i) == 5) from.commit(i + 1);
          if (batch.get(i) == 8) once.crash();
        }
      });
      assertThat(result.emitted).containsExactly(0, 1, 2, 4, 5, 6, 7, 8, 9);
      assertThat(result.input.deadLettered()).isEqualTo(1);
      assertThat(Await.next(letters).event()).isEqualTo(3);
      assertThat(letters).isEmpty();
      log.take();
    }

    @Test
    void mayBeDroppedInstead() throws Exception {
      Result result = run(70, (batch, from, out) -> {
        for (int i = 0; i < batch.size(); i++) {
          if (isBad(batch.get(i))) from.drop(i, "it is bad");
          else out.emit(batch.get(i));
        }
      });
      assertThat(result.input.handled()).isEqualTo(60);
      assertThat(result.input.dropped()).isEqualTo(10);
    }

    @Test
    void mustBeInHandAndHaveNoFateYet() throws Exception {
      var messages = new ArrayList<String>();
      run(1, (batch, from, out) -> {
        for (int index : new int[] {-1, 1}) {
          assertThatThrownBy(() -> from.deadLetter(index, 1, cause, 1, "p"))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessage("index must be from 0 to 0, that of an event in hand, but was " + index);
        }
        from.drop(0, "once");
        assertThatThrownBy(() -> from.deadLetter(0, 1, cause, 1, "p")).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("given up on before");
        assertThatThrownBy(() -> from.drop(0, null)).isInstanceOf(NullPointerException.class)
            .hasMessageContaining("why");
        messages.add("seen");
      });
      assertThat(messages).containsExactly("seen");
    }
  }

  @Nested
  class TheLastEventsOfABatch {
    @Test
    void mayBeLeftAndComeAgainFirst() throws Exception {
      List<List<Integer>> batches = new ArrayList<>();
      Result result = run(40, (batch, from, out) -> {
        batches.add(List.copyOf(batch));
        int taken = Math.min(3, batch.size());
        for (int i = 0; i < taken; i++) out.emit(batch.get(i));
        from.leave(batch.size() - taken);
      });
      assertThat(result.emitted).isEqualTo(IntStream.range(0, 40).boxed().toList());
      assertThat(result.input.handled()).isEqualTo(40);
      for (int i = 1; i < batches.size(); i++) assertThat(batches.get(i).getFirst())
          .isEqualTo(batches.get(i - 1).getFirst() + Math.min(3, batches.get(i - 1).size()));
    }

    @Test
    void areNotGivenUpOnIfTheyAreLeft() throws Exception {
      Result result = run(20, (batch, from, out) -> {
        for (int i = 1; i < batch.size(); i++) from.drop(i, "too early to say");
        out.emit(batch.getFirst());
        from.leave(batch.size() - 1);
      });
      assertThat(result.emitted).hasSize(20);
      assertThat(result.input.dropped()).isZero();
    }
  }

  @Nested
  class WhatWasEmitted {
    @Test
    void mayBeTakenBackDownToAMark() throws Exception {
      Result result = run(500, (batch, from, out) -> {
        out.emitAll(batch.array(), batch.from(), batch.to());
        for (int event : batch) {
          int mark = out.mark();
          out.emit(-event);
          out.emit(-event);
          out.truncate(mark);
        }
        assertThat(out.mark()).isEqualTo(batch.size());
        assertThatThrownBy(() -> out.truncate(batch.size() + 1)).isInstanceOf(IllegalArgumentException.class);
      });
      assertThat(result.emitted).isEqualTo(IntStream.range(0, 500).boxed().toList());
    }
  }

  /** Counts in a field of its own, with what a turn has added apart from what was committed. */
  private static final class Sum implements Transactional {
    private final int[] committed;   // written to by commit only
    private int pending;

    Sum(int[] committed) {
      this.committed = committed;
    }

    void add(int more) {
      pending += more;
    }

    int value() {
      return committed[0] + pending;
    }

    @Override
    public void commit() {
      committed[0] += pending;
      pending = 0;
    }

    @Override
    public void rollback() {
      pending = 0;
    }

    @Override
    public Transactional committedOnly() {
      return new Sum(committed);
    }
  }

  /** Emits the running sum of its events. */
  private static final class Summing implements Stage.ProducerConsumer<Integer, Integer> {
    private final Runnable harm;
    private Sum sum;

    Summing(Runnable harm) {
      this.harm = harm;
    }

    @Override
    public void onStart(StageContext context) {
      sum = BridgeContext.of(context).transactional("sum", () -> new Sum(new int[1]));
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
      for (int event : events) {
        sum.add(event);
        out.emit(sum.value());
      }
      harm.run();
    }
  }

  @Nested
  class TheStateOfAnOperator {
    private static List<Integer> sums(int count) {
      return IntStream.range(0, count).map(i -> i * (i + 1) / 2).boxed().toList();
    }

    @Test
    void changesWithTheTurnAndOutlivesIncarnations() {
      SimulatedRuntime.withSeeds(1, 50).with(crashing("operator").every(3)).run(simulated -> {
        List<Integer> got = new ArrayList<>();
        try (Supervisor scope = Supervisor.open(SupervisorSpec.of("test").withIntensity(Intensity.of(1000)))) {
          var numbers = scope.start(Stage.producer("numbers", () -> new Numbers(20)));
          var operator = scope.start(Stage.producerConsumer("operator", numbers, () -> new Summing(() -> {}))
              .withRedelivery(Redelivery.attempts(100))
              .withDemand(Demand.max(3)));
          Stage.Consumer<Integer> adding = (batch, from) -> got.addAll(batch);
          scope.start(Stage.consumer("sink", operator, () -> adding).withDemand(Demand.max(2)));
          scope.join();
        }
        assertThat(got).isEqualTo(sums(20));
      });
      log.take();
    }

    @Test
    void isOutOfReachOfAThreadThatWasReplaced() throws Exception {
      var inHand = new LinkedBlockingQueue<Thread>();
      var goOn = new java.util.concurrent.CountDownLatch(1);
      var wentOn = new java.util.concurrent.CountDownLatch(1);
      var once = new java.util.concurrent.atomic.AtomicBoolean(true);
      open(SupervisorSpec.of("test").withIntensity(Intensity.of(10)).withGrace(java.time.Duration.ofMillis(10)));
      var numbers = start(Stage.producer("numbers", () -> new Numbers(20)));
      var operator = start(Stage.producerConsumer("operator", numbers, () -> new Summing(() -> {
        if (!once.compareAndSet(true, false)) return;
        inHand.add(Thread.currentThread());
        while (true) {
          try {
            goOn.await();
            break;
          } catch (InterruptedException deaf) {
            continue;
          }
        }
        wentOn.countDown();
      })).withShutdown(stage.api.Shutdown.brutal()).withDemand(Demand.max(5)));
      var collector = new Collector<Integer>();
      start(Stage.consumer("collector", operator, () -> collector));
      Await.next(inHand);
      operator.kill();
      scope().join();
      goOn.countDown();
      Await.open(wentOn);
      assertThat(collector.events).isEqualTo(sums(20));
      log.take();
    }

    @Test
    void isNoStateOfAnotherKind() throws Exception {
      List<String> messages = new ArrayList<>();
      start(Stage.producer("producer", () -> new Stage.Producer<Integer>() {
        @Override
        public void onStart(StageContext context) {
          context.state("value", 1);
          BridgeContext.of(context).transactional("sum", () -> new Sum(new int[1]));
          try {
            BridgeContext.of(context).transactional("value", () -> new Sum(new int[1]));
          } catch (IllegalArgumentException refused) {
            messages.add(refused.getMessage());
          }
          try {
            context.state("sum", 1);
          } catch (IllegalArgumentException refused) {
            messages.add(refused.getMessage());
          }
        }

        @Override
        public void onDemand(long demand, Outlet<Integer> out) {
          out.complete();
        }
      }));
      assertThat(messages).hasSize(2);
    }
  }
}
