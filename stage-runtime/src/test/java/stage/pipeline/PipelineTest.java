package stage.pipeline;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collector;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.Stage;
import stage.api.observe.StageEvent;
import stage.api.pipeline.Aggregation;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.WhenFull;
import stage.api.pipeline.Windows;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/** What jobs come to: known answers, on real threads. */
class PipelineTest {
  private static final List<Integer> HUNDRED = IntStream.rangeClosed(1, 100).boxed().toList();

  @Nested
  class FusedSteps {
    @Test
    void mapAndFilter() throws Exception {
      assertThat(Pipeline.from(HUNDRED).map(n -> n * 2).filter(n -> n % 3 == 0).toList().run())
          .isEqualTo(HUNDRED.stream().map(n -> n * 2).filter(n -> n % 3 == 0).toList());
    }

    @Test
    void moreThanOneLoopHolds() throws Exception {
      Pipeline<Integer> pipeline = Pipeline.from(HUNDRED);
      for (int i = 0; i < 25; i++) pipeline = pipeline.map(n -> n + 1);
      assertThat(pipeline.toList().run()).isEqualTo(HUNDRED.stream().map(n -> n + 25).toList());
    }

    @Test
    void flatMapMakesMany() throws Exception {
      assertThat(Pipeline.of(1, 2, 3).flatMap(n -> List.of(n, n * 10)).toList().run()).containsExactly(1, 10, 2, 20,
          3, 30);
    }

    @Test
    void mapMultiMakesMany() throws Exception {
      assertThat(Pipeline.of(1, 2, 3).<String>mapMulti((n, out) -> {
        for (int i = 0; i < n; i++) out.accept("x" + n);
      }).toList().run()).containsExactly("x1", "x2", "x2", "x3", "x3", "x3");
    }

    @Test
    void ofTypeLetsOneTypePass() throws Exception {
      assertThat(Pipeline.<Object>of(1, "a", 2L, "b").ofType(String.class).toList().run()).containsExactly("a", "b");
    }

    @Test
    void dropLeavesTheFirstOut() throws Exception {
      assertThat(Pipeline.from(HUNDRED).drop(98).toList().run()).containsExactly(99, 100);
    }

    @Test
    void scanEmitsEachValueOfAFold() throws Exception {
      assertThat(Pipeline.of(1, 2, 3, 4).scan(0, Integer::sum).toList().run()).containsExactly(1, 3, 6, 10);
    }

    @Test
    void distinctRemembersTheNewestKeys() throws Exception {
      assertThat(Pipeline.of(1, 1, 2, 1, 3, 1, 2).distinct(n -> n, 2).toList().run()).containsExactly(1, 2, 3, 1, 2);
    }

    @Test
    void batchesMayEndWithAShorterOne() throws Exception {
      assertThat(Pipeline.of(1, 2, 3, 4, 5).batch(2).toList().run()).containsExactly(List.of(1, 2), List.of(3, 4),
          List.of(5));
    }

    @Test
    void anElementMayBecomeMoreThanATurnHolds() throws Exception {
      assertThat(Pipeline.of(1, 2, 3).flatMap(n -> n == 2 ? (Iterable<Integer>) () -> IntStream.range(0, 70_000)
          .iterator() : List.of(n)).count().run())
          .isEqualTo(70_002);
    }
  }

  @Nested
  class AnElementOfWhichVeryManyAreMade {
    private final AtomicLong made = new AtomicLong();
    private final Iterable<Long> endless = () -> LongStream.generate(made::getAndIncrement).boxed().iterator();

    @Test
    void isGoneOnWithWhenMoreIsWanted() throws Exception {
      assertThat(Pipeline.of(1, 2).flatMap(n -> endless).async().take(5_000).toList().run())
          .isEqualTo(LongStream.range(0, 5_000).boxed().toList());
      assertThat(made.get()).isLessThan(10_000);
    }

    @Test
    void waitsForASlowSink() throws Exception {
      var begun = new CountDownLatch(1);
      var mayGoOn = new CountDownLatch(1);
      try (var app = Supervisor.open("app")) {
        var job = Pipeline.of(1).flatMap(n -> LongStream.range(0, 1_000_000).mapToObj(i -> made.incrementAndGet())
            ::iterator).async().forEach(n -> {
              begun.countDown();
              mayGoOn.await();
            }).start(app, "job");
        begun.await();
        assertThat(made.get()).isLessThan(20_000);
        mayGoOn.countDown();
        assertThat(job.join().out()).isEqualTo(1_000_000);
      }
    }

    @Test
    void isDroppedAsAWholeFromWhereItFails() throws Exception {
      Report report = Pipeline.of(1, 2).flatMap(n -> IntStream.range(0, 3_000).boxed()::iterator).map(n -> {
        if (n == 2_500) throw new IllegalStateException("there");
        return n;
      }).onFailure(OnFailure.skip()).async().forEach(n -> {}).run();
      assertThat(report.dropped()).isEqualTo(2);
      assertThat(report.runs().getFirst().handled()).isZero();
      assertThat(report.runs()).allMatch(Report.Run::isBalanced);
      assertThat(report.out()).isEqualTo(2 * 2_048);   // what was made in the turns before
    }

    @Test
    void endsWithATakeBehindIt() throws Exception {
      assertThat(Pipeline.of(1, 2).flatMap(n -> endless).take(3_000).async().count().run()).isEqualTo(3_000);
    }
  }

  @Nested
  class Take {
    @Test
    void endsTheSource() throws Exception {
      assertThat(Pipeline.<Long>generate(out -> {
        for (long i = 0;; i++) out.emit(i);
      }).take(5).toList().run()).containsExactly(0L, 1L, 2L, 3L, 4L);
    }

    @Test
    void ofNothingTakesNothing() throws Exception {
      assertThat(Pipeline.from(HUNDRED).take(0).toList().run()).isEmpty();
    }

    @Test
    void letsWhatIsTakenBecomeMore() throws Exception {
      assertThat(Pipeline.of(1, 2).take(1).flatMap(n -> List.of(n, n)).toList().run()).containsExactly(1, 1);
      assertThat(Pipeline.of(1, 2).take(1).<Integer>mapMulti((n, out) -> {
        out.accept(n);
        out.accept(n);
      }).toList().run()).containsExactly(1, 1);
      assertThat(Pipeline.of(1, 2).take(1).flatMap(n -> IntStream.range(0, 5_000).boxed()::iterator).async().count()
          .run()).isEqualTo(5_000);
    }

    @Test
    void countsWhatALaterStepFailsOn() throws Exception {
      Pipeline<Integer> pipeline = Pipeline.of(1, 2, 3, 4).take(3).map(n -> {
        if (n == 2) throw new IllegalStateException("two");
        return n;
      });
      assertThat(pipeline.onFailure(OnFailure.skip()).toList().run()).containsExactly(1, 3);
      assertThat(pipeline.recover(failed -> 0).toList().run()).containsExactly(1, 0, 3);
    }

    @Test
    void whileAConditionHolds() throws Exception {
      assertThat(Pipeline.from(LongStream.iterate(1, n -> n * 2).boxed()::iterator).takeWhile(n -> n < 100).toList()
          .run())
          .containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 64L);
    }

    @Test
    void inTheMiddleEndsWhatIsBeforeIt() throws Exception {
      assertThat(Pipeline.<Long>generate(out -> {
        for (long i = 0;; i++) out.emit(i);
      }).map(n -> n + 1).async().take(3).async().map(n -> n * 2).toList().run()).containsExactly(2L, 4L, 6L);
    }
  }

  @Nested
  class ABranchThatEndsEarly {
    @Test
    void doesNotHoldUpTheOthers() throws Exception {
      List<Integer> many = IntStream.range(0, 20_000).boxed().toList();
      AtomicLong odd = new AtomicLong();
      assertThat(Pipeline.from(many).divertTo(n -> n % 2 == 1, branch -> branch.forEach(n -> odd.incrementAndGet()))
          .take(50).count().run())
          .isEqualTo(50);
      assertThat(odd).hasValue(10_000);
      assertThat(Pipeline.from(many).divertTo(n -> n % 2 == 1, branch -> branch.take(3).toList()).count().run())
          .isEqualTo(10_000);
    }

    /** It was slow before, and the backlog of its route is full when it ends. */
    @Test
    void isHeldAgainstNobody() throws Exception {
      var passed = new CountDownLatch(9_000);
      List<Integer> many = IntStream.range(0, 50_000).boxed().toList();
      assertThat(Pipeline.from(many).divertTo(n -> n % 2 == 1, odd -> odd.map(n -> {
        passed.await();
        return n;
      }).take(1).toList()).peek(n -> passed.countDown()).count().run()).isEqualTo(25_000);
    }
  }

  @Nested
  class SourcesWithoutElements {
    @Test
    void endTheJob() throws Exception {
      assertThat(Pipeline.of().count().run()).isZero();
      assertThat(Pipeline.<Integer>generate(out -> {}).map(n -> n + 1).count().run()).isZero();
      assertThat(Pipeline.from(java.util.stream.Stream.<Integer>empty()::iterator).map(n -> n).async().map(n -> n)
          .count().run()).isZero();
      assertThat(Pipeline.lines(java.io.InputStream.nullInputStream()).count().run()).isZero();
      assertThat(Pipeline.merge(Pipeline.<Integer>generate(out -> {}), Pipeline.of(1)).toList().run())
          .containsExactly(1);
    }
  }

  @Nested
  class Sinks {
    @Test
    void reduceFolds() throws Exception {
      assertThat(Pipeline.from(HUNDRED).reduce(0, Integer::sum).run()).isEqualTo(5050);
    }

    @Test
    void topKIsGreatestFirst() throws Exception {
      assertThat(Pipeline.from(HUNDRED).topK(3, Comparator.naturalOrder()).run()).containsExactly(100, 99, 98);
    }

    @Test
    void collectCollects() throws Exception {
      assertThat(Pipeline.from(HUNDRED).collect(groupingBy(n -> n % 3, counting())).run())
          .isEqualTo(Map.of(0, 33L, 1, 34L, 2, 33L));
    }

    @Test
    void forEachReports() throws Exception {
      List<Integer> seen = new ArrayList<>();
      Report report = Pipeline.from(HUNDRED).filter(n -> n > 90).forEach(seen::add).run();
      assertThat(seen).hasSize(10);
      assertThat(report.in()).isEqualTo(100);
      assertThat(report.out()).isEqualTo(10);
      assertThat(report.filtered()).isEqualTo(90);
      assertThat(report.runs()).allMatch(Report.Run::isBalanced);
    }
  }

  @Nested
  class Keys {
    @Test
    void wordsAreCounted(@TempDir Path folder) throws Exception {
      Path a = Files.writeString(folder.resolve("a"), "the cat\nthe dog\n");
      Path b = Files.writeString(folder.resolve("b"), "a cat");
      Map<String, Long> words = Pipeline.lines(a, b)
          .flatMap(line -> List.of(line.toLowerCase().split("\\W+")))
          .filter(word -> !word.isEmpty())
          .keyBy(word -> word).workers(4)
          .count()
          .collect(toMap(KeyValue::key, KeyValue::value))
          .run("wordcount");
      assertThat(words).isEqualTo(Map.of("the", 2L, "cat", 2L, "dog", 1L, "a", 1L));
    }

    @Test
    void linesOfAGzipFileAreThoseOfTheTextInIt(@TempDir Path folder) throws Exception {
      Path packed = folder.resolve("a.txt.gz");
      try (var out = new java.util.zip.GZIPOutputStream(Files.newOutputStream(packed))) {
        out.write("the cat\nthe dog\n".getBytes());
      }
      Path plain = Files.writeString(folder.resolve("b"), "a cat");
      assertThat(Pipeline.lines(packed, plain).toList().run()).containsExactly("the cat", "the dog", "a cat");
    }

    @Test
    void aFileThatOnlySoundsLikeGzipFailsTheJobWithItsName(@TempDir Path folder) throws Exception {
      Path file = Files.writeString(folder.resolve("no.gz"), "plain text");
      var job = Pipeline.lines(file).toList().withIntensity(stage.api.supervision.Intensity.none());
      org.assertj.core.api.Assertions.assertThatThrownBy(job::run).hasStackTraceContaining("cannot unpack " + file);
    }

    @Test
    void anElementThatCrashesItsStageFiveTimesIsKeptIfTheJobDeliversItAsOften() throws Exception {
      var crashes = new java.util.concurrent.atomic.AtomicInteger();
      var job = Pipeline.from(HUNDRED).map(n -> {
        if (n == 50 && crashes.incrementAndGet() <= 5) throw new StackOverflowError("on purpose");
        return n;
      }).count().withIntensity(stage.api.supervision.Intensity.of(100));

      assertThat(job.withRedelivery(stage.api.Redelivery.attempts(5)).run()).isEqualTo(100);
      crashes.set(0);
      assertThat(job.run()).as("with two redeliveries, the default").isEqualTo(99);
    }

    @Test
    void whatIsPerWorkerBelongsToIt() throws Exception {
      List<List<Integer>> batches = Pipeline.from(HUNDRED).keyBy(n -> n % 8).workers(3).perWorker(part ->
          part.map(n -> n + 0).batch(10)).toList().run();
      assertThat(batches.stream().mapToInt(List::size).sum()).isEqualTo(100);
      assertThat(batches).allSatisfy(batch -> assertThat(batch).isSorted());
    }

    @Test
    void haveAMeanEach() throws Exception {
      assertThat(Pipeline.from(HUNDRED).keyBy(n -> n % 2).aggregate(Aggregation.averaging(n -> n))
          .collect(toMap(KeyValue::key, KeyValue::value)).run()).isEqualTo(Map.of(0, 51.0, 1, 50.0));
    }

    @Test
    void oneWorkerIsFused() throws Exception {
      assertThat(Pipeline.from(HUNDRED).keyBy(n -> n % 2).sum(n -> n).collect(toMap(KeyValue::key, KeyValue::value))
          .run())
          .isEqualTo(Map.of(0, 2550L, 1, 2500L));
    }
  }

  @Nested
  class Boundaries {
    @Test
    void parallelLosesNothing() throws Exception {
      assertThat(Pipeline.from(HUNDRED).parallel(4, part -> part.map(n -> n * 2)).toList().run())
          .containsExactlyInAnyOrderElementsOf(HUNDRED.stream().map(n -> n * 2).toList());
    }

    @Test
    void mapConcurrentKeepsTheOrder() throws Exception {
      assertThat(Pipeline.from(HUNDRED).mapConcurrent(8, n -> n * 2).toList().run()).isEqualTo(HUNDRED.stream()
          .map(n -> n * 2).toList());
    }

    @Test
    void ofOneKeyNeverOvertakeEachOther() throws Exception {
      List<Integer> done = Pipeline.from(HUNDRED).mapConcurrentByKey(8, n -> n % 5, n -> n).toList().run();
      for (int key = 0; key < 5; key++) {
        int its = key;
        assertThat(done.stream().filter(n -> n % 5 == its)).isSorted();
      }
      assertThat(done).hasSize(100);
    }

    /** A key that takes long holds up its own elements only, however many others there are. */
    @Test
    void aSlowKeyHoldsUpNoOther() throws Exception {
      var others = new CountDownLatch(90);
      assertThat(Pipeline.from(HUNDRED).mapConcurrentByKey(4, n -> n % 10, n -> {
        if (n % 10 == 1) others.await();
        else others.countDown();
        return n;
      }).filter(n -> n % 10 == 1).toList().run()).isSorted().hasSize(10);
    }

    @Test
    void asManyKeysAreAtWorkAsMayBe() throws Exception {
      var all = new java.util.concurrent.CyclicBarrier(100);
      assertThat(Pipeline.from(HUNDRED).mapConcurrentByKey(100, n -> n, n -> {
        all.await();
        return n;
      }).count().run()).isEqualTo(100);
    }

    @Test
    void anElementWithoutAKeyIsTreatedAsThePolicyBehindSays() throws Exception {
      Report report = Pipeline.from(HUNDRED).mapConcurrentByKey(4, n -> n == 7 ? null : n, n -> n)
          .onFailure(OnFailure.skip()).forEach(n -> {}).run();
      assertThat(report.dropped()).isEqualTo(1);
      assertThat(report.out()).isEqualTo(99);
    }

    @Test
    void aPolicyBehindFunctionsByKeyCoversThem() throws Exception {
      assertThat(Pipeline.from(HUNDRED).mapConcurrentByKey(8, n -> n % 5, n -> {
        if (n == 7) throw new IllegalStateException("seven");
        return n;
      }).onFailure(stage.api.pipeline.OnFailure.skip()).count().run()).isEqualTo(99);
    }

    @Test
    void aBufferLosesNothing() throws Exception {
      assertThat(Pipeline.from(HUNDRED).map(n -> n).buffer(7, WhenFull.WAIT).map(n -> n + 1).toList()
          .run())
          .isEqualTo(HUNDRED.stream().map(n -> n + 1).toList());
    }

    @ParameterizedTest
    @EnumSource(value = WhenFull.class, names = {"DROP_OLDEST", "DROP_NEWEST"})
    void aBufferThatDropsHoldsNobodyUp(WhenFull kind) throws Exception {
      List<Integer> many = IntStream.range(0, 5_000).boxed().toList();
      List<Integer> got = new ArrayList<>();
      var all = new CountDownLatch(5_000);
      Report report = Pipeline.from(many).peek(n -> all.countDown()).buffer(100, kind).forEach(n -> {
        all.await();
        got.add(n);
      }).withDemand(Demand.max(10)).run();
      assertThat(report.dropped()).isEqualTo(5_000 - got.size()).isGreaterThan(4_500);
      assertThat(report.runs()).allMatch(Report.Run::isBalanced);
      assertThat(got).isSorted().startsWith(0);
      if (kind == WhenFull.DROP_OLDEST) assertThat(got).endsWith(4_999);
      else assertThat(got).contains(99);
    }

    @Test
    void aBufferThatDropsDropsNothingWhereAllIsWanted() throws Exception {
      Report report = Pipeline.from(HUNDRED).buffer(1, WhenFull.DROP_OLDEST).forEach(n -> {}).run();
      assertThat(report.out()).isEqualTo(100);
    }

    @Test
    void aBufferMayCrashItsStage() throws Exception {
      var hasGivenUp = new CountDownLatch(1);
      var job = Pipeline.from(HUNDRED).buffer(5, WhenFull.FAIL).forEach(n -> hasGivenUp.await())
          .withDemand(Demand.max(1));
      SupervisorSpec spec = SupervisorSpec.of("app").withListener(event -> {
        if (event instanceof StageEvent.GaveUp) hasGivenUp.countDown();
      });
      try (var app = Supervisor.open(spec)) {
        assertThatThrownBy(() -> job.start(app, "job").join()).isInstanceOf(StageFailedException.class).rootCause()
            .hasMessageContaining("a buffer of 5 elements is full");
      }
    }

    @Test
    void batchesEndByTime() throws Exception {
      assertThat(Pipeline.<Integer>generate(out -> {
        out.emit(1);
        out.emit(2);
        new java.util.concurrent.CountDownLatch(1).await();   // until the job ends
      }).batchWithin(100, java.time.Duration.ofMillis(20)).take(1).toList().run().getFirst()).startsWith(1);
    }

    @Test
    void throttledElementsAllCome() throws Exception {
      assertThat(Pipeline.from(HUNDRED).throttle(1000, java.time.Duration.ofMillis(100), 50).count().run())
          .isEqualTo(100);
    }

    @Test
    void ticksCome() throws Exception {
      assertThat(Pipeline.tick(java.time.Duration.ofMillis(5)).take(3).toList().run()).hasSize(3).isSorted();
    }

    @Test
    void windowsOfAnEndlessSourceFire() throws Exception {
      assertThat(Pipeline.<Long>generate(out -> {
        for (long i = 0;; i++) out.emit(i);
      }).eventTime(java.time.Instant::ofEpochSecond, java.time.Duration.ofSeconds(5)).keyBy(n -> n % 4).workers(2)
          .window(stage.api.pipeline.Windows.tumbling(java.time.Duration.ofSeconds(100))).count().take(8).toList()
              .run())
          .hasSize(8).allSatisfy(pane -> assertThat(pane.value()).isEqualTo(25));
    }

    /** What sources vouch for passes through functions that run elsewhere. */
    @Test
    void windowsBehindConcurrentFunctionsFire() throws Exception {
      Pipeline<Long> seconds = Pipeline.<Long>generate(out -> {
        for (long i = 0;; i++) out.emit(i);
      }).eventTime(java.time.Instant::ofEpochSecond, java.time.Duration.ofSeconds(5));
      var windows = stage.api.pipeline.Windows.tumbling(java.time.Duration.ofSeconds(100));
      for (Pipeline<Long> each : List.of(seconds.mapConcurrent(4, n -> n), seconds.mapConcurrentUnordered(4, n -> n),
          seconds.mapConcurrentByKey(4, n -> n % 7, n -> n),
          seconds.parallel(2, part -> part.map(n -> n)).mapConcurrent(4, n -> n))) {
        assertThat(each.window(windows).count().take(8).toList().run())
            .hasSize(8).allSatisfy(pane -> assertThat(pane.value()).isEqualTo(100));
      }
    }

    @Test
    void mergeTakesAll() throws Exception {
      assertThat(Pipeline.merge(Pipeline.of(1, 2), Pipeline.of(3, 4)).toList().run()).containsExactlyInAnyOrder(1, 2,
          3, 4);
    }

    @Test
    void branchesGetAll() throws Exception {
      List<Integer> odd = new ArrayList<>();
      List<Integer> all = new ArrayList<>();
      List<Integer> rest = Pipeline.from(HUNDRED)
          .alsoTo(copy -> copy.forEach(all::add))
          .divertTo(n -> n % 2 == 1, other -> other.forEach(odd::add))
          .toList().run();
      assertThat(all).isEqualTo(HUNDRED);
      assertThat(odd).hasSize(50).allMatch(n -> n % 2 == 1);
      assertThat(rest).hasSize(50).allMatch(n -> n % 2 == 0);
    }
  }

  @Nested
  class Workers {
    private final List<Integer> twice = HUNDRED.stream().map(n -> 2 * n).toList();

    /** Each of several that read what goes to all would get all of it. */
    @Test
    void behindWhatGoesToAllGetEachElementOnce() throws Exception {
      var copied = new AtomicLong();
      assertThat(Pipeline.from(HUNDRED)
          .alsoTo(copy -> copy.parallel(3, part -> part.map(n -> n)).forEach(n -> copied.incrementAndGet()))
          .parallel(4, part -> part.map(n -> 2 * n)).toList().run()).containsExactlyInAnyOrderElementsOf(twice);
      assertThat(copied).hasValue(100);
    }

    @Test
    void behindARouteGetEachElementOnce() throws Exception {
      var odd = new AtomicLong();
      assertThat(Pipeline.from(HUNDRED).divertTo(n -> n % 2 == 1, branch -> branch.parallel(3, part -> part.map(n -> n))
          .forEach(n -> odd.incrementAndGet())).parallel(3, part -> part.map(n -> n)).count().run()).isEqualTo(50);
      assertThat(odd).hasValue(50);
    }

    @Test
    void thatDoNothingHandOnWhatTheyGet() throws Exception {
      assertThat(Pipeline.from(HUNDRED).parallel(3, part -> part).count().run()).isEqualTo(100);
      assertThat(Pipeline.from(HUNDRED).keyBy(n -> n % 7).workers(3).perWorker(part -> part).count().run())
          .isEqualTo(100);
      assertThat(Pipeline.from(HUNDRED).keyBy(n -> n % 7).workers(3).perWorker(part -> part.async()).buffer(2)
          .count().run()).isEqualTo(100);
      assertThat(Pipeline.from(HUNDRED).parallel(3, part -> part.buffer(4)).map(n -> n).count().run()).isEqualTo(100);
    }
  }

  @Nested
  class OddArguments {
    private static final Duration LONG = Duration.ofSeconds(Long.MAX_VALUE);

    @Test
    void timesWithoutAnEndAreForEver() throws Exception {
      assertThat(Pipeline.from(HUNDRED).eventTime(Instant::ofEpochSecond, LONG)
          .window(Windows.tumbling(Duration.ofMinutes(1))).count().count().run()).isEqualTo(2);
      assertThat(Pipeline.from(HUNDRED).map(n -> 100 / (n - 7)).onFailure(OnFailure.skip().atMost(2, LONG)).count()
          .run()).isEqualTo(99);
    }

    @Test
    void aCollectorMayMakeNull() throws Exception {
      assertThat(Pipeline.from(HUNDRED).collect(Collector.<Integer, List<Integer>, String>of(ArrayList::new, List::add,
          (one, other) -> one, list -> null)).run()).isNull();
    }

    @Test
    void nullsOfOthersAreNamed() {
      assertThatThrownBy(() -> Pipeline.from(Arrays.asList(1, null)).count().withIntensity(Intensity.none()).run())
          .rootCause().hasMessageMatching("step \"from\" \\(PipelineTest\\.java:\\d+\\): an element must not be null,"
              + " but the one at index 1 is; leave it out, or use Optional");
      assertThatThrownBy(() -> Pipeline.from((Iterable<Integer>) () -> null).count().withIntensity(Intensity.none())
          .run()).rootCause().hasMessageContaining("iterator() of the elements returned null");
      assertThatThrownBy(() -> Pipeline.of(1).flatMap(n -> (List<Integer>) null).onFailure(OnFailure.crash()).count()
          .withIntensity(Intensity.none()).run()).rootCause().hasMessageContaining("return List.of()");
    }
  }

  @Nested
  class SeveralInputs {
    @Test
    void zipTakesByTurns() throws Exception {
      assertThat(Pipeline.of(1, 2, 3).zip(Pipeline.of("a", "b"), (n, s) -> n + s).toList().run())
          .containsExactly("1a", "2b");
    }

    @Test
    void zipEndsAnEndlessInput() throws Exception {
      assertThat(Pipeline.<Long>generate(out -> {
        for (long i = 0;; i++) out.emit(i);
      }).zip(Pipeline.of("a", "b"), (n, s) -> n + s).toList().run()).containsExactly("0a", "1b");
    }

    @Test
    void mergeSortedSorts() throws Exception {
      List<Integer> odd = IntStream.range(0, 3000).map(i -> 2 * i + 1).boxed().toList();
      List<Integer> even = IntStream.range(0, 2000).map(i -> 2 * i).boxed().toList();
      List<Integer> sorted = Pipeline.mergeSorted(Comparator.<Integer>naturalOrder(), Pipeline.from(odd),
          Pipeline.from(even)).toList().run();
      assertThat(sorted).hasSize(5000).isSorted();
    }

    @Test
    void concatReadsOneAfterTheOther() throws Exception {
      List<Integer> many = IntStream.range(0, 3000).boxed().toList();
      List<Integer> expected = new ArrayList<>(many);
      expected.addAll(HUNDRED);
      expected.addAll(many);
      assertThat(Pipeline.concat(Pipeline.from(many), Pipeline.from(HUNDRED), Pipeline.from(many)).toList().run())
          .isEqualTo(expected);
    }

    @Test
    void joinsOfWholeInputs() throws Exception {
      Pipeline<Integer> left = Pipeline.of(0, 1, 2, 3);
      Pipeline<Integer> right = Pipeline.of(4, 5, 6, 7, 8);
      var on = left.join(right).on(l -> l, r -> r - 3).whole(stage.api.pipeline.Bound.rows(100));
      assertThat(on.inner((l, r) -> l + "," + r).toList().run()).containsExactlyInAnyOrder("1,4", "2,5", "3,6");
      assertThat(on.full((l, r) -> l.map(String::valueOf).orElse("-") + "," + r.map(String::valueOf).orElse("-"))
          .toList().run())
          .containsExactlyInAnyOrder("1,4", "2,5", "3,6", "0,-", "-,7", "-,8");
    }

    @Test
    void tablesAreReadFirst() throws Exception {
      var names = Pipeline.of(Map.entry(1, "one"), Map.entry(2, "two")).toTable(Map.Entry::getKey,
          stage.api.pipeline.Bound.rows(10));
      assertThat(Pipeline.of(1, 2, 3).enrich(names, n -> n, (n, row) -> row.map(Map.Entry::getValue).orElse("?"))
          .toList().run())
          .containsExactly("one", "two", "?");
    }
  }

  @Nested
  class BranchesAlone {
    @Test
    void haveTheReportAsTheirResult() throws Exception {
      Report report = Pipeline.from(HUNDRED).broadcastTo(Pipeline::toList, Pipeline::count).run();
      assertThat(report.out()).isEqualTo(200);
    }

    @Test
    void haveItToo_inAScope() throws Exception {
      try (var app = Supervisor.open("app")) {
        Report report = Pipeline.from(HUNDRED).broadcastTo(numbers -> numbers.forEach(n -> {}), Pipeline::count)
            .start(app, "job").join();
        assertThat(report.in()).isPositive();
      }
    }

    @Test
    void leaveTheResultToTheEndOfTheOthers() throws Exception {
      assertThat(Pipeline.from(HUNDRED).alsoTo(Pipeline::count).toList().run()).isEqualTo(HUNDRED);
      assertThat(Pipeline.from(HUNDRED).divertTo(n -> n > 10, Pipeline::count).toList().run()).hasSize(10);
    }
  }

  @Nested
  class AnEmptySource {
    /** A stage that subscribes to one that has completed says so in the log. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void doesNotEndBeforeAllStagesAreThere(boolean isStage) throws Exception {
      List<String> logged = new CopyOnWriteArrayList<>();
      Handler handler = handler(logged);
      Logger logger = Logger.getLogger("stage");
      logger.addHandler(handler);
      try {
        Stage.Producer<Integer> empty = (demand, out) -> out.complete();
        Pipeline<Integer> source = isStage ? Pipeline.from(Stage.producer("empty", () -> empty)) : Pipeline.of();
        for (int i = 0; i < 20; i++) {
          assertThat(source.map(n -> n + 1).keyBy(n -> n).workers(3).count().toList().run()).isEmpty();
        }
      } finally {
        logger.removeHandler(handler);
      }
      assertThat(logged).isEmpty();
    }

    private Handler handler(List<String> logged) {
      return new Handler() {
        @Override
        public void publish(LogRecord line) {
          logged.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
    }
  }

  @Nested
  class InAScope {
    @Test
    void aJobLeavesWhenItHasEnded() throws Exception {
      try (var app = Supervisor.open("app")) {
        for (int i = 0; i < 100; i++) {
          var job = Pipeline.from(HUNDRED).map(n -> n + 1).alsoTo(Pipeline::count).keyBy(n -> n % 3).workers(2).count()
              .toList().start(app, "job");
          assertThat(job.join()).hasSize(3);
          assertThat(job.report().in()).isEqualTo(100);
          assertThat(app.childSnapshots()).isEmpty();
        }
      }
    }

    @Test
    void aJobThatIsStoppedLeavesToo() throws Exception {
      try (var app = Supervisor.open("app")) {
        var begun = new CountDownLatch(1);
        var job = Pipeline.<Integer>generate(out -> {
          for (int i = 0;; i++) out.emit(i);
        }).forEach(n -> begun.countDown()).start(app, "job");
        begun.await();
        job.stop();
        assertThat(job.join().out()).isPositive();
        assertThat(app.childSnapshots()).isEmpty();
      }
    }

    @Test
    void aJobThatIsGivenUpLeavesAndSaysWhy() throws Exception {
      try (var app = Supervisor.open("app")) {
        var job = Pipeline.from(HUNDRED).forEach(n -> {
          throw new AssertionError("always");
        }).withIntensity(Intensity.none()).start(app, "job");
        assertThatThrownBy(job::join).isInstanceOf(StageFailedException.class).hasRootCauseMessage("always");
        assertThat(app.childSnapshots()).isEmpty();
      }
    }
  }
}
