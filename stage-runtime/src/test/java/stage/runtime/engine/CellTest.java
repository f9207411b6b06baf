package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;
import stage.runtime.time.WaitState;

class CellTest {
  private final HandSteps steps = new HandSteps();
  private final List<String> calls = new ArrayList<>();
  private boolean crashes;   // in the next turn

  private final class Counter implements Stage.Producer<Integer> {
    private int next;

    @Override
    public void onStart(StageContext context) {
      calls.add("start");
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      calls.add("demand " + demand);
      if (crashes) throw new IllegalStateException("boom");
      while (out.demand() > 0) out.emit(next++);
    }

    @Override
    public void onStop(StopReason reason) {
      calls.add("stop");
    }
  }

  private final class Keeper implements Stage.Consumer<Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      calls.add("events " + events);
      if (crashes) throw new IllegalStateException("boom");
    }
  }

  private final Cell<?> producer = steps.cell(Stage.producer("numbers", Integer.class, Counter::new));
  private final Cell<?> consumer = steps.cell(Stage.consumer("sink", Integer.class, Keeper::new));

  private void startBoth(Demand demand) {
    steps.settle(producer);
    steps.settle(consumer);
    Handshake.subscribe(consumer, HandSteps.to(producer, demand));
    calls.clear();
    steps.news.clear();
  }

  /** {@return what a cell that has nothing to do waits for} */
  private static WaitState lacks(Cell<?> cell, long nowNanos) {
    assertThat(cell.steps().step(nowNanos)).isEqualTo(WaitState.Kind.IDLE);
    return cell.steps().waitsFor(WaitState.Kind.IDLE);
  }

  @Nested
  class Stepped {
    @Test
    void startsItsBehaviourInTheFirstStep() {
      assertThat(producer.steps().isReady(0)).isTrue();
      assertThat(producer.steps().step(0)).isEqualTo(WaitState.Kind.READY);
      assertThat(calls).containsExactly("start");
      assertThat(steps.news).containsExactly("started");
    }

    @Test
    void waitsForDemandWithoutAConsumer() {
      steps.step(producer);
      assertThat(producer.steps().isReady(0)).isFalse();
      assertThat(lacks(producer, 0)).isEqualTo(WaitState.Kind.DEMAND);
      assertThat(calls).containsExactly("start");
    }

    @Test
    void waitsForMailWithoutASubscriptionAndForEventsWithOne() {
      steps.step(consumer);
      assertThat(lacks(consumer, 0)).isEqualTo(WaitState.Kind.MAIL);
      startBoth(Demand.max(2));
      steps.settle(consumer);
      assertThat(lacks(consumer, 0)).isEqualTo(WaitState.Kind.EVENTS);
    }

    @Test
    void movesABatchInOneTurnOfEach() {
      startBoth(Demand.max(2));
      steps.settle(producer);
      assertThat(calls).containsExactly("demand 2");
      steps.settle(consumer);
      assertThat(calls).containsExactly("demand 2", "events [0]", "events [1]");
    }

    @Test
    void doesNothingMoreWhenItHasEnded() {
      steps.step(producer);
      producer.cancel();
      assertThat(producer.steps().step(0)).isEqualTo(WaitState.Kind.DONE);
      assertThat(producer.steps().step(0)).isEqualTo(WaitState.Kind.DONE);
      assertThat(calls).containsExactly("start", "stop");
      assertThat(steps.news).containsExactly("started", "ended in cancel");
    }
  }

  @Nested
  class AfterACrash {
    @BeforeEach
    void crashInTheFirstTurn() {
      startBoth(Demand.max(2));
      steps.answer = new Directive.Restart(1_000_000);
      crashes = true;
      while (steps.news.isEmpty()) steps.step(producer);
      crashes = false;
    }

    @Test
    void toldItsOwnerWhatItWasDoing() {
      assertThat(steps.news).containsExactly("#1 crashed in onDemand");
      assertThat(calls).containsExactly("demand 2", "stop");
    }

    @Test
    void waitsUntilItsBackoffIsOver() {
      assertThat(producer.steps().isReady(999_999)).isFalse();
      assertThat(lacks(producer, 999_999)).isEqualTo(new WaitState.Timer(WaitState.Kind.BACKOFF, 1_000_000));
      assertThat(producer.steps().isReady(1_000_000)).isTrue();
    }

    @Test
    void startsAgainThenAndIsHandedTheSameDemand() {
      steps.nanos = 1_000_000;
      steps.settle(producer);
      assertThat(calls).containsExactly("demand 2", "stop", "start", "demand 2");
      assertThat(steps.news).containsExactly("#1 crashed in onDemand", "restarted");
    }

    @Test
    void endsWithoutAnotherIncarnationIfItIsStopped() {
      producer.stop();
      steps.settle(producer);
      assertThat(producer.isAlive()).isFalse();
      assertThat(calls).containsExactly("demand 2", "stop");
    }
  }

  @Nested
  class WhoseBatchHasCrashedIt {
    @BeforeEach
    void crashWithABatchOfTwo() {
      startBoth(Demand.max(4).min(2));
      steps.settle(producer);
      crashes = true;
      while (steps.news.isEmpty()) steps.step(consumer);
      crashes = false;
      calls.clear();
    }

    @Test
    void isGivenItAgainAsItWas() {
      steps.settle(consumer);
      assertThat(calls.getFirst()).isEqualTo("events [0, 1]");
      assertThat(calls).containsExactly("events [0, 1]", "events [2, 3]");
    }
  }
}
