package stage.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSnapshot;
import stage.api.SubscriptionSpec;
import stage.runtime.lane.Lane;
import stage.runtime.lane.Lanes;
import stage.runtime.lane.Progress;
import stage.runtime.mailbox.Mailbox;
import stage.runtime.mailbox.Message;
import stage.runtime.time.Driver;
import stage.runtime.time.RealTime;
import stage.runtime.time.Time;
import stage.runtime.time.WaitState;
import stage.runtime.time.WaitTimes;

/**
 * The classes that several threads share, each by itself and with no thread inside. What may come of a race is listed;
 * nothing else may.
 */
@Tag("races")
@Timeout(600)
class RacingTest {
  private static final Cell<?> PRODUCER = Cells.producer("producer");
  private static final Cell<?> CONSUMER = Cells.producer("consumer");

  @Nested
  class ALane {
    private final class State {
      private final Lane<Integer> lane = Lanes.lane(PRODUCER, CONSUMER, 10);
      private String first = "";
      private String second = "";
    }

    @Test
    void showsNoEventBeforeItIsThere() throws Exception {
      Map<String, Integer> seen = Racing.race(State::new, state -> state.second,
          state -> {
            state.lane.publish(1);
            state.lane.publish(new Object[] {2, 3}, 0, 2);
          },
          state -> state.second = state.lane.available() == 0 ? "[]" : state.lane.take(5).toString());

      assertThat(seen.keySet()).isSubsetOf("[]", "[1]", "[1, 2, 3]").contains("[1, 2, 3]");
    }

    @Test
    void showsNoProgressBeforeTheEventsThatItIsBehind() throws Exception {
      Map<String, Integer> seen = Racing.race(State::new, state -> state.second,
          state -> {
            state.lane.publish(1);
            state.lane.progress(new Progress(7, false, false));
          },
          state -> {
            Progress progress = state.lane.progress();   // before the tail
            state.second = (progress == null ? "no progress" : "progress") + ", " + state.lane.sent() + " sent";
          });

      assertThat(seen.keySet()).as("never: progress, 0 sent")
          .isSubsetOf("no progress, 0 sent", "no progress, 1 sent", "progress, 1 sent").contains("progress, 1 sent");
    }

    @Test
    void tellsItsProducerThatAllIsSettledOrIsSeenToBeSettled() throws Exception {
      Map<String, Integer> seen = Racing.race(() -> {
        var state = new State();
        state.lane.publish(1);
        return state;
      }, state -> state.first + " " + state.second,
          state -> state.first = state.lane.isSettledOrTellMe() ? "settled" : "waits",
          state -> {
            state.lane.settle(1, 0, 0, 11);
            VarHandle.fullFence();   // as ConsumerTurn does; pairs with tell in isSettledOrTellMe
            state.second = state.lane.shouldNotifyProducer() ? "tells" : "silent";
          });

      assertThat(seen.keySet()).as("never: waits silent").isSubsetOf("settled silent", "settled tells", "waits tells");
    }

    @Test
    void givesBackWhatAConsumerThatLeavesHasNotSettled() throws Exception {
      Map<String, Integer> seen = Racing.race(State::new, state -> {
        List<Object> back = new ArrayList<>();
        if (!state.first.equals("has left")) back.addAll(List.of(state.lane.takeBack()));   // it looks again later
        SubscriptionSnapshot end = state.lane.snapshot();
        return end.handled() + " handled, " + end.returned() + " back, " + end.inFlight() + " in flight";
      },
          state -> {
            state.lane.publish(1);
            state.lane.publish(2);
            if (state.lane.hasLeft()) {
              state.lane.takeBack();
              state.first = "has left";
            }
          },
          state -> {
            if (state.lane.available() > 0) state.lane.settle(1, 0, 0, 11);
            state.lane.leave();
          });

      assertThat(seen.keySet()).isSubsetOf("0 handled, 2 back, 0 in flight", "1 handled, 1 back, 0 in flight")
          .contains("1 handled, 1 back, 0 in flight");
    }

    @Test
    void showsWhatOneStepSettlesAsAWhole() throws Exception {
      Map<String, Integer> seen = Racing.race(() -> {
        var state = new State();
        for (int i = 0; i < 3; i++) state.lane.publish(i);
        return state;
      }, state -> state.second,
          state -> state.lane.settle(1, 1, 1, 13),
          state -> {
            SubscriptionSnapshot now = state.lane.snapshot();
            state.second = now.isBalanced() ? now.handled() + " " + now.deadLettered() + " " + now.dropped()
                : "not balanced: " + now;
          });

      // The last two: the writer was taken off its processor in the middle. What is settled then counts as handled
      // until it goes on.
      assertThat(seen.keySet()).isSubsetOf("0 0 0", "1 1 1", "3 0 0", "2 1 0").contains("1 1 1");
    }
  }

  @Nested
  class AMailbox {
    private final class State {
      private final Mailbox mailbox = new Mailbox(new RealTime().permits(4));
      private final Message first = new Message.Cast(stage -> {});
      private final Message second = new Message.Cast(stage -> {});
      private boolean firstIsIn;
      private boolean secondIsIn;
      private final List<Message> got = new ArrayList<>();
    }

    private static boolean put(Mailbox mailbox, Message message) {
      return mailbox.tryReserve() && mailbox.push(message);
    }

    @Test
    void handsOutOrRefusesEachMessageAndNeverBoth() throws Exception {
      Map<String, Integer> seen = Racing.race(State::new, state -> {
        boolean exact =
            state.got.contains(state.first) == state.firstIsIn && state.got.contains(state.second) == state.secondIsIn
            && state.got.size() == (state.firstIsIn ? 1 : 0) + (state.secondIsIn ? 1 : 0);
        return exact ? state.got.size() + " in"
            : "accepted: " + state.firstIsIn + " " + state.secondIsIn + ", handed out: " + state.got.size();
      },
          state -> state.firstIsIn = put(state.mailbox, state.first),
          state -> state.secondIsIn = put(state.mailbox, state.second),
          state -> {
            if (state.mailbox.hasMail()) state.got.add(state.mailbox.take());
            for (Message rest = state.mailbox.close(); rest != null; rest = rest.next()) state.got.add(rest);
          });

      assertThat(seen.keySet()).isSubsetOf("0 in", "1 in", "2 in").hasSizeGreaterThan(1);
    }
  }

  @Nested
  class ASubscription {
    private static final Time TIME = new RealTime();

    private static final class State {
      private final SubscriptionGraph graph = new SubscriptionGraph(TIME);
      private final Cell<?> left = cell("left");
      private final Cell<?> right = cell("right");
      private String first;
      private String second;

      private Cell<?> cell(String name) {
        return Cell.of(Stage.producerConsumer(name, Integer.class, Integer.class, () -> (batch, from, out) -> {}),
            "test", graph, Cells.NOBODY);
      }

      @SuppressWarnings("unchecked")
      private String subscribe(Cell<?> consumer, Cell<?> producer) {
        try {
          Handshake.make(consumer, SubscriptionSpec.to((ProducerRef<Integer, ?>) producer.ref()));
          return "subscribed";
        } catch (SubscriptionRefusedException refused) {
          return "refused";
        }
      }
    }

    @Test
    void closesNoCycleThoughTwoCloseItAtOnce() throws Exception {
      Map<String, Integer> seen = Racing.race(State::new, state -> state.first + " " + state.second,
          state -> state.first = state.subscribe(state.left, state.right),
          state -> state.second = state.subscribe(state.right, state.left));

      assertThat(seen.keySet()).containsExactlyInAnyOrder("subscribed refused", "refused subscribed");
    }

    @Test
    void losesNoneOfTwoThatComeAtOnce() throws Exception {
      Map<String, Integer> seen = Racing.race(State::new,
          state -> state.first + " " + state.second + " " + state.left.producerHalf().lanes().length + " "
              + state.right.consumerHalf().inlets().length,
          state -> state.first = state.subscribe(state.right, state.left),
          state -> state.second = state.subscribe(state.right, state.left));

      assertThat(seen.keySet()).containsExactly("subscribed subscribed 2 2");
    }
  }

  @Nested
  class AFence {
    /** Its thread is whoever has been made it last; at first, anybody. */
    private static final class AnyThread implements Driver {
      private volatile Thread current;   // written by who takes over

      @Override
      public void start() {}

      @Override
      public void wake() {}

      @Override
      public void wakeUnlessResting() {}

      @Override
      public void interrupt() {}

      @Override
      public void replaceThread() {
        current = Thread.currentThread();
      }

      @Override
      public boolean isCurrent() {
        return current == null || current == Thread.currentThread();
      }

      @Override
      public void await(WaitState what) {}

      @Override
      public void breatheIfBusy() {}

      @Override
      public void resetThread(String name) {}

      @Override
      public WaitState awaiting() {
        return WaitState.Kind.READY;
      }

      @Override
      public WaitTimes.Reading waits(long nowNanos) {
        throw new UnsupportedOperationException("nobody looks at it");
      }

      @Override
      public Thread thread() {
        return null;
      }
    }

    private static final class State {
      private final AnyThread driver = new AnyThread();
      private final Handover fence = new Handover(driver, null, new RealTime());
      private String zombie;
      private String successor;

      State() {
        fence.enter();
      }
    }

    private static String leave(Handover fence) {
      try {
        fence.leave();
        return "left";
      } catch (Handover.Refused refused) {
        return "refused";
      }
    }

    @Test
    void letsEitherTheThreadBackInOrItsSuccessor() throws Exception {
      Map<String, Integer> seen = Racing.race(State::new, state -> state.zombie + ", " + state.successor,
          state -> state.zombie = leave(state.fence),
          state -> {
            if (!state.fence.takeOver(Thread.currentThread())) {
              state.successor = "came too late";
              return;
            }
            state.driver.replaceThread();
            state.fence.enter();
            state.successor = leave(state.fence);
          });

      assertThat(seen.keySet()).containsExactlyInAnyOrder("left, came too late", "refused, left");
    }
  }
}
