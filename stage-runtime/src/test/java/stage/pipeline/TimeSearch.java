package stage.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import stage.api.Demand;
import stage.api.Redelivery;
import stage.api.pipeline.Bound;
import stage.api.pipeline.EventTime;
import stage.api.pipeline.Job;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;
import stage.api.supervision.Intensity;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * What finds planted bugs of event time, windows, joins and inputs that are waited for: whole jobs in the simulated
 * runtime, seed by seed, with crashes anywhere. What they must come to is found by loops over their elements. Without
 * JUnit, which a changed engine lacks.
 */
public final class TimeSearch {
  private static final int SEEDS = Integer.getInteger("stage.planted.seeds", 5_000);
  private static final int SIZE = 60;
  private static final int OUT_OF_ORDER = 3;
  private static final Bound MANY = Bound.rows(10_000);
  private static final Demand[] DEMANDS = {new Demand(1, 0, false), new Demand(2, 1, false), new Demand(10, 0, false),
      new Demand(1000, 500, false)};

  /** An element: {@code w} is how far its source had got before it. */
  private record Event(int key, long second, long w) {
    Instant at() {
      return Instant.ofEpochSecond(second);
    }
  }

  /** A job, and what its result must be like. */
  private record Check<R>(Job<R> job, Predicate<R> isRight) {
    boolean holds(int seed) {
      // An element that is hit by crash after crash would rightly be given up.
      Job<R> demanding = job.withDemand(DEMANDS[seed % DEMANDS.length]).withRedelivery(Redelivery.attempts(1_000))
          .withIntensity(Intensity.of(1_000_000, Duration.ofSeconds(5)));
      boolean[] isRightHere = {false};
      try {
        SimulatedRuntime.withSeeds(seed, 1).with(CrashRule.anywhere(0.01))
            .run(simulated -> isRightHere[0] = isRight.test(demanding.run()));
        return isRightHere[0];
      } catch (AssertionError stuck) {
        return false;
      }
    }
  }

  private TimeSearch() {}

  /** {@return after how many seeds a job was wrong; -1 if none was} */
  public static int search() {
    return search(SEEDS);
  }

  static int search(int seeds) {
    List<Check<?>> checks = checks();
    for (int seed = 1; seed <= seeds; seed++) {
      for (Check<?> check : checks) if (!check.holds(seed)) return seed;
    }
    return -1;
  }

  // ---- sources

  private static final List<Event> ONE = events(1, 0);
  private static final List<Event> OTHER = events(2, 5);
  private static final List<Event> BOTH = Stream.concat(ONE.stream(), OTHER.stream()).toList();

  private static List<Event> events(int spread, int shift) {
    List<Event> events = new ArrayList<>();
    long latest = Long.MIN_VALUE / 2;
    for (int i = 0; i < SIZE; i++) {
      long second = shift + (long) i * spread + (i * 7919 % 13 == 0 ? -9 : i * 31 % 4);
      events.add(new Event(i % 3, second, latest - OUT_OF_ORDER));
      latest = Math.max(latest, second);
    }
    return events;
  }

  private static Pipeline<Event> stamped(List<Event> events) {
    return Pipeline.from(events).eventTime(Event::at, Duration.ofSeconds(OUT_OF_ORDER));
  }

  private static Pipeline<Event> both() {
    return Pipeline.merge(stamped(ONE), stamped(OTHER));
  }

  // ---- jobs, and what they come to

  private static List<Check<?>> checks() {
    return List.of(
        counted(both().keyBy(Event::key).workers(2)
            .window(Windows.tumbling(seconds(10)).lateness(seconds(2))).count(), inWindows(BOTH, 10, 10, 2)),
        counted(both().keyBy(Event::key).window(Windows.tumbling(seconds(5))).count(), inWindows(BOTH, 5, 5, 0)),
        counted(both().mapConcurrentUnordered(3, event -> event).async().keyBy(Event::key)
            .window(Windows.tumbling(seconds(5))).count(), inWindows(BOTH, 5, 5, 0)),
        counted(both().keyBy(Event::key).workers(3).window(Windows.sliding(seconds(15), seconds(6))).count(),
            inWindows(BOTH, 15, 6, 0)),
        counted(both().keyBy(Event::key).workers(2).window(Windows.sessions(seconds(4))).count(), inSessions(BOTH, 4)),
        counted(both().keyBy(Event::key).window(Windows.sessions(seconds(11))).count(), inSessions(BOTH, 11)),
        counted(both().keyBy(Event::key).workers(2).window(Windows.tumbling(seconds(5))).count()
            .keyBy(Pane::key).window(Windows.tumbling(seconds(20))).sum(Pane::value), twice(inWindows(BOTH, 5, 5, 0))),
        counted(both().keyBy(Event::key).workers(2).window(Windows.tumbling(seconds(10))).early(2).count()
            .filter(pane -> pane.kind() == Pane.Kind.FINAL), inWindows(BOTH, 10, 10, 0)),
        same(stamped(ONE).batch(4).async().window(Windows.tumbling(seconds(5))).count()
            .map(pane -> "0@" + pane.window().start().getEpochSecond() + " " + pane.value()),
            shown(inWindows(inBatches(4), 5, 5, 0))),
        same(stamped(ONE).join(stamped(OTHER)).on(Event::key, Event::key).workers(2)
            .within(seconds(2), seconds(3), MANY).full((l, r) -> l + " " + r), joined(ONE, OTHER, 2, 3)),
        same(inOrder(rising(1)).join(inOrder(rising(2))).on(Event::key, Event::key)
            .within(seconds(7), seconds(5), MANY).full((l, r) -> l + " " + r), joined(rising(1), rising(2), 7, 5)),
        same(stamped(rising(1)).enrich(stamped(rising(2)).toTable(Event::key, MANY).asOfEventTime(), Event::key,
            (event, row) -> event + " " + row), lookedUp()),
        new Check<>(Pipeline.mergeSorted(Comparator.comparing(Event::second), Pipeline.from(rising(1)),
            Pipeline.from(rising(2))).map(Event::second).toList(), TimeSearch::isRising),
        // held up for longer than a source may be idle
        counted(Pipeline.merge(mayBeIdle(ONE), mayBeIdle(OTHER)).throttle(1, Duration.ofMillis(50)).keyBy(Event::key)
            .window(Windows.tumbling(seconds(5))).count(), inWindows(BOTH, 5, 5, 0)),
        // one has ended, the other falls silent again and again
        counted(Pipeline.merge(inOrder(rising(2)), Pipeline.tick(Duration.ofMillis(100)).scan(-1, (n, time) -> n + 1)
            .map(n -> new Event(n % 3, n, 0)).take(SIZE).eventTime(EventTime.of(Event::at)
                .idleAfter(Duration.ofMillis(30)))).keyBy(Event::key).window(Windows.tumbling(seconds(5))).count(),
            inWindows(Stream.concat(rising(1).stream(), rising(2).stream()).toList(), 5, 5, 0)),
        new Check<>(Pipeline.tick(Duration.ofMillis(10)).take(30).async().batchWithin(7, Duration.ofMillis(15))
            .toList(), lists -> lists.stream().allMatch(list -> list.size() <= 3)),
        new Check<>(Pipeline.from(ONE).keyBy(Event::key).workers(3).perWorker(part -> part).take(5).count(),
            found -> found == 5));
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static Pipeline<Event> mayBeIdle(List<Event> events) {
    return Pipeline.from(events).eventTime(EventTime.of(Event::at).outOfOrder(seconds(OUT_OF_ORDER))
        .idleAfter(Duration.ofMillis(20)));
  }

  private static Check<List<Pane<Integer, Long>>> counted(Pipeline<Pane<Integer, Long>> panes,
      Map<List<Long>, Long> expected) {
    return new Check<>(panes.toList(), found -> shown(found).equals(shown(expected)));
  }

  private static <T> Check<List<String>> same(Pipeline<String> found, List<String> expected) {
    return new Check<>(found.toList(), all -> all.stream().sorted().toList().equals(expected));
  }

  private static List<String> shown(List<Pane<Integer, Long>> panes) {
    return panes.stream().map(pane -> pane.key() + "@" + pane.window().start().getEpochSecond() + " " + pane.value())
        .sorted().toList();
  }

  private static List<String> shown(Map<List<Long>, Long> expected) {
    return expected.entrySet().stream().map(each -> each.getKey().get(0) + "@" + each.getKey().get(1) + " "
        + each.getValue()).sorted().toList();
  }

  /** {@return how many elements there are of each key in each window, by its start} */
  private static Map<List<Long>, Long> inWindows(List<Event> events, int size, int every, int lateness) {
    Map<List<Long>, Long> counts = new TreeMap<>(Comparator.comparing(List::toString));
    for (Event event : events) {
      for (long start = Math.floorDiv(event.second, (long) every) * every; start > event.second - size;
          start -= every) {
        if (start + size + lateness <= event.w) continue;
        counts.merge(List.of((long) event.key, start), 1L, Long::sum);
      }
    }
    return counts;
  }

  private static Map<List<Long>, Long> inSessions(List<Event> events, int gap) {
    Map<List<Long>, Long> counts = new TreeMap<>(Comparator.comparing(List::toString));
    for (int key = 0; key < 3; key++) {
      int its = key;
      long start = 0;
      long latest = Long.MIN_VALUE / 2;
      for (Event event : events.stream().filter(each -> each.key == its && each.second >= each.w)
          .sorted(Comparator.comparing(Event::second)).toList()) {
        if (event.second - latest >= gap) start = event.second;
        latest = event.second;
        counts.merge(List.of((long) key, start), 1L, Long::sum);
      }
    }
    return counts;
  }

  /** {@return the counts of windows of five seconds, added up in windows of twenty} */
  private static Map<List<Long>, Long> twice(Map<List<Long>, Long> counts) {
    Map<List<Long>, Long> sums = new TreeMap<>(Comparator.comparing(List::toString));
    counts.forEach((at, count) ->
        sums.merge(List.of(at.get(0), Math.floorDiv(at.get(1), 20L) * 20), count, Long::sum));
    return sums;
  }

  /** {@return lists of elements, as one of no key each: with the least of their times and watermarks} */
  private static List<Event> inBatches(int size) {
    List<Event> batches = new ArrayList<>();
    for (int i = 0; i < ONE.size(); i += size) {
      List<Event> batch = ONE.subList(i, i + size);
      batches.add(new Event(0, batch.stream().mapToLong(Event::second).min().getAsLong(),
          batch.stream().mapToLong(Event::w).min().getAsLong()));
    }
    return batches;
  }

  private static List<String> joined(List<Event> lefts, List<Event> rights, int before, int after) {
    List<Event> left = lefts.stream().filter(event -> event.second >= event.w).toList();
    List<Event> right = rights.stream().filter(event -> event.second >= event.w).toList();
    List<String> all = new ArrayList<>();
    for (Event l : left) {
      List<Event> its = right.stream().filter(r -> areNear(l, r, before, after)).toList();
      for (Event r : its) all.add(Optional.of(l) + " " + Optional.of(r));
      if (its.isEmpty()) all.add(Optional.of(l) + " " + Optional.empty());
    }
    for (Event r : right) {
      if (left.stream().noneMatch(l -> areNear(l, r, before, after))) {
        all.add(Optional.empty() + " " + Optional.of(r));
      }
    }
    return all.stream().sorted().toList();
  }

  private static boolean areNear(Event l, Event r, int before, int after) {
    return l.key == r.key && r.second - l.second >= -before && r.second - l.second <= after;
  }

  private static Pipeline<Event> inOrder(List<Event> events) {
    return Pipeline.from(events).eventTime(Event::at, Duration.ZERO);
  }

  private static List<Event> rising(int spread) {
    return IntStream.range(0, SIZE).mapToObj(i -> new Event(i % 3, (long) i * spread, 0)).toList();
  }

  private static List<String> lookedUp() {
    List<String> all = new ArrayList<>();
    for (Event event : rising(1)) {
      Event found = null;
      for (Event row : rising(2)) if (row.key == event.key && row.second <= event.second) found = row;
      all.add(event + " " + Optional.ofNullable(found));
    }
    return all.stream().sorted().toList();
  }

  private static boolean isRising(List<Long> found) {
    return found.size() == 2 * SIZE && IntStream.range(1, found.size()).allMatch(i ->
        found.get(i - 1) <= found.get(i));
  }
}
