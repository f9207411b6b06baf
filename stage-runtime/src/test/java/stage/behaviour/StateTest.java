package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.CallFailedException;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.MapState;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;
import stage.api.Subscription;
import stage.api.SubscriptionSpec;
import stage.api.ForeignThreadException;
import stage.api.supervision.StageFailedException;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.PlannedCrashes;
import stage.behaviour.support.Lives;
import stage.behaviour.support.Once;
import stage.behaviour.support.Parts.Sink;
import stage.behaviour.support.Parts.Source;

class StateTest extends CrashTest {
  private final PlannedCrashes faults = new PlannedCrashes();
  private final IOException cause = new IOException("disk on fire");

  /** Counts what it is given, and keeps the last event of each remainder by 3. */
  private static final class Tally implements Stage.Consumer<Integer> {
    private final PlannedCrashes faults;
    private StageContext context;
    private State<Integer> sum;
    private MapState<Integer, Integer> byRemainder;

    private Tally(PlannedCrashes faults) {
      this.faults = faults;
    }

    @Override
    public void onStart(StageContext context) {
      this.context = context;
      sum = context.state("sum", 0);
      byRemainder = context.mapState("last");
      sum.set(sum.value() + 1000);
      faults.onStart.crash();
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      for (int event : events) {
        sum.set(sum.value() + event);
        byRemainder.put(event % 3, event);
      }
      faults.after.crash();
    }

    @Override
    public void onStop(StopReason reason) {
      sum.set(sum.value() + 1_000_000);
      faults.onStop.crash();
    }
  }

  private ConsumerRef<Integer, Tally> tally() {
    return start(Stage.consumer("tally", () -> new Tally(faults)));
  }

  private int sum(ConsumerRef<Integer, Tally> tally) throws InterruptedException {
    return tally.<Integer>call(stage -> stage.sum.value());
  }

  private Map<Integer, Integer> last(ConsumerRef<Integer, Tally> tally) throws InterruptedException {
    return tally.call(stage -> stage.byRemainder.copy());
  }

  private ProducerRef<Integer, Source> source(int limit) {
    return start(Stage.producer("source", () -> new Source(new Lives(), new PlannedCrashes(), limit)));
  }

  @Nested
  class ATurn {
    @Test
    void keepsWhatItSetIfItReturns() throws Exception {
      var tally = tally();
      tally.cast(stage -> stage.onEvents(List.of(1, 2, 3), null));
      assertThat(sum(tally)).isEqualTo(1006);
      assertThat(last(tally)).isEqualTo(Map.of(0, 3, 1, 1, 2, 2));
    }

    @Test
    void seesWhatItHasSetItself() throws Exception {
      var tally = tally();
      assertThat(tally.<String>call(stage -> {
        stage.sum.set(5);
        stage.byRemainder.put(7, 8);
        return stage.sum.value() + " " + stage.byRemainder.get(7) + " " + stage.byRemainder.size();
      })).isEqualTo("5 8 1");
    }

    @Test
    void updatesMergesAndComputesAsTheJdkDoes() throws Exception {
      var tally = tally();
      assertThat(tally.<Integer>call(stage -> stage.sum.update(sum -> sum + 1))).isEqualTo(1001);
      assertThat(tally.<Integer>call(stage -> stage.byRemainder.getOrDefault(1, -1))).isEqualTo(-1);
      assertThat(tally.<Integer>call(stage -> stage.byRemainder.merge(1, 5, Integer::sum))).isEqualTo(5);
      assertThat(tally.<Integer>call(stage -> stage.byRemainder.merge(1, 6, Integer::sum))).isEqualTo(11);
      assertThat(
          tally.<Integer>call(stage -> stage.byRemainder.compute(2, (key, value) -> value == null ? key : value)))
          .isEqualTo(2);
      assertThat(tally.<Integer>call(stage -> stage.byRemainder.compute(1, (key, value) -> null))).isNull();
      assertThat(last(tally)).isEqualTo(Map.of(2, 2));
    }

    @Test
    void undoesUpdatesAndMergesToo() throws Exception {
      var tally = tally();
      tally.call(stage -> stage.byRemainder.merge(1, 5, Integer::sum));
      assertThatThrownBy(() -> tally.call(stage -> {
        stage.sum.update(sum -> sum + 1);
        stage.byRemainder.merge(1, 6, Integer::sum);
        stage.byRemainder.compute(2, (key, value) -> 9);
        throw new IOException("undone");
      })).cause().hasMessage("undone");
      assertThat(sum(tally)).isEqualTo(1000);
      assertThat(last(tally)).isEqualTo(Map.of(1, 5));
    }

    @Test
    void ofEventsUndoesWhatItSetIfItThrows() throws Exception {
      faults.after = new Once(2, cause);
      var tally = tally();
      var silent = start(Stage.source("silent", Integer.class));
      Subscription subscription =
          tally.subscribeTo(SubscriptionSpec.<Integer>to(silent).withDemand(Demand.max(10).min(0)));
      silent.castEmit((stage, out) -> out.emitAll(IntStream.range(0, 10).boxed().toList()));
      Await.until(() -> subscription.snapshot().handled() == 10, "all is handled", tally);
      // 45 once; a start and an onStop of two incarnations more
      assertThat(sum(tally)).isEqualTo(45 + 3 * 1000 + 2 * 1_000_000);
      assertThat(last(tally)).isEqualTo(Map.of(0, 9, 1, 7, 2, 8));
      log.takeRestarts(2);
    }

    @Test
    void ofACastUndoesWhatItSetIfItThrows() throws Exception {
      var tally = tally();
      tally.cast(stage -> {
        stage.sum.set(-1);
        stage.byRemainder.put(1, 1);
        throw cause;
      });
      assertThat(sum(tally)).isEqualTo(2 * 1000 + 1_000_000);
      assertThat(last(tally)).isEmpty();
      log.takeRestarts(1);
    }

    @Test
    void ofATimerUndoesWhatItSetIfItThrows() throws Exception {
      var tally = tally();
      tally.cast(stage -> stage.context.after(Duration.ZERO, () -> {
        stage.sum.set(-1);
        throw cause;
      }));
      Await.until(() -> tally.snapshot().incarnation() == 2, "it is restarted", tally);
      assertThat(sum(tally)).isEqualTo(2 * 1000 + 1_000_000);
      log.takeRestarts(1);
    }

    @Test
    void ofACallUndoesWhatItSetIfItThrowsAndTheStageGoesOn() throws Exception {
      var tally = tally();
      assertThatThrownBy(() -> tally.call(stage -> {
        stage.sum.set(-1);
        stage.byRemainder.put(1, 1);
        throw cause;
      })).isInstanceOf(CallFailedException.class);
      assertThat(sum(tally)).isEqualTo(1000);
      assertThat(last(tally)).isEmpty();
    }

    @Test
    void ofAStartUndoesWhatItSetIfItThrows() throws Exception {
      var tally = tally();
      faults.onStart = new Once(3, cause);
      tally.cast(stage -> {
        throw cause;
      });
      assertThat(sum(tally)).isEqualTo(2 * 1000 + 1_000_000);
      log.takeRestarts(4);
    }

    @Test
    void ofAStopUndoesWhatItSetIfItThrows() throws Exception {
      var tally = tally();
      faults.onStop = new Once(cause);
      tally.cast(stage -> {
        throw cause;
      });
      assertThat(sum(tally)).isEqualTo(2 * 1000);
      assertThat(log.take()).hasSize(2);
    }
  }

  @Nested
  class AValue {
    @Test
    void startsWithItsInitialValueInTheFirstIncarnationOnly() throws Exception {
      class Fresh implements Stage.Consumer<Integer> {
        private State<Integer> state;

        @Override
        public void onStart(StageContext context) {
          state = context.state(context.incarnation());
        }

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {}
      }
      var stage = start(Stage.consumer("stage", Fresh::new));
      stage.cast(behaviour -> {
        throw cause;
      });
      assertThat(stage.<Integer>call(behaviour -> behaviour.state.value())).isEqualTo(1);
      stage.replace(Fresh::new);
      assertThat(stage.<Integer>call(behaviour -> behaviour.state.value())).as("after a replacement").isEqualTo(1);
      log.takeRestarts(1);
    }

    @Test
    void isTheSameUnderTheSameName() throws Exception {
      var tally = tally();
      assertThat(tally.<Boolean>call(stage -> stage.context.state("sum", 77) == stage.sum)).isTrue();
      assertThat(tally.<Integer>call(stage -> stage.context.state("other", 77).value())).isEqualTo(77);
      assertThat(tally.<Boolean>call(stage -> stage.context.state(3) == stage.context.state("state", 4))).isTrue();
    }

    @Test
    void isNotNull() {
      var tally = tally();
      assertThatThrownBy(() -> tally.call(stage -> {
        stage.sum.set(null);
        return null;
      })).cause().isInstanceOf(NullPointerException.class).hasMessage("value must not be null");
      assertThatThrownBy(() -> tally.call(stage -> stage.context.state("new", null)))
          .cause().isInstanceOf(NullPointerException.class).hasMessage("initial must not be null");
      assertThatThrownBy(() -> tally.call(stage -> stage.context.state(null, 1)))
          .cause().isInstanceOf(NullPointerException.class).hasMessage("name must not be null");
    }

    @Test
    void belongsToTheStagesThread() throws Exception {
      var tally = tally();
      State<Integer> sum = tally.call(stage -> stage.sum);
      assertThatThrownBy(sum::value).isInstanceOf(ForeignThreadException.class)
          .hasMessageContaining("stage:test/tally#1");
      assertThatThrownBy(() -> sum.set(1)).isInstanceOf(ForeignThreadException.class).hasMessageContaining("set()");
      StageContext context = tally.call(stage -> stage.context);
      assertThatThrownBy(() -> context.state(1)).isInstanceOf(ForeignThreadException.class);
      assertThatThrownBy(() -> context.mapState("map")).isInstanceOf(ForeignThreadException.class);
      assertThat(sum(tally)).isEqualTo(1000);
    }
  }

  @Nested
  class AMap {
    @Test
    void removesUndoesAndCounts() throws Exception {
      var tally = tally();
      tally.cast(stage -> {
        for (int i = 0; i < 10; i++) stage.byRemainder.put(i, i);
      });
      assertThatThrownBy(() -> tally.call(stage -> {
        stage.byRemainder.remove(3);
        stage.byRemainder.put(4, 44);
        stage.byRemainder.put(100, 100);
        stage.byRemainder.remove(100);
        stage.byRemainder.put(11, 11);
        stage.byRemainder.remove(99);
        throw new IOException(
            stage.byRemainder.size() + " " + stage.byRemainder.get(3) + " " + stage.byRemainder.get(4) + " "
            + stage.byRemainder.copy().equals(expected(3, 11)));
      })).cause().hasMessage("10 null 44 true");
      assertThat(last(tally)).isEqualTo(expected(-1, -1));
      assertThat(tally.<Integer>call(stage -> stage.byRemainder.size())).isEqualTo(10);
      assertThat(tally.<Integer>call(stage -> stage.byRemainder.get(4))).isEqualTo(4);
    }

    private Map<Integer, Integer> expected(int without, int with) {
      Map<Integer, Integer> expected = new HashMap<>();
      for (int i = 0; i < 10; i++) expected.put(i, i);
      if (expected.remove(without) != null) expected.put(4, 44);
      if (with >= 0) expected.put(with, with);
      return expected;
    }

    @Test
    void keepsARemovalWithTheTurn() throws Exception {
      var tally = tally();
      tally.cast(stage -> stage.byRemainder.put(1, 1));
      tally.cast(stage -> stage.byRemainder.remove(1));
      tally.cast(stage -> {
        throw cause;
      });
      assertThat(last(tally)).isEmpty();
      assertThat(tally.<Integer>call(stage -> stage.byRemainder.size())).isZero();
      log.takeRestarts(1);
    }

    @Test
    void refusesNull() {
      var tally = tally();
      assertThatThrownBy(() -> tally.call(stage -> {
        stage.byRemainder.put(null, 1);
        return null;
      })).cause().isInstanceOf(NullPointerException.class).hasMessage("key must not be null");
      assertThatThrownBy(() -> tally.call(stage -> {
        stage.byRemainder.put(1, null);
        return null;
      })).cause().isInstanceOf(NullPointerException.class).hasMessage("value must not be null");
      assertThatThrownBy(() -> tally.call(stage -> stage.byRemainder.get(null)))
          .cause().isInstanceOf(NullPointerException.class).hasMessage("key must not be null");
      assertThatThrownBy(() -> tally.call(stage -> {
        stage.byRemainder.remove(null);
        return null;
      })).cause().isInstanceOf(NullPointerException.class).hasMessage("key must not be null");
      assertThatThrownBy(() -> tally.call(stage -> {
        stage.byRemainder.forEach(null);
        return null;
      })).cause().isInstanceOf(NullPointerException.class).hasMessage("action must not be null");
    }

    @Test
    void belongsToTheStagesThread() throws Exception {
      var tally = tally();
      MapState<Integer, Integer> map = tally.call(stage -> stage.byRemainder);
      assertThatThrownBy(() -> map.get(1)).isInstanceOf(ForeignThreadException.class).hasMessageStartingWith("get()");
      assertThatThrownBy(() -> map.put(1, 1)).isInstanceOf(ForeignThreadException.class)
          .hasMessageStartingWith("put()");
      assertThatThrownBy(() -> map.remove(1)).isInstanceOf(ForeignThreadException.class)
          .hasMessageStartingWith("remove()");
      assertThatThrownBy(map::size).isInstanceOf(ForeignThreadException.class);
      assertThatThrownBy(map::copy).isInstanceOf(ForeignThreadException.class);
      assertThatThrownBy(() -> map.forEach((key, value) -> {})).isInstanceOf(ForeignThreadException.class);
    }
  }

  @Nested
  class ANameOfTheOtherKind {
    @Test
    void isRefused() {
      var tally = tally();
      assertThatThrownBy(() -> tally.call(stage -> stage.context.state("last", 1)))
          .cause().isInstanceOf(IllegalArgumentException.class)
          .hasMessage("state \"last\" of stage test/tally is a map state; ask for it with mapState()");
      assertThatThrownBy(() -> tally.call(stage -> stage.context.mapState("sum")))
          .cause().isInstanceOf(IllegalArgumentException.class)
          .hasMessage("state \"sum\" of stage test/tally is not a map state; ask for it with state()");
    }

    @Test
    void refusesTheStartThatAsksForIt() {
      scope();
      assertThatThrownBy(() -> start(Stage.consumer("stage", Integer.class, () -> new Stage.Consumer<>() {
        @Override
        public void onStart(StageContext context) {
          context.state("x", 1);
          context.mapState("x");
        }

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {}
      }))).isInstanceOf(StageFailedException.class).hasCauseInstanceOf(IllegalArgumentException.class);
    }
  }

  @Nested
  class ACommitPoint {
    /**
     * Counts and passes on each event with a commit of its own, and crashes where it is told to, between commits too.
     */
    private final class Stepper implements Stage.ProducerConsumer<Integer, Integer> {
      private State<Integer> count;

      @Override
      public void onStart(StageContext context) {
        count = context.state(0);
      }

      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
        for (int event : events) {
          count.set(count.value() + 1);
          out.emit(count.value());
          faults.before.crash();
          from.commit(1);
          if (event % 4 == 2) faults.after.crash();
        }
      }
    }

    @Test
    void keepsStatesOutputsAndInputsTogether() throws Exception {
      BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
      faults.after = new Once(5, cause);
      var stepper = start(Stage.producerConsumer("stepper", source(100), Stepper::new)
          .withRedelivery(Redelivery.attempts(1000)).withDemand(Demand.max(30)));
      faults.before = new Once(5, cause);
      var sink = start(Stage.consumer("sink", stepper, () -> new Sink(new Lives(), new PlannedCrashes(), handled))
          .withDemand(Demand.max(50)));
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(IntStream.rangeClosed(1, 100).boxed().toList());
      log.takeRestarts(10);
    }

    @Test
    void isOfNoMoreEventsThanAreInHand() throws Exception {
      BlockingQueue<String> refusals = new LinkedBlockingQueue<>();
      var sink = start(Stage.consumer("sink", Integer.class, () -> (events, from) -> {
        for (int wrong : new int[] {-1, events.size() + 1}) {
          try {
            from.commit(wrong);
          } catch (IllegalArgumentException refused) {
            refusals.add(refused.getMessage());
          }
        }
        from.commit(events.size());
        try {
          from.commit(1);
        } catch (IllegalArgumentException refused) {
          refusals.add(refused.getMessage());
        }
      }));
      Subscription subscription = sink.subscribeTo(SubscriptionSpec.<Integer>to(source(1)).withDemand(Demand.max(1)));
      Await.end(sink);
      assertThat(refusals).containsExactly(
          "commit must be of 0 to 1 events, what is left of the batch in hand, but was of -1",
          "commit must be of 0 to 1 events, what is left of the batch in hand, but was of 2",
          "commit must be of 0 to 0 events, what is left of the batch in hand, but was of 1");
      assertThat(subscription.snapshot().handled()).isEqualTo(1);
    }

    @Test
    void belongsToTheStagesThread() throws Exception {
      BlockingQueue<Inlet<Integer>> inlets = new LinkedBlockingQueue<>();
      var sink = start(Stage.consumer("sink", Integer.class, () -> (events, from) -> inlets.add(from)));
      sink.subscribeTo(source(1));
      Inlet<Integer> inlet = Await.next(inlets, sink);
      assertThatThrownBy(() -> inlet.commit(0)).isInstanceOf(ForeignThreadException.class)
          .hasMessageContaining("commit()");
    }
  }

  @Nested
  class AGenerator {
    /** Sets its state, and a key, before each emit. */
    private final class Counting implements Stage.Generator<Integer> {
      private State<Integer> next;
      private State<String> note;
      private MapState<Integer, Integer> squares;

      @Override
      public void onStart(StageContext context) {
        next = context.state(0);
        note = context.state("note", "");
        squares = context.mapState("squares");
      }

      @Override
      public void generate(Outlet<Integer> out) {
        while (next.value() < 20) {
          int event = next.value();
          next.set(event + 1);
          squares.put(event, event * event);
          out.emit(event);
          faults.after.crash();
        }
        next.set(1000);
      }
    }

    private final ProducerRef<Integer, Counting> generator = start(Stage.generator("gen", Counting::new));
    private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();

    /** Lets it wait in its first emit, with its state set, until the test goes on. */
    private void awaitFirstEmit() {
      Await.until(() -> generator.snapshot().awaiting().startsWith("DEMAND"), "it waits for demand", generator);
    }

    private void assertExactlyOnce() throws Exception {
      var sink = start(Stage.consumer("sink", generator, () -> new Sink(new Lives(), new PlannedCrashes(), handled))
          .withDemand(Demand.max(3)));
      assertThat(Await.end(sink)).isEqualTo(new StopReason.Completed());
      assertThat(handled).containsExactlyElementsOf(IntStream.range(0, 20).boxed().toList());
    }

    @Test
    void keepsItsStateWithTheEvent() throws Exception {
      faults.after = new Once(7, cause);
      assertExactlyOnce();
      log.takeRestarts(7);
    }

    @Test
    void showsACallTheStateOfTheLastEmit() throws Exception {
      awaitFirstEmit();
      assertThat(generator.<String>call(stage -> stage.next.value() + " " + stage.squares.size())).isEqualTo("0 0");
      assertExactlyOnce();
    }

    @Test
    void losesNoEventToACallAndACrashAfterIt() throws Exception {
      awaitFirstEmit();
      generator.call(stage -> 1);   // would have kept the state before its event
      generator.cast(stage -> {
        throw cause;
      });
      assertExactlyOnce();
      log.takeRestarts(1);
    }

    @Test
    void doublesNoEventByACallThatThrows() throws Exception {
      awaitFirstEmit();
      assertThatThrownBy(() -> generator.call(stage -> {
        throw cause;                // would have undone the state of the event to come
      })).isInstanceOf(CallFailedException.class);
      faults.after = new Once(3, cause);
      assertExactlyOnce();
      log.takeRestarts(3);
    }

    @Test
    void keepsWhatACallHasSet() throws Exception {
      awaitFirstEmit();
      generator.call(stage -> {
        stage.note.set("kept");
        stage.squares.put(-1, 1);
        return null;
      });
      generator.cast(stage -> {
        throw cause;
      });
      assertThat(generator.<String>call(stage -> stage.note.value() + stage.squares.copy())).isEqualTo("kept{-1=1}");
      assertExactlyOnce();
      log.takeRestarts(1);
    }

    @Test
    void takesWhatACallHasSetLaterThanItself() throws Exception {
      awaitFirstEmit();
      generator.cast(stage -> {
        stage.next.set(10);
        stage.squares.put(0, 77);
      });
      Await.answered(generator);
      var sink = start(Stage.consumer("sink", generator, () -> new Sink(new Lives(), new PlannedCrashes(), handled))
          .withDemand(Demand.max(3)));
      Await.end(sink);
      assertThat(handled).containsExactly(0, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
    }

    @Test
    void losesNoEventToAReplacement() throws Exception {
      awaitFirstEmit();
      generator.call(stage -> 1);
      var entered = new CountDownLatch(1);
      generator.replace(() -> {
        entered.countDown();
        return new Counting();
      });
      Await.open(entered, generator);
      assertExactlyOnce();
    }
  }

  /** What is published cannot be taken back, so the states that belong to it must be kept too. */
  @Nested
  class AKeyThatFailsWhenItIsToBeKept {
    private static final int HARMFUL = 13;

    private final BlockingQueue<Map<Key, Integer>> atTheEnd = new LinkedBlockingQueue<>();
    private final AtomicInteger failures = new AtomicInteger(1);   // to come, of the harmful one

    /** Its hash can be had as long as it is not armed. */
    private static final class Key {
      private final int number;
      private int failures;   // still to come

      private Key(int number) {
        this.number = number;
      }

      @Override
      public int hashCode() {
        if (failures > 0) {
          failures--;
          throw new IllegalStateException("on purpose");
        }
        return number;
      }

      @Override
      public boolean equals(Object other) {
        return other instanceof Key key && key.number == number;
      }
    }

    /** How often it has met each event. */
    private abstract class Meeting {
      private MapState<Key, Integer> times;

      public void onStart(StageContext context) {
        times = context.mapState("times");
      }

      void meet(int event) {
        Key key = new Key(event);
        times.put(key, 1 + (times.get(key) == null ? 0 : times.get(key)));
        if (event == HARMFUL) key.failures = failures.getAndSet(0);
      }

      public void onStop(StopReason reason) {
        if (reason instanceof StopReason.Completed) atTheEnd.add(times.copy());
      }
    }

    private final class InTurns extends Meeting implements Stage.Consumer<Integer> {
      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from) {
        events.forEach(this::meet);
      }
    }

    private final class WithCommits extends Meeting implements Stage.Consumer<Integer> {
      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from) {
        for (int event : events) {
          meet(event);
          from.commit(1);
        }
      }
    }

    private final class Generating extends Meeting implements Stage.Generator<Integer> {
      private StageContext context;

      @Override
      public void onStart(StageContext context) {
        super.onStart(context);
        this.context = context;
      }

      @Override
      public void generate(Outlet<Integer> out) throws InterruptedException {
        for (int i = (int) context.eventsEmitted(); i < 100; i++) {
          meet(i);
          out.emit(i);
        }
      }
    }

    private void assertOnceEach() throws Exception {
      Map<Key, Integer> times = Await.next(atTheEnd);
      assertThat(times).hasSize(100).allSatisfy((key, count) -> assertThat(count).isEqualTo(1));
      log.takeRestarts(1);
    }

    @Test
    void isKeptWithItsTurn() throws Exception {
      Await.end(start(Stage.consumer("in-turns", source(100), InTurns::new).withDemand(Demand.max(10))));
      assertOnceEach();
    }

    @Test
    void isKeptWithItsCommitPoint() throws Exception {
      Await.end(start(Stage.consumer("with-commits", source(100), WithCommits::new).withDemand(Demand.max(10))));
      assertOnceEach();
    }

    @Test
    void isKeptWithItsEmit() throws Exception {
      var generator = start(Stage.generator("generating", Generating::new));
      BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
      Await.end(start(Stage.consumer("sink", generator, () -> new Sink(new Lives(), new PlannedCrashes(), handled))
          .withDemand(Demand.max(10))));
      assertThat(handled).containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
      assertOnceEach();
    }

    /**
     * Once when it is kept, and once when that is gone on with: by then the crash has been answered, and it is not
     * another one.
     */
    @Test
    void isKeptInTheEndAndItsCrashIsCountedOnce() throws Exception {
      var stage = start(Stage.consumer("in-on-stop", InOnStop::new));
      stage.cast(behaviour -> {
        throw cause;
      });
      assertThat(stage.<Integer>call(behaviour -> behaviour.times.get(new Key(HARMFUL)))).isEqualTo(1);
      assertThat(scope().snapshot().crashes()).isEqualTo(1);
      assertThat(stage.snapshot().incarnation()).isEqualTo(2);
      log.takeRestarts(1);
    }

    private final class InOnStop implements Stage.Consumer<Integer> {
      private MapState<Key, Integer> times;

      @Override
      public void onStart(StageContext context) {
        times = context.mapState("times");
      }

      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from) {
        // there are none
      }

      @Override
      public void onStop(StopReason reason) {
        if (!(reason instanceof StopReason.Crashed)) return;
        Key key = new Key(HARMFUL);
        times.put(key, 1);
        key.failures = 2;
      }
    }

    /** Then nothing is left to go on with; but nobody waits forever. */
    @Test
    void endsTheStageIfItNeverCanBeKept() throws Exception {
      failures.set(Integer.MAX_VALUE);
      theScopeMayFail();
      var inTurns = start(Stage.consumer("in-turns", source(100), InTurns::new).withDemand(Demand.max(10)));
      assertThat(Await.end(inTurns)).isInstanceOfSatisfying(StopReason.Crashed.class,
          crashed -> assertThat(crashed.cause()).hasMessage("on purpose"));
      assertThatThrownBy(() -> scope().join()).isInstanceOf(StageFailedException.class)
          .hasRootCauseMessage("on purpose");
      assertThat(log.take()).extracting(LogRecord::getMessage).anyMatch(line -> line.contains("in-turns"));
    }
  }
}
