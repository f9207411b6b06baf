package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Iterator;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stage.api.Demand;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEndedException;
import stage.api.State;
import stage.behaviour.support.Await;

/** A stage's events as a {@link Stream}. */
class StreamTest extends FlowTest {
  @ParameterizedTest(name = "at demand {0}/{1}")
  @CsvSource({"1, 0", "2, 1", "10, 0", "1000, 500"})
  void hasAllEventsUntilTheStageCompletes(int max, int min) throws Exception {
    var source = Outward.PRODUCER.open(this, 5000);
    try (Stream<Integer> all = source.root().stream(Demand.max(max).min(min))) {
      assertThat(Await.result(() -> all.map(event -> event * 2).toList()))
          .isEqualTo(upTo(5000).stream().map(event -> event * 2).toList());
    }
    assertNothingIsSubscribedTo(source.root());
  }

  @Test
  void doesNotNoticeRestarts() throws Exception {
    var source = Outward.CRASHING_PRODUCER.open(this, 300);
    assertThat(Await.result(() -> source.root().stream(Demand.max(10)).toList())).isEqualTo(upTo(300));
  }

  @Test
  void isLazy() {
    var source = Outward.PRODUCER.endless(this);
    try (Stream<Integer> unused = source.root().stream(Demand.max(10)).filter(event -> event > 3)) {
      assertThat(unused).isNotNull();
      assertNothingIsSubscribedTo(source.root());
      assertThat(source.root().snapshot().eventsEmitted()).isZero();
    }
  }

  @Test
  void asksForNoMoreThanItsDemand() throws Exception {
    BlockingQueue<Long> demands = new LinkedBlockingQueue<>();
    ProducerRef<Integer, ?> counted =
        noted(scope.start(Stage.producer("counted", Integer.class, () -> (demand, out) -> {
      demands.add(demand);
      for (long i = 0; i < demand; i++) out.emit((int) i);
    })));
    Stream<Integer> stream = counted.stream(Demand.max(7).min(3));
    try (stream) {
      Iterator<Integer> events = stream.iterator();
      Await.result(events::next);
      assertThat(Await.next(demands, counted)).isEqualTo(7);
      for (int i = 0; i < 100; i++) Await.result(events::next);
    }
    assertThat(demands).isNotEmpty().allMatch(demand -> demand <= 7);
  }

  @Test
  void cancelsAfterAShortCircuit() throws Exception {
    var source = Outward.PRODUCER.endless(this);
    assertThat(Await.result(() -> source.root().stream(Demand.max(100)).limit(3).toList())).isEqualTo(upTo(3));
    assertNothingIsSubscribedTo(source.root());
    // What was asked for and not read went back, and is the next one's.
    assertThat(Await.result(() -> source.root().stream(Demand.max(100)).limit(3).collect(Collectors.toList())))
        .containsExactly(3, 4, 5);
    assertThat(Await.result(() -> source.root().stream(Demand.max(100)).findFirst())).contains(6);
    assertThat(Await.result(() -> source.root().stream(Demand.max(100)).anyMatch(event -> event == 9))).isTrue();
  }

  @Test
  void cancelsWhenItIsClosed() throws Exception {
    var source = Outward.PRODUCER.endless(this);
    Stream<Integer> stream = source.root().stream(Demand.max(10));
    try (stream) {
      Iterator<Integer> events = stream.iterator();
      assertThat(Await.result(events::next)).isEqualTo(0);
    }
    assertNothingIsSubscribedTo(source.root());
  }

  @Test
  void throwsWhenTheStageFails() throws Exception {
    var source = Outward.PRODUCER.endless(this);
    var reading = new Await.Other<>(() -> source.root().stream(Demand.max(10)).filter(event -> event < 0).findFirst());
    Await.until(() -> !source.root().snapshot().outputs().isEmpty(), "somebody reads", source.root());
    source.fail();
    assertThatThrownBy(reading::result).isInstanceOf(StageEndedException.class).hasStackTraceContaining("for good");
  }

  @Test
  void throwsWhenTheScopeIsClosed() throws Exception {
    ProducerRef<Integer, ?> silent = scope.start(Stage.source("silent", Integer.class));
    var reading = new Await.Other<>(() -> silent.stream(Demand.max(10)).toList());
    reading.blocks();
    close();
    assertThat(reading.result()).isEmpty();   // the producer was stopped in good order, with no event
  }

  @Test
  void throwsWhenTheReaderIsInterrupted() throws Exception {
    ProducerRef<Integer, ?> silent = scope.start(Stage.source("silent", Integer.class));
    var reading = new Await.Other<>(() -> {
      assertThatThrownBy(() -> silent.stream(Demand.max(10)).toList()).isInstanceOf(CancellationException.class);
      return Thread.currentThread().isInterrupted();
    });
    Await.until(() -> !silent.snapshot().outputs().isEmpty(), "somebody reads", silent);
    reading.blocks();
    reading.thread().interrupt();
    assertThat(reading.result()).isTrue();
    assertNothingIsSubscribedTo(silent);
  }

  @Test
  void throwsAlsoWhenTheReaderIsInterruptedBeforeItBegins() throws Exception {
    var source = Outward.PRODUCER.endless(this);
    assertThat(Await.result(() -> {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> source.root().stream(Demand.max(10)).findFirst())
          .isInstanceOf(CancellationException.class)
          .hasMessageContaining("interrupted while awaiting");
      return Thread.currentThread().isInterrupted();
    })).isTrue();
    assertNothingIsSubscribedTo(source.root());
    assertThat(Await.result(() -> source.root().stream(Demand.max(10)).findFirst())).contains(0);
  }

  @Test
  void mayBeReadInParallel() throws Exception {
    var source = Outward.PRODUCER.endless(this);
    assertThat(Await
        .result(() -> source.root().stream(Demand.max(100)).parallel().limit(5000).map(event -> event * 2).toList()))
        .isEqualTo(upTo(5000).stream().map(event -> event * 2).toList());
    assertNothingIsSubscribedTo(source.root());
    assertThat(Await.result(() -> source.root().stream(Demand.max(100)).parallel().anyMatch(event -> event > 9000)))
        .isTrue();
    assertNothingIsSubscribedTo(source.root());
  }

  @Test
  void hasAnIteratorThatSaysWhenItWasClosed() throws Exception {
    var source = Outward.PRODUCER.endless(this);
    Stream<Integer> stream = source.root().stream(Demand.max(10));
    Iterator<Integer> events = stream.iterator();
    assertThat(Await.result(events::next)).isEqualTo(0);
    stream.close();
    assertThatThrownBy(events::hasNext).isInstanceOf(CancellationException.class).hasMessageContaining("was closed");
  }

  @Test
  void refusesTheStagesOwnThread() throws Exception {
    var source = Outward.PRODUCER.endless(this);
    assertThatThrownBy(() -> source.root().call(behaviour -> source.root().stream(Demand.max(1)).toList()))
        .hasCauseInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> source.root().stream(Demand.manual())).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void mayBeReadByAStage() throws Exception {
    var source = Outward.PRODUCER.open(this, 100);
    var again = noted(scope.start(Stage.ofStream("again", source.root().stream(Demand.max(10)))));
    Recorder recorder = recorder();
    again.subscribe(recorder);
    recorder.awaitSubscribed().request(1000);
    assertThat(recorder.await(100)).isEqualTo(upTo(100));
    assertThat(recorder.awaitEnd()).isEqualTo("completed");
  }

  /** Counts in a state, so that what went back to it is not counted twice. */
  static final class Counter implements Stage.Producer<Integer> {
    private State<Integer> next;

    @Override
    public void onStart(StageContext context) {
      next = context.state(0);
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      for (long i = 0; i < demand; i++) {
        out.emit(next.value());
        next.set(next.value() + 1);
      }
    }
  }

  @Test
  void sharesTheEventsWithOthers() throws Exception {
    var counter = noted(scope.start(Stage.producer("counter", Counter::new)));
    var first = new Await.Other<>(() -> counter.stream(Demand.max(3)).limit(500).toList());
    var second = new Await.Other<>(() -> counter.stream(Demand.max(3)).limit(500).toList());
    assertThat(first.result()).hasSize(500).doesNotContainAnyElementsOf(second.result());
  }

  private static void assertNothingIsSubscribedTo(ProducerRef<?, ?> producer) {
    Await.until(() -> producer.snapshot().outputs().stream().noneMatch(output -> output.isOpen()),
        "nothing is subscribed", producer);
  }
}
