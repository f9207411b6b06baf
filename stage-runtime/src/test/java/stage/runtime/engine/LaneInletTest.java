package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Redelivery;
import stage.runtime.lane.Lane;
import stage.runtime.lane.LaneEnd;
import stage.runtime.lane.Lanes;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.ShortLock;
import stage.runtime.time.StepMachine;
import stage.runtime.time.Time;

class LaneInletTest {
  private final List<String> fates = new ArrayList<>();

  /** A cell that does at once what is asked of it, and notes the fates of events. */
  private final class Port implements ConsumerPort {
    private final ShortLock lock = new ShortLock();
    private final Signals signals = new Signals(new HandSteps().driver(null, false));

    @Override
    public String path() {
      return "test/sink";
    }

    @Override
    public void ensureOwnThread(String what) {}

    @Override
    public void deadLetter(Object event, Throwable cause, int attempts, String where) {
      fates.add("gave up on " + event + " after " + attempts + " at " + where);
    }

    @Override
    public void dropped(long events, String why) {
      fates.add("dropped " + events + ": " + why);
    }

    @Override
    public StepMachine machine() {
      throw new UnsupportedOperationException("it is not stepped");
    }

    @Override
    public boolean isRunning() {
      return true;
    }

    @Override
    public Time time() {
      throw new UnsupportedOperationException("it needs no time");
    }

    @Override
    public Signals signals() {
      return signals;
    }

    @Override
    public ShortLock lock() {
      return lock;
    }

    @Override
    public void inEngine(Runnable what) {
      what.run();
    }

    @Override
    public void commitPoint(LaneInlet<?> inlet, int events) {
      inlet.settleNext(events);
    }

    @Override
    public boolean drainsWith(LaneEnd producer) {
      throw new UnsupportedOperationException("nothing drains");
    }
  }

  private final Lane<Integer> lane = Lanes.lane(Lanes.end("test/numbers"), Lanes.end("test/sink"), 10);
  private final LaneInlet<Integer> inlet = new LaneInlet<>(lane, new ConsumerHalf(new Port()));

  @BeforeEach
  void fill() {
    lane.publish(Lanes.events(0, 10), 0, 10);
  }

  private List<Integer> begin() {
    List<Integer> batch = lane.take(inlet.batchLimit());
    inlet.beginTurn(batch.size());
    return batch;
  }

  private void crash() {
    begin();
    inlet.rollback();
    inlet.redeliver(Redelivery.attempts(2), new IllegalStateException("boom"));
    inlet.tellGivenUp();
  }

  @Nested
  class AGoodTurn {
    @Test
    void settlesItsBatchAndAsksForMoreWhenDemandIsDown() {
      assertThat(begin()).containsExactly(0, 1, 2, 3, 4);
      assertThat(inlet.commit()).isTrue();
      assertThat(lane.snapshot().handled()).isEqualTo(5);
      assertThat(lane.requested()).as("5 handled, and 10 more").isEqualTo(15);
    }

    @Test
    void leavesInTheLaneWhatItSays() {
      begin();
      inlet.leave(2);
      inlet.commit();
      assertThat(lane.snapshot().handled()).isEqualTo(3);
      assertThat(begin()).startsWith(3, 4);
    }

    @Test
    void countsOnlyWhatWasHandledBeforeACancel() {
      begin();
      inlet.cancel(2);
      inlet.commit();
      assertThat(lane.snapshot().handled()).isEqualTo(2);
      assertThat(inlet.isCancelled()).isTrue();
      assertThat(lane.requested()).as("one that leaves asks for nothing").isEqualTo(10);
    }

    @Test
    void settlesEachEventAsItHasDecided() {
      begin();
      inlet.deadLetter(1, 1, new IllegalStateException("bad"), 1, "test/sink/step");
      inlet.drop(3, "late");
      inlet.commit();
      inlet.tellGivenUp();
      var ledger = lane.snapshot();
      assertThat(List.of(ledger.handled(), ledger.deadLettered(), ledger.dropped())).containsExactly(3L, 1L, 1L);
      assertThat(fates).containsExactly("gave up on 1 after 1 at test/sink/step", "dropped 1: late");
    }

    @Test
    void settlesAPartAtACommitPoint() {
      begin();
      inlet.commit(2);
      assertThat(lane.snapshot().handled()).isEqualTo(2);
      inlet.commit();
      assertThat(lane.snapshot().handled()).isEqualTo(5);
    }

    @Test
    void refusesToCommitMoreThanItHas() {
      begin();
      assertThatThrownBy(() -> inlet.commit(6)).isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("0 to 5").hasMessageContaining("of 6");
    }
  }

  @Nested
  class ATurnThatThrows {
    @Test
    void settlesNothing() {
      begin();
      inlet.deadLetter(0, 0, new IllegalStateException("bad"), 1, "test/sink");
      inlet.rollback();
      inlet.tellGivenUp();
      assertThat(lane.snapshot().handled()).isZero();
      assertThat(fates).isEmpty();
    }

    @Test
    void isTriedAgainAsItWasThenEventByEvent() {
      crash();
      assertThat(inlet.batchLimit()).as("the same batch").isEqualTo(5);
      crash();
      assertThat(inlet.batchLimit()).as("one event of it").isEqualTo(1);
    }

    @Test
    void givesUpOnlyOnTheEventThatKeepsCrashingIt() {
      crash();
      crash();
      crash();   // with the first event alone
      assertThat(fates).containsExactly("gave up on 0 after 3 at test/sink");
      assertThat(lane.snapshot().deadLettered()).isEqualTo(1);
      assertThat(begin()).containsExactly(1);
    }

    @Test
    void suspectsNobodyAnyMoreWhenAllOfTheBatchAreHandled() {
      crash();
      crash();
      for (int i = 0; i < 5; i++) {
        assertThat(begin()).hasSize(1);
        inlet.commit();
      }
      assertThat(inlet.batchLimit()).isEqualTo(5);
    }

    @Test
    void dropsItsBatchWithoutRedelivery() {
      begin();
      inlet.rollback();
      inlet.redeliver(Redelivery.none(), new IllegalStateException("boom"));
      assertThat(fates).containsExactly("dropped 5: no redelivery");
      assertThat(lane.snapshot().dropped()).isEqualTo(5);
    }

    @Test
    void isNoSuspicionIfSomebodyElseEndedIt() {
      begin();
      inlet.rollback();
      inlet.forgive();
      inlet.redeliver(Redelivery.none(), new IllegalStateException("boom"));
      assertThat(fates).isEmpty();
      assertThat(inlet.batchLimit()).isEqualTo(5);
    }
  }
}
