package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.Redelivery;
import stage.api.Demand;
import stage.api.StageEndedException;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Delivery;
import stage.api.pipeline.Fn;
import stage.api.pipeline.Job;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Settling;
import stage.api.pipeline.WhenFull;
import stage.api.pipeline.Windows;
import stage.api.supervision.Intensity;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * Each delivery is answered for once, with the right verdict and not before everything that came of it was handled:
 * behind every operator, whatever the demand, the workers, the order in which things happen, and where they crash.
 */
class DeliverySimulationTest {
  /** Else an event that is hit by crash after crash is rightly given up. */
  private static final Redelivery PATIENT = Redelivery.attempts(1_000);

  private static final int SEEDS = Integer.getInteger("stage.pipeline.seeds", 25);
  private static final int SIZE = 60;

  private static final List<Integer> PARTNERS = IntStream.range(0, 30).boxed().toList();   // of the first, in a zip

  /** What a sink has seen, and what it must have seen of a delivery before that is answered for. */
  static final class Seen {
    final Map<Integer, Set<String>> byDelivery = new HashMap<>();

    void saw(int delivery, String what) {
      byDelivery.computeIfAbsent(delivery, n -> new TreeSet<>()).add(what);
    }

    Set<String> of(int delivery) {
      return byDelivery.getOrDefault(delivery, Set.of());
    }
  }

  /** A queue that is shown when it answers too early. */
  private static final class Watched extends TestQueue {
    final Seen seen;
    final Fn<Integer, Set<String>> expected;
    final List<String> early = new ArrayList<>();

    Watched(int size, Seen seen, Fn<Integer, Set<String>> expected) {
      super(size);
      this.seen = seen;
      this.expected = expected;
    }

    @Override
    public void settle(List<Delivery<Integer>> acks, List<Nacked<Integer>> nacks) throws Exception {
      super.settle(acks, nacks);
      for (Delivery<Integer> ack : acks) {
        Set<String> missing = new TreeSet<>(expected.apply(ack.payload()));
        missing.removeAll(seen.of(ack.payload()));
        if (!missing.isEmpty()) early.add(ack.payload() + " without " + missing);
      }
    }
  }

  /**
   * A job behind a source of deliveries.
   *
   * @param name what it is about
   * @param expected what its sinks see of a delivery
   * @param fails whether a delivery is to fail
   * @param inFlight how many may be
   * @param job makes it, for so many workers
   */
  record Case(String name, Fn<Integer, Set<String>> expected, Fn<Integer, Boolean> fails, int inFlight,
      Making job) {
    @Override
    public String toString() {
      return name;
    }
  }

  interface Making {
    Job<Report> of(Pipeline<Integer> deliveries, Seen seen, int workers);
  }

  private static Case of(String name, Fn<Integer, Set<String>> expected, int inFlight, Making job) {
    return new Case(name, expected, n -> false, inFlight, job);
  }

  private static Set<String> once(int n) {
    return Set.of("a");
  }

  static Stream<Case> cases() {
    return Stream.of(
        of("map", DeliverySimulationTest::once, 7, (all, seen, workers) ->
            all.map(n -> n).async().forEach(n -> seen.saw(n, "a"))),
        of("filter, at once and later", n -> n % 2 == 0 && n % 3 == 0 ? Set.of("a") : Set.of(), 7,
            (all, seen, workers) -> all.filter(n -> n % 2 == 0).async().filter(n -> n % 3 == 0)
                .forEach(n -> seen.saw(n, "a"))),
        of("flatMap", n -> names(n % 4), 7, (all, seen, workers) ->
            all.flatMap(n -> numbered(n, n % 4)).async().forEach(x -> seen.saw(x.key(), "" + x.value()))),
        of("flatMap twice", n -> Set.of("0", "1", "10", "11"), 7, (all, seen, workers) ->
            all.flatMap(n -> numbered(n, 2)).async()
                .flatMap(x -> List.of(x, new KeyValue<>(x.key(), x.value() + 10))).async()
                .forEach(x -> seen.saw(x.key(), "" + x.value()))),
        of("flatMap that goes on over turns", n -> n % 30 == 4 ? names(2_000) : names(1), 7, (all, seen, workers) ->
            all.flatMap(n -> numbered(n, n % 30 == 4 ? 2_000 : 1)).flatMap(x -> List.of(x)).async()
                .forEach(x -> seen.saw(x.key(), "" + x.value()))),
        of("mapMulti", n -> names(n % 3), 7, (all, seen, workers) ->
            all.<KeyValue<Integer, Integer>>mapMulti((n, out) -> numbered(n, n % 3).forEach(out::accept)).async()
                .forEach(x -> seen.saw(x.key(), "" + x.value()))),
        of("parallel", DeliverySimulationTest::once, 9, (all, seen, workers) ->
            all.parallel(workers, part -> part.map(n -> n)).forEach(n -> seen.saw(n, "a"))),
        of("mapConcurrent", DeliverySimulationTest::once, 9, (all, seen, workers) ->
            all.mapConcurrent(workers, n -> n).async().forEach(n -> seen.saw(n, "a"))),
        of("mapConcurrentUnordered", DeliverySimulationTest::once, 9, (all, seen, workers) ->
            all.mapConcurrentUnordered(workers, n -> n).forEach(n -> seen.saw(n, "a"))),
        of("mapConcurrentByKey", DeliverySimulationTest::once, 9, (all, seen, workers) ->
            all.mapConcurrentByKey(workers, n -> n % 5, n -> n).forEach(n -> seen.saw(n, "a"))),
        of("a buffer that drops", n -> Set.of(), 9, (all, seen, workers) ->
            all.buffer(3, WhenFull.DROP_OLDEST).flatMap(n -> List.of(n, n)).buffer(2, WhenFull.DROP_NEWEST)
                .forEach(n -> {})),
        of("batch", DeliverySimulationTest::once, 12, (all, seen, workers) ->
            all.batch(7).async().forEach(list -> list.forEach(n -> seen.saw(n, "a")))),
        of("batches taken apart and made again", DeliverySimulationTest::once, 30, (all, seen, workers) ->
            all.batch(7).async().flatMap(list -> list).batch(5).async()
                .forEach(list -> list.forEach(n -> seen.saw(n, "a")))),
        of("batchWithin", DeliverySimulationTest::once, 3, (all, seen, workers) ->
            all.batchWithin(7, Duration.ofMillis(20)).forEach(list -> list.forEach(n -> seen.saw(n, "a")))),
        of("batches of keys", DeliverySimulationTest::once, 30, (all, seen, workers) ->
            all.keyBy(n -> n % 3).workers(workers).batchWithin(4, Duration.ofMillis(20), Bound.rows(100))
                .forEach(kv -> kv.value().forEach(n -> seen.saw(n, "a")))),
        of("scan by key", DeliverySimulationTest::once, 9, (all, seen, workers) ->
            all.keyBy(n -> n).workers(workers).scan(0, Integer::sum).forEach(kv -> seen.saw(kv.key(), "a"))),
        of("take and drop", n -> n < 5 || n >= 15 ? Set.of() : Set.of("a"), 9, (all, seen, workers) ->
            all.alsoTo(rest -> rest.forEach(n -> {})).drop(5).take(10).async().forEach(n -> seen.saw(n, "a"))),
        of("distinct, scan and throttle", n -> n < 20 ? Set.of("a") : Set.of(), 9, (all, seen, workers) ->
            all.distinct(n -> n % 20, 100).throttle(100, Duration.ofSeconds(1)).async()
                .forEach(n -> seen.saw(n, "a"))),
        of("to all", n -> Set.of("a", "b", "c"), 9, (all, seen, workers) ->
            all.map(n -> n).broadcastTo(a -> a.forEach(n -> seen.saw(n, "a")),
                b -> b.async().forEach(n -> seen.saw(n, "b")), c -> c.batchWithin(3, Duration.ofMillis(5))
                    .forEach(list -> list.forEach(n -> seen.saw(n, "c"))))),
        of("to one or the other", n -> Set.of(n % 3 == 0 ? "b" : "a"), 9, (all, seen, workers) ->
            all.divertTo(n -> n % 3 == 0, b -> b.forEach(n -> seen.saw(n, "b"))).async()
                .forEach(n -> seen.saw(n, "a"))),
        of("a branch that wants only some", n -> n < 3 ? Set.of("a", "b") : Set.of("a"), 9, (all, seen, workers) ->
            all.alsoTo(b -> b.take(3).async().forEach(n -> seen.saw(n, "b"))).forEach(n -> seen.saw(n, "a"))),
        of("tumbling windows", n -> Set.of("w" + n / 10), 40, (all, seen, workers) ->
            timed(all).keyBy(n -> n % 3).workers(workers).window(Windows.tumbling(Duration.ofSeconds(10)))
                .aggregate(List.<Integer>of(), DeliverySimulationTest::with)
                .forEach(pane -> saw(seen, pane, "w" + pane.value().getFirst() / 10))),
        of("sliding windows", n -> Set.of("w" + n / 5 * 5, "w" + (n / 5 * 5 - 5)), 40, (all, seen, workers) ->
            timed(all).window(Windows.sliding(Duration.ofSeconds(10), Duration.ofSeconds(5)))
                .aggregate(List.<Integer>of(), DeliverySimulationTest::with, DeliverySimulationTest::both)
                .forEach(pane -> saw(seen, pane, "w" + pane.window().start().getEpochSecond()))),
        of("sessions", n -> Set.of("w"), 45, (all, seen, workers) ->
            all.eventTime(n -> Instant.ofEpochSecond(n + n / 7 * 20), Duration.ZERO).keyBy(n -> n % 2)
                .workers(workers).window(Windows.sessions(Duration.ofSeconds(10)))
                .aggregate(List.<Integer>of(), DeliverySimulationTest::with, DeliverySimulationTest::both).async()
                .forEach(pane -> saw(seen, pane, "w"))),
        of("windows of lists, and early panes", n -> Set.of("w"), 40, (all, seen, workers) ->
            timed(all).window(Windows.tumbling(Duration.ofSeconds(10))).early(3).toList(Bound.rows(1000))
                .forEach(pane -> {
                  if (pane.kind() == Pane.Kind.FINAL) saw(seen, pane, "w");
                })),
        of("windows that forget", n -> Set.of(), 40, (all, seen, workers) ->
            timed(all).window(Windows.tumbling(Duration.ofSeconds(10))).toList(Bound.rows(4).forgettingOldest())
                .forEach(pane -> {})),
        of("count windows", n -> Set.of("w"), 40, (all, seen, workers) ->
            all.keyBy(n -> n % 3).workers(workers).window(Windows.count(4))
                .aggregate(List.<Integer>of(), DeliverySimulationTest::with).async()
                .forEach(pane -> saw(seen, pane, "w"))),
        of("a late branch", n -> Set.of(n % 10 == 9 ? "late" : "w"), 60, (all, seen, workers) ->
            all.eventTime(n -> Instant.ofEpochSecond(n % 10 == 9 ? n - 40 : n), Duration.ZERO)
                .window(Windows.tumbling(Duration.ofSeconds(5)))
                .lateTo(late -> late.forEach(n -> seen.saw(n, "late")))
                .aggregate(List.<Integer>of(), DeliverySimulationTest::with).forEach(pane -> saw(seen, pane, "w"))),
        of("an inner join", n -> n < 30 ? Set.of("a") : Set.of(), 60, (all, seen, workers) ->
            timed(all).join(timed(Pipeline.from(IntStream.range(0, 30).boxed().toList()))).on(l -> l, r -> r)
                .workers(workers).within(Duration.ZERO, Duration.ZERO, Bound.rows(1000)).inner((l, r) -> l)
                .forEach(n -> seen.saw(n, "a"))),
        of("a full join", n -> Set.of(n < 30 ? "a" : "alone"), 60, (all, seen, workers) ->
            timed(all).join(timed(Pipeline.from(IntStream.range(0, 30).boxed().toList()))).on(l -> l, r -> r)
                .workers(workers).within(Duration.ofSeconds(1), Duration.ofSeconds(1), Bound.rows(1000))
                .full((l, r) -> l.map(n -> new KeyValue<>(n, r.isPresent() ? "a" : "alone")).orElse(
                    new KeyValue<>(-1, "r")))
                .async().forEach(kv -> seen.saw(kv.key(), kv.value()))),
        of("zip", n -> PARTNERS.contains(n) ? Set.of("a") : Set.of(), 60, (all, seen, workers) ->
            all.zip(Pipeline.from(PARTNERS), (l, r) -> l)
                .async().forEach(n -> seen.saw(n, "a"))),
        of("mergeSorted", DeliverySimulationTest::once, 60, (all, seen, workers) ->
            Pipeline.mergeSorted(Integer::compare, all, Pipeline.from(IntStream.range(-10, 70).boxed().toList()))
                .async().forEach(n -> seen.saw(n, "a"))),
        of("merge and concat", DeliverySimulationTest::once, 9, (all, seen, workers) ->
            Pipeline.concat(Pipeline.of(-1, -2), Pipeline.merge(all, Pipeline.of(-3, -4)))
                .forEach(n -> seen.saw(n, "a"))),
        of("a table", DeliverySimulationTest::once, 9, (all, seen, workers) ->
            all.enrich(Pipeline.of(1, 2, 3).toTable(r -> r, Bound.rows(10)).loadedFirst(), n -> n, (n, row) -> n)
                .async().forEach(n -> seen.saw(n, "a"))),
        of("a table as of event time", DeliverySimulationTest::once, 60, (all, seen, workers) ->
            timed(all).enrich(timed(Pipeline.of(1, 2, 30)).toTable(r -> r, Bound.rows(10)).asOfEventTime(), n -> n,
                (n, row) -> n).async().forEach(n -> seen.saw(n, "a"))),
        of("taken in", n -> Set.of(), 5, (all, seen, workers) ->
            all.keyBy(n -> n % 3).workers(workers).count().forEach(kv -> {})),
        new Case("dead letters", n -> n % 5 == 2 ? Set.of() : Set.of("a"), n -> n % 5 == 2, 9,
            (all, seen, workers) -> all.parallel(workers, part -> part.map(n -> n)).map(n -> {
              if (n % 5 == 2) throw new IllegalArgumentException("two");
              return n;
            }).onFailure(OnFailure.deadLetter()).async().forEach(n -> seen.saw(n, "a"))),
        new Case("dead letters of one of several", n -> n % 5 == 2 ? names(1) : names(2), n -> n % 5 == 2, 9,
            (all, seen, workers) -> all.flatMap(n -> numbered(n, 2)).async().map(x -> {
              if (x.key() % 5 == 2 && x.value() == 1) throw new IllegalArgumentException("two");
              return x;
            }).onFailure(OnFailure.retry(1, stage.api.supervision.Backoff.none())).async()
                .forEach(x -> seen.saw(x.key(), "" + x.value()))),
        new Case("dead letters behind the first of two results", n -> n % 5 == 2 ? Set.of() : names(2),
            n -> n % 5 == 2, 9, (all, seen, workers) -> all.flatMap(n -> numbered(n, 2)).map(x -> {
              if (x.key() % 5 == 2 && x.value() == 1) throw new IllegalArgumentException("two");
              return x;
            }).onFailure(OnFailure.deadLetter()).async().forEach(x -> seen.saw(x.key(), "" + x.value()))),
        new Case("dead letters of a concurrent function", n -> n % 5 == 2 ? Set.of() : Set.of("a"),
            n -> n % 5 == 2, 9, (all, seen, workers) -> all.mapConcurrent(workers, n -> {
              if (n % 5 == 2) throw new IllegalArgumentException("two");
              return n;
            }).onFailure(OnFailure.deadLetter()).forEach(n -> seen.saw(n, "a"))),
        new Case("windows whose result is a dead letter", n -> n < 10 ? Set.of() : Set.of("w"), n -> n < 10, 40,
            (all, seen, workers) -> timed(all).window(Windows.tumbling(Duration.ofSeconds(10)))
                .aggregate(List.<Integer>of(), DeliverySimulationTest::with).map(pane -> {
                  if (pane.value().getFirst() < 10) throw new IllegalArgumentException("the first");
                  return pane;
                }).onFailure(OnFailure.deadLetter()).async().forEach(pane -> saw(seen, pane, "w"))),
        of("skipped and recovered", n -> n % 5 == 2 ? Set.of() : n % 5 == 3 ? Set.of("r") : Set.of("a"), 9,
            (all, seen, workers) -> all.map(n -> {
              if (n % 5 == 2) throw new IllegalArgumentException("two");
              return n;
            }).onFailure(OnFailure.skip()).map(n -> new KeyValue<>(n, "a")).map(kv -> {
              if (kv.key() % 5 == 3) throw new IllegalStateException("three");
              return kv;
            }).recover(failed -> new KeyValue<>((Integer) failed.input(), "r")).async()
                .forEach(kv -> seen.saw(kv.key(), kv.value()))),
        of("batches that are recovered", n -> Set.of("a"), 12, (all, seen, workers) ->
            all.batch(4).onFailure(OnFailure.skip()).map(list -> {
              if (list.getFirst() % 8 == 0) throw new IllegalStateException("eight");
              return list;
            }).recover(failed -> List.of((Integer) ((List<?>) failed.value()).getFirst())).async().flatMap(list -> list)
                .forEach(n -> IntStream.rangeClosed(n / 4 * 4, n / 4 * 4 + 3).forEach(m -> seen.saw(m, "a")))));
  }

  private static Set<String> names(int n) {
    return new TreeSet<>(IntStream.range(0, n).mapToObj(i -> "" + i).toList());
  }

  private static List<KeyValue<Integer, Integer>> numbered(int n, int times) {
    return IntStream.range(0, times).mapToObj(i -> new KeyValue<>(n, i)).toList();
  }

  private static Pipeline<Integer> timed(Pipeline<Integer> all) {
    return all.eventTime(Instant::ofEpochSecond, Duration.ZERO);
  }

  private static List<Integer> with(List<Integer> list, Integer n) {
    List<Integer> longer = new ArrayList<>(list);
    longer.add(n);
    return List.copyOf(longer);
  }

  private static List<Integer> both(List<Integer> one, List<Integer> other) {
    return Stream.concat(one.stream(), other.stream()).toList();
  }

  private static void saw(Seen seen, Pane<?, List<Integer>> pane, String what) {
    pane.value().forEach(n -> seen.saw(n, what));
  }

  /** {@return what is wrong; null if nothing is} */
  static String run(Case each, int max, int min, int workers) {
    var seen = new Seen();
    var queue = new Watched(SIZE, seen, each.expected);
    Settling settling = Settling.inFlight(each.inFlight).batches(4, Duration.ofMillis(3));
    if (each.name.equals("taken in")) settling = settling.absorbed();
    try {
      Report report = each.job.of(Pipeline.deliveries(queue, settling), seen, workers)
          .withDemand(new Demand(max, min, false)).withIntensity(Intensity.of(1_000_000, Duration.ofSeconds(5)))
          .withRedelivery(PATIENT)
          .run("job");
      List<Integer> failing = new ArrayList<>();
      for (int n = 0; n < queue.handedOut; n++) if (each.fails.apply(n)) failing.add(n);
      // what was not sent on yet when nobody wanted more goes back
      queue.nacked.values().removeIf(StageEndedException.class::isInstance);
      int returned = (int) report.deliveries().getFirst().nacked() - queue.nacked.size();
      int all = queue.handedOut - returned;
      // only what found no partner in time may go back unhandled
      if (each.name.equals("zip")) assertThat(queue.acked).as("partners").containsAll(PARTNERS);
      else assertThat(all).as("all were handled").isEqualTo(SIZE);
      assertThat(queue.early).as("answered for too early").isEmpty();
      assertThat(queue.nacked.keySet()).as("nacked").containsExactlyElementsOf(failing);
      assertThat(queue.acked).as("acked").doesNotHaveDuplicates().hasSize(all - failing.size());
      assertThat(queue.acked).as("acked, but failed").noneMatch(failing::contains);
      assertThat(queue.groups).as("groups").allMatch(size -> size <= 4);
      assertThat(report.deliveries()).as("report").containsExactly(
          new Report.Deliveries("deliveries", 0, all - failing.size(), failing.size() + returned, 0));
      assertThat(queue.stops).as("stops").isOne();
      return null;
    } catch (AssertionError | Exception wrong) {
      return wrong.toString();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void answersForEachDeliveryOnce(Case each) {
    int[][] settings = {{1, 0, 1}, {2, 1, 3}, {10, 0, 8}, {1000, 500, 2}};
    for (int[] setting : settings) {
      SimulatedRuntime.withSeeds(setting[0], SEEDS).with(CrashRule.anywhere(0.01)).run(simulated ->
          assertThat(run(each, setting[0], setting[1], setting[2])).isNull());
    }
  }
}
