package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.pipeline.Aggregation;
import stage.api.pipeline.Bound;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.Job;
import stage.api.pipeline.Keyed;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Settling;
import stage.api.pipeline.WhenFull;
import stage.api.pipeline.Windowing;
import stage.api.pipeline.Windows;
import stage.api.supervision.Supervisor;

/** What each option may be, and jobs whose source ends at once. */
class PipelineArgumentsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration NEGATIVE = Duration.ofSeconds(-7);
  private static final Bound MANY = Bound.rows(100);

  private static Pipeline<Integer> some() {
    return Pipeline.of(1);
  }

  /** A call that must be refused with the value that it was given, and with its line. */
  private record Wrong(String value, String call, Callable<?> made) {
    @Override
    public String toString() {
      return call + " with " + value;
    }
  }

  private static Wrong zero(String call, Callable<?> made) {
    return new Wrong("0", call, made);
  }

  private static Wrong minus(String call, Callable<?> made) {
    return new Wrong("-7", call, made);
  }

  private static Wrong noTime(String call, Callable<?> made) {
    return new Wrong("PT0S", call, made);
  }

  private static Wrong negative(String call, Callable<?> made) {
    return new Wrong("PT-7S", call, made);
  }

  private static Stream<Wrong> steps() {
    Keyed<Integer, Integer> keyed = some().keyBy(n -> n);
    return Stream.of(
        noTime("tick", () -> Pipeline.tick(Duration.ZERO)),
        minus("take", () -> some().take(-7)),
        minus("drop", () -> some().drop(-7)),
        zero("distinct", () -> some().distinct(n -> n, 0)),
        zero("batch", () -> some().batch(0)),
        zero("batchWithin", () -> some().batchWithin(0, SECOND)),
        noTime("batchWithin", () -> some().batchWithin(1, Duration.ZERO)),
        zero("batchWeighted", () -> some().batchWeighted(0, n -> n, SECOND)),
        negative("batchWeighted", () -> some().batchWeighted(1, n -> n, NEGATIVE)),
        zero("throttle", () -> some().throttle(0, SECOND)),
        noTime("throttle", () -> some().throttle(1, Duration.ZERO)),
        zero("burst", () -> some().throttle(1, SECOND, 0)),
        noTime("sample", () -> some().sample(Duration.ZERO)),
        zero("buffer", () -> some().buffer(0)),
        minus("buffer", () -> some().buffer(-7, WhenFull.WAIT)),
        zero("parallel", () -> some().parallel(0, part -> part)),
        zero("mapConcurrent", () -> some().mapConcurrent(0, n -> n)),
        zero("mapConcurrentUnordered", () -> some().mapConcurrentUnordered(0, n -> n)),
        zero("mapConcurrentByKey", () -> some().mapConcurrentByKey(0, n -> n, n -> n)),
        noTime("timeout", () -> some().timeout(Duration.ZERO)),
        zero("topK", () -> some().topK(0, Comparator.naturalOrder())),
        zero("workers", () -> keyed.workers(0)),
        zero("batchWithin of keys", () -> keyed.batchWithin(0, SECOND, MANY)),
        negative("batchWithin of keys", () -> keyed.batchWithin(1, NEGATIVE, MANY)),
        zero("workers of a join", () -> some().join(some()).on(l -> l, r -> r).workers(0)),
        negative("within", () -> some().join(some()).on(l -> l, r -> r).within(NEGATIVE, SECOND, MANY)),
        negative("within", () -> some().join(some()).on(l -> l, r -> r).within(SECOND, NEGATIVE, MANY)));
  }

  private static Stream<Wrong> options() {
    Windowing<Integer, Integer> windows = some().keyBy(n -> n).window(Windows.count(2));
    EventTime<Instant> time = EventTime.of(t -> t);
    return Stream.of(
        noTime("tumbling", () -> Windows.tumbling(Duration.ZERO)),
        negative("sliding", () -> Windows.sliding(NEGATIVE, SECOND)),
        noTime("sliding", () -> Windows.sliding(SECOND, Duration.ZERO)),
        noTime("sessions", () -> Windows.sessions(Duration.ZERO)),
        zero("count", () -> Windows.count(0)),
        noTime("byClock", () -> Windows.byClock(Duration.ZERO)),
        negative("lateness", () -> Windows.tumbling(SECOND).lateness(NEGATIVE)),
        new Wrong("NANOS", "calendar", () -> Windows.calendar(ChronoUnit.NANOS, ZoneOffset.UTC)),
        zero("early", () -> windows.early(0)),
        noTime("early", () -> windows.early(Duration.ZERO)),
        negative("outOfOrder", () -> time.outOfOrder(NEGATIVE)),
        negative("outOfOrder", () -> some().eventTime(n -> Instant.EPOCH, NEGATIVE)),
        noTime("idleAfter", () -> time.idleAfter(Duration.ZERO)),
        zero("rows", () -> Bound.rows(0)),
        new Wrong("1", "toList of windows of 2", () -> windows.toList(Bound.rows(1))),
        zero("topK of an aggregation", () -> Aggregation.topK(0, Comparator.<Integer>naturalOrder())),
        zero("retry", () -> OnFailure.retry(0)),
        negative("retry", () -> OnFailure.retry(1, NEGATIVE, SECOND)),
        new Wrong("PT0.5S", "retry", () -> OnFailure.retry(1, SECOND, Duration.ofMillis(500))),
        zero("atMost", () -> OnFailure.skip().atMost(0, SECOND)),
        noTime("atMost", () -> OnFailure.skip().atMost(1, Duration.ZERO)),
        zero("inFlight", () -> Settling.inFlight(0)),
        zero("batches", () -> Settling.inFlight(1).batches(0, SECOND)),
        negative("batches", () -> Settling.inFlight(1).batches(1, NEGATIVE)));
  }

  private static Stream<Wrong> wrong() {
    return Stream.concat(steps(), options());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrong")
  void areRefusedWithTheirValue(Wrong argument) {
    assertThatThrownBy(argument.made::call).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("was " + argument.value);
  }

  /** Whatever stands between: nothing comes of nothing, and the job ends. */
  private static Stream<Job<?>> ofNothing() {
    Pipeline<Instant> timed = Pipeline.from(List.<Instant>of()).eventTime(t -> t, SECOND);
    Pipeline<Integer> none = Pipeline.from(List.of());
    return Stream.of(
        none.map(n -> n).toList(), none.batch(3).toList(), none.batchWithin(3, SECOND).toList(),
        none.flatMap(List::of).async().toList(), none.mapConcurrent(4, n -> n).toList(),
        none.mapConcurrentByKey(4, n -> n, n -> n).toList(), none.buffer(2, WhenFull.DROP_OLDEST).toList(),
        none.keyBy(n -> n).workers(3).count().toList(), none.scan(0, Integer::sum).toList(),
        none.topK(3, Comparator.naturalOrder()), none.throttle(1, SECOND).toList(),
        Pipeline.<Integer>generate(out -> {}).toList(),
        Pipeline.merge(none, Pipeline.from(List.<Integer>of())).toList(),
        timed.window(Windows.tumbling(SECOND)).count().toList(),
        timed.window(Windows.sessions(SECOND)).count().toList(), timed.window(Windows.count(2)).count().toList(),
        none.join(Pipeline.of(1)).on(l -> l, r -> r).whole(MANY).left((l, r) -> l).toList(),
        none.zip(Pipeline.of(1), Integer::sum).toList(),
        none.enrich(Pipeline.of(1).toTable(n -> n, MANY).loadedFirst(), n -> n, (n, row) -> n).toList());
  }

  @Test
  void theNameOfARunIsRefusedWithItsLine() {
    String reason = "name must be 1 to 64 of A-Z a-z 0-9 . _ -, but was \"a/b\"";
    assertThatThrownBy(() -> some().toList().run("a/b")).isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("run \\(PipelineArgumentsTest\\.java:\\d+\\): .*").hasMessageEndingWith(reason);
    try (Supervisor scope = Supervisor.open("test")) {
      assertThatThrownBy(() -> some().toList().start(scope, "a/b")).isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("start \\(PipelineArgumentsTest\\.java:\\d+\\): .*").hasMessageEndingWith(reason);
    }
  }

  @Test
  void windowsThatDoNotFitAreNamedByTheirCall() {
    assertThatThrownBy(() -> Windows.count(5).lateness(SECOND))
        .hasMessageEndingWith("lateness is for windows of event time, but these are Windows.count(5)");
    assertThatThrownBy(() -> Windows.sessions(SECOND).offset(SECOND))
        .hasMessageEndingWith("but these are Windows.sessions(PT1S)");
  }

  @Test
  void aDescriptionPrintsItsLastStep() {
    assertThat(some().map(n -> n)).asString().startsWith("pipeline up to step \"map\" (PipelineArgumentsTest.java:");
    assertThat(some().toList()).asString().startsWith("job up to step \"toList\" (PipelineArgumentsTest.java:");
  }

  @Test
  void aSourceThatEndsAtOnceEndsItsJob() throws Exception {
    for (Job<?> job : ofNothing().toList()) assertThat((List<?>) job.run()).as(job.describe()).isEmpty();
    assertThat(Pipeline.from(List.<Integer>of()).count().run()).isZero();
    assertThat(Pipeline.from(List.<Integer>of()).reduce(7, Integer::sum).run()).isEqualTo(7);
    Report report = Pipeline.from(List.<Integer>of()).forEach(n -> {}).run();
    assertThat(List.of(report.in(), report.out(), report.late(), report.deadLettered())).containsOnly(0L);
  }
}
