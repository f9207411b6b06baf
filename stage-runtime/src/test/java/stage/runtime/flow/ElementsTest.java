package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Stage;
import stage.api.StageKilledException;
import stage.api.StageRef;
import stage.api.StopReason;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;

/** Collections, files and queues as producers, and collectors as consumers. */
class ElementsTest extends FlowTest {
  /** Starts a producer, collects what it emits, and crashes it every now and then if asked to. */
  private <O> List<O> collected(ProducerSpec<O, Stage.Generator<O>> spec, boolean crashing) throws Exception {
    ProducerRef<O, ?> producer = noted(scope.start(spec));
    var result = new CompletableFuture<List<O>>();
    BlockingQueue<Integer> counts = new LinkedBlockingQueue<>();
    var consumer = noted(
        scope.start(Stage.collect(name("list"), producer, Collector.<O, List<O>>of(ArrayList::new, (list, event) -> {
      list.add(event);
      counts.add(list.size());
    }, (one, other) -> one)).withDemand(Demand.max(2)).into(result)));
    if (crashing) {
      for (int i = 0; i < 3; i++) {
        Await.next(5, counts, producer, consumer);
        crash(producer);
        crash(consumer);
      }
    }
    List<O> all = Await.result(result::join, producer, consumer);
    Await.end(producer);   // which may be a moment later
    return all;
  }

  private static void crash(StageRef<?> stage) throws InterruptedException {
    try {
      stage.cast(behaviour -> {
        throw new OnPurpose("in between");
      });
    } catch (stage.api.StageEndedException completed) {
      assertThat(stage.isAlive()).isFalse();
    }
  }

  private static void awaitWhateverComes(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException late) {
        assertThat(latch.getCount()).as("nobody else interrupts").isPositive();
      }
    }
  }

  @Nested
  class AsAProducer {
    @ParameterizedTest(name = "crashing: {0}")
    @ValueSource(booleans = {false, true})
    void isAnIterable(boolean crashing) throws Exception {
      assertThat(collected(Stage.ofIterable("elements", upTo(200)), crashing)).isEqualTo(upTo(200));
    }

    @ParameterizedTest(name = "crashing: {0}")
    @ValueSource(booleans = {false, true})
    void isAnIterator(boolean crashing) throws Exception {
      assertThat(collected(Stage.ofIterator("elements", upTo(200).iterator()), crashing)).isEqualTo(upTo(200));
    }

    @Test
    void isReadByNobodyElseWhileAnAbandonedThreadReads() throws Exception {
      var entered = new CountDownLatch(1);
      var goOn = new CountDownLatch(1);
      Iterator<Integer> slow = upTo(5).stream().map(element -> {
        entered.countDown();
        if (element == 0) awaitWhateverComes(goOn);
        return element;
      }).iterator();
      var all = new LinkedBlockingQueue<Integer>();
      var spec = SupervisorSpec.of("impatient").withGrace(Duration.ofMillis(20)).withIntensity(Intensity.of(1_000_000))
          .withBackoff(Backoff.exponential(Duration.ofMillis(5), Duration.ofMillis(5)));
      try (Supervisor impatient = Supervisor.open(spec)) {
        var numbers = impatient.start(Stage.ofIterator("numbers", slow));
        var sink = impatient.start(Stage.consumer("sink", numbers, () -> (events, from) -> all.addAll(events)));
        entered.await();
        numbers.kill();
        Await.until(() -> numbers.snapshot().activity().restarts() > 1, "the next incarnation has failed", numbers);
        goOn.countDown();
        assertThat(Await.next(5, all, numbers, sink)).isEqualTo(upTo(5));
      }
      assertThat(log.take()).isNotEmpty();
    }

    @Test
    void isReadOnce_andASecondStartOfWhatHasEndedFails() throws Exception {
      var ofIterator = Stage.ofIterator("once", upTo(3).iterator());
      for (var spec : List.of(ofIterator, Stage.ofStream("once", Stream.of(0, 1, 2)))) {
        assertThat(collected(spec, false)).isEqualTo(upTo(3));
        scope.deleteChild("once");
        assertThatThrownBy(() -> scope.start(spec)).isInstanceOf(StageFailedException.class)
            .hasMessageContaining("read only once, and stage " + scope.name() + "/once has read them; make a new spec");
      }
    }

    @ParameterizedTest(name = "crashing: {0}")
    @ValueSource(booleans = {false, true})
    void isAStream(boolean crashing) throws Exception {
      assertThat(collected(Stage.ofStream("elements", IntStream.range(0, 200).boxed()), crashing)).isEqualTo(upTo(200));
    }

    @ParameterizedTest(name = "crashing: {0}")
    @ValueSource(booleans = {false, true})
    void isAText(boolean crashing) throws Exception {
      String text = String.join("\n", upTo(200).stream().map(n -> "Zeile ä" + n).toList());
      assertThat(collected(Stage.ofLines("elements", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))),
          crashing)).isEqualTo(text.lines().toList());
      assertThat(collected(Stage.ofLines("latin", new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)),
          StandardCharsets.ISO_8859_1), false))
          .isEqualTo(text.lines().toList());
    }

    @ParameterizedTest(name = "crashing: {0}")
    @ValueSource(booleans = {false, true})
    void isAFile(boolean crashing, @TempDir Path folder) throws Exception {
      List<String> lines = upTo(200).stream().map(n -> "line " + n).toList();
      Path file = Files.write(folder.resolve("lines.txt"), lines);
      assertThat(collected(Stage.ofPath("elements", file), crashing)).isEqualTo(lines);
    }

    @Test
    void isAQueueThatIsNeverAtItsEnd() throws Exception {
      var queue = new LinkedBlockingDeque<Integer>(upTo(10));
      ProducerRef<Integer, ?> producer = noted(scope.start(Stage.ofQueue("elements", queue)));
      Recorder recorder = recorder(producer);
      recorder.request(12);
      assertThat(recorder.await(10)).isEqualTo(upTo(10));
      queue.add(10);
      queue.add(11);
      assertThat(recorder.await(2)).containsExactly(10, 11);
      queue.add(12);
      Await.until(queue::isEmpty, "the next one is in hand", producer);
      producer.stop();
      assertThat(Await.end(producer)).isEqualTo(new StopReason.Stopped());
      assertThat(queue).as("what could not be emitted is back").containsExactly(12);
    }

    @Test
    void mayNotHaveNulls() throws Exception {
      var nulls = scope.start(Stage.ofIterator("nulls", Arrays.asList(1, null).iterator())
          .withRestart(stage.api.Restart.TEMPORARY));
      Recorder recorder = recorder();
      nulls.subscribe(recorder);
      recorder.awaitSubscribed().request(5);
      assertThat(recorder.awaitEnd()).isInstanceOf(NullPointerException.class);
      assertThat(log.take()).anyMatch(record -> String.valueOf(record.getThrown()).contains("null"));
    }

    @Test
    void isCheckedAtOnce() {
      assertThatThrownBy(() -> Stage.ofIterable("elements", null)).hasMessageContaining("elements must not be null");
      assertThatThrownBy(() -> Stage.ofPath("elements", null)).hasMessageContaining("file must not be null");
      assertThatThrownBy(() -> Stage.ofQueue("elements", null)).hasMessageContaining("queue must not be null");
      var read = java.util.stream.Stream.of(1);
      assertThat(read.toList()).hasSize(1);
      assertThatThrownBy(() -> Stage.ofStream("elements", read)).isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("that of stage \"elements\" is used or closed; make a new stream");
      assertThatThrownBy(() -> Stage.ofIterable("no name", List.of())).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Nested
  class ACollector {
    @Test
    void groups() throws Exception {
      var result = new CompletableFuture<java.util.Map<Boolean, Long>>();
      var producer = noted(scope.start(Stage.ofIterable("numbers", upTo(1000))));
      noted(scope
          .start(Stage.collect("groups", producer, Collectors.partitioningBy(n -> n % 3 == 0, Collectors.counting()))
              .into(result)));
      assertThat(Await.result(result::join)).containsEntry(true, 334L).containsEntry(false, 666L);
    }

    @Test
    void failsWithItsProducer() throws Exception {
      theScopeMayFail();
      var result = new CompletableFuture<List<Integer>>();
      var source = Outward.PRODUCER.endless(ElementsTest.this);
      noted(scope.start(Stage.collect("list", source.root(), Collectors.toList()).into(result)));
      source.fail();
      assertThatThrownBy(() -> Await.result(result::join)).isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(ForGood.class);
    }

    @Test
    void isCancelledWithItsScope() throws Exception {
      var result = new CompletableFuture<List<Integer>>();
      var stage = noted(scope.start(Stage.<Integer, List<Integer>>collect("list", Collectors.toList()).into(result)));
      stage.stop();
      assertThatThrownBy(() -> Await.result(result::join)).isInstanceOf(CancellationException.class);
    }

    @Test
    void stopsWhenItsResultIsCancelled() throws Exception {
      var result = new CompletableFuture<List<Integer>>();
      var source = Outward.PRODUCER.endless(ElementsTest.this);
      var stage = noted(scope.start(Stage.collect("list", source.root(), Collectors.toList()).into(result)));
      result.cancel(false);
      assertThat(Await.end(stage)).isEqualTo(new StopReason.Stopped());
    }

    @Test
    void stopsWhenNobodyWaitsForItsResultAnyMore() throws Exception {
      var result = new CompletableFuture<List<Integer>>();
      var source = Outward.PRODUCER.endless(ElementsTest.this);
      var stage = noted(scope.start(Stage.collect("list", source.root(), Collectors.toList()).into(result)));
      result.completeExceptionally(new java.util.concurrent.TimeoutException());   // as orTimeout does
      assertThat(Await.end(stage)).isEqualTo(new StopReason.Stopped());
    }

    @Test
    void whoseSupplierThrowsFailsItsResultToo() {
      var result = new CompletableFuture<Integer>();
      assertThatThrownBy(() -> scope.start(Stage.collect("list", Collector.<Integer, int[], Integer>of(() -> {
        throw new OnPurpose("the supplier throws");
      }, (container, event) -> {}, (one, other) -> one, container -> 0)).into(result)))
          .hasStackTraceContaining("the supplier throws");
      assertThatThrownBy(() -> Await.result(result::join)).hasCauseInstanceOf(OnPurpose.class);
    }

    @Test
    void whoseAccumulatorWasAbandonedHasNoResult() throws Exception {
      var entered = new CountDownLatch(1);
      var goOn = new CountDownLatch(1);
      Collector<Integer, List<Integer>, List<Integer>> slow = Collector.of(ArrayList::new, (all, event) -> {
        all.add(event);
        if (event != 1 || entered.getCount() == 0) return;
        entered.countDown();
        awaitWhateverComes(goOn);
      }, (one, other) -> one);
      var result = new CompletableFuture<List<Integer>>();
      try (Supervisor impatient = Supervisor.open(SupervisorSpec.of("impatient").withGrace(Duration.ofMillis(20)))) {
        var numbers = impatient.start(Stage.ofIterable("numbers", upTo(3)));
        var stage = impatient.start(Stage.collect("collector", numbers, slow).into(result));
        entered.await();
        stage.kill();
        assertThatThrownBy(result::join).hasCauseInstanceOf(StageKilledException.class)
            .hasMessageContaining("impatient/collector was killed in its accumulator");
        goOn.countDown();
      }
      log.take();
    }

    @Test
    void whoseFinisherThrowsFailsItsResult() throws Exception {
      var result = new CompletableFuture<Object>();
      var producer = noted(scope.start(Stage.ofIterable("numbers", upTo(3))));
      noted(scope.start(Stage.collect("list", producer, Collectors.collectingAndThen(Collectors.toList(), list -> {
        throw new OnPurpose("the finisher throws");
      })).into(result)));
      assertThatThrownBy(() -> Await.result(result::join)).hasCauseInstanceOf(OnPurpose.class);
    }

    @Test
    void whoseAccumulatorThrowsOnOneEventLosesThatOne() throws Exception {
      var result = new CompletableFuture<List<Integer>>();
      var producer = noted(scope.start(Stage.ofIterable("numbers", upTo(100))));
      noted(scope
          .start(Stage.collect("list", producer, Collector.<Integer, List<Integer>>of(ArrayList::new, (list, event) -> {
        if (event == 42) throw new OnPurpose("this one");
        list.add(event);
      }, (one, other) -> one)).into(result)));
      List<Integer> expected = new ArrayList<>(upTo(100));
      expected.remove(42);
      assertThat(Await.result(result::join)).isEqualTo(expected);
    }
  }
}
