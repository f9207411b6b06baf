package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.Stage;
import stage.runtime.mailbox.Signals;

class WorkSelectorTest {
  private final HandSteps steps = new HandSteps();
  private final List<Object> handled = new ArrayList<>();
  private final Cell<?> producer = steps.cell(Stage.producer("numbers", Integer.class,
      () -> (demand, out) -> {
        while (out.demand() > 0) out.emit(1);
      }));
  private final Cell<?> consumer = steps.cell(Stage.consumer("sink", Integer.class, () -> (events, from) -> {
    handled.addAll(events);
  }));

  /** What the cell would do now. */
  private Work look(Cell<?> cell) {
    return cell.steps().lookNow();
  }

  @BeforeEach
  void startBoth() {
    steps.settle(producer);
    steps.settle(consumer);
    Handshake.subscribe(consumer, HandSteps.to(producer, Demand.max(2)));
    steps.settle(producer);
  }

  /** The consumer is told of its subscription. */
  private void meet() {
    while (look(consumer) == Work.SUBSCRIBED) steps.step(consumer);
  }

  private void cast() {
    try {
      consumer.ref().cast(behaviour -> handled.add("mail"));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Nested
  class ALook {
    @Test
    void changesNothing() {
      assertThat(look(consumer)).isEqualTo(look(consumer)).isEqualTo(Work.SUBSCRIBED);
    }

    @Test
    void findsTheSubscriptionBeforeTheMailAndTheEvents() {
      cast();
      assertThat(look(consumer)).isEqualTo(Work.SUBSCRIBED);
      meet();
      assertThat(look(consumer)).isIn(Work.MAIL, Work.TURN);
    }

    @Test
    void findsNothingWhenAllIsHandled() {
      steps.settle(consumer);
      assertThat(look(consumer)).isEqualTo(Work.NOTHING);
      assertThat(handled).hasSize(2);
    }
  }

  @Nested
  class Urgency {
    @BeforeEach
    void meetTheProducer() {
      meet();
    }

    @Test
    void ofACancelIsAboveAll() {
      consumer.signals().set(Signals.STOPPED | Signals.HELD | Signals.KILLED | Signals.CANCELLED);
      assertThat(look(consumer)).isEqualTo(Work.CANCEL);
    }

    @Test
    void ofAStopIsAboveThatOfARestart() {
      consumer.signals().set(Signals.STOPPED | Signals.HELD | Signals.KILLED);
      assertThat(look(consumer)).isEqualTo(Work.STOP);
    }

    @Test
    void ofAHoldIsAboveThatOfAKill() {
      consumer.signals().set(Signals.HELD | Signals.KILLED);
      assertThat(look(consumer)).isEqualTo(Work.HOLD);
    }

    @Test
    void ofEventsIsNoneWhileItIsPaused() {
      assertThat(look(consumer)).isEqualTo(Work.TURN);
      consumer.pause();
      assertThat(look(consumer)).isEqualTo(Work.NOTHING);
    }
  }

  @Test
  void messagesAndEventsTakeTurns() {
    meet();
    for (int i = 0; i < 3; i++) cast();
    Work first = look(consumer);
    steps.step(consumer);
    Work second = look(consumer);
    assertThat(List.of(first, second)).containsExactlyInAnyOrder(Work.MAIL, Work.TURN);
  }
}
