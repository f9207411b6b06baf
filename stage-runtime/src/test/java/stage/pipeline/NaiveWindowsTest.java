package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.pipeline.Aggregation;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Job;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Windows;

/** Results of windows are those of a plain loop over the same events that knows nothing of how they are made. */
class NaiveWindowsTest {
  private static final long OUT_OF_ORDER = 20;

  /** An event: {@code w} is how far its source had got before it. */
  private record Event(int id, String key, long second, long w) {
    Instant at() {
      return Instant.ofEpochSecond(second);
    }
  }

  /** {@return events that are out of order, some by more than is allowed, before and after the epoch} */
  private static List<Event> events(int seed, int count) {
    var random = new Random(seed);
    List<Event> events = new ArrayList<>();
    long latest = Long.MIN_VALUE / 2;
    for (int i = 0; i < count; i++) {
      long second = 3L * i - count + random.nextInt(-35, 35);
      events.add(new Event(i, "key " + random.nextInt(4), second, latest - OUT_OF_ORDER));
      latest = Math.max(latest, second);
    }
    return events;
  }

  private static Pipeline<Event> stamped(List<Event> events) {
    return Pipeline.from(events).eventTime(Event::at, Duration.ofSeconds(OUT_OF_ORDER));
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static <T> T with(int demand, Job<T> job) throws InterruptedException {
    return job.withDemand(Demand.max(demand)).run();
  }

  private static String shown(Object key, long start, long end, Object value) {
    return key + " [" + start + "," + end + ") " + value;
  }

  private static List<String> shown(Collection<? extends Pane<?, ?>> panes) {
    return panes.stream().map(pane -> shown(pane.key(), pane.window().start().getEpochSecond(),
        pane.window().end().getEpochSecond(), pane.value())).sorted().toList();
  }

  /** What a loop finds: ids by key and window, and how many events were late for all of theirs. */
  private static final class Found {
    final Map<String, List<Integer>> ids = new TreeMap<>();
    long late;
    long inNone;

    void add(Event event, long start, long end) {
      ids.computeIfAbsent(NaiveWindowsTest.shown(event.key, start, end, ""), window -> new ArrayList<>()).add(event.id);
    }

    List<String> shown(Function<List<Integer>, Object> value) {
      return ids.entrySet().stream().map(each -> each.getKey() + value.apply(each.getValue())).sorted().toList();
    }
  }

  private static Found sliding(List<Event> events, long size, long every, long offset, long lateness) {
    var found = new Found();
    for (Event event : events) {
      boolean isInOne = false;
      boolean isTaken = false;
      for (long start = event.second - size + 1; start <= event.second; start++) {
        if (Math.floorMod(start - offset, every) != 0) continue;
        isInOne = true;
        if (start + size + lateness <= event.w) continue;
        isTaken = true;
        found.add(event, start, start + size);
      }
      if (!isInOne) found.inNone++;
      else if (!isTaken) found.late++;
    }
    return found;
  }

  @Nested
  class Tumbling {
    @ParameterizedTest
    @CsvSource({"1, 10, 0, 0", "2, 10, 3, 0", "1000, 60, -7, 5", "10, 7, 0, 30", "1000, 1, 0, 0", "3, 3600, 1800, 0"})
    void haveTheEventsThatAreNotLate(int demand, int size, int offset, int lateness) throws Exception {
      List<Event> events = events(size + lateness, 160);
      Found found = sliding(events, size, size, offset, lateness);
      Windows windows = Windows.tumbling(seconds(size)).offset(seconds(offset)).lateness(seconds(lateness));
      List<Integer> late = new ArrayList<>();
      var ids = with(demand, stamped(events).keyBy(Event::key).workers(3).window(windows).toList(Bound.rows(10_000))
          .map(NaiveWindowsTest::withIds).toList());
      assertThat(shown(ids)).isEqualTo(found.shown(List::toString));
      var sums = with(demand, stamped(events).keyBy(Event::key).window(windows)
          .lateTo(branch -> branch.forEach(event -> late.add(event.id))).sum(Event::id).toList());
      assertThat(shown(sums)).isEqualTo(found.shown(all -> all.stream().mapToLong(id -> id).sum()));
      assertThat(late).hasSize((int) found.late);
    }

    @Test
    void countWhatIsLateWhateverTheDemand() throws Exception {
      List<Event> events = events(5, 250);
      long late = sliding(events, 15, 15, 0, 2).late;
      assertThat(late).isPositive();
      for (int demand : new int[] {1, 7, 1000}) {
        Report report = with(demand, stamped(events).keyBy(Event::key).workers(2)
            .window(Windows.tumbling(seconds(15)).lateness(seconds(2))).count().forEach(pane -> {}));
        assertThat(report.late()).isEqualTo(late);
      }
    }
  }

  private static Pane<String, List<Integer>> withIds(Pane<String, List<Event>> pane) {
    return new Pane<>(pane.key(), pane.window(), pane.value().stream().map(Event::id).sorted().toList(), pane.kind());
  }

  @Nested
  class Sliding {
    @ParameterizedTest
    @CsvSource({"1, 7, 5, 0, 0", "1000, 30, 10, 0, 0", "10, 3, 10, 0, 0", "2, 3, 10, 4, 8", "1000, 10, 3, 1, 12",
        "10, 25, 20, -5, 0", "5, 20, 20, 0, 0"})
    void haveEachEventAsOftenAsItIsInThem(int demand, int size, int every, int offset, int lateness) throws Exception {
      List<Event> events = events(size * every, 130);
      Found found = sliding(events, size, every, offset, lateness);
      Windows windows =
          Windows.sliding(seconds(size), seconds(every)).offset(seconds(offset)).lateness(seconds(lateness));
      var sums = with(demand, stamped(events).keyBy(Event::key).workers(2).window(windows).sum(Event::id).toList());
      assertThat(shown(sums)).isEqualTo(found.shown(all -> all.stream().mapToLong(id -> id).sum()));
      var ids = with(demand, stamped(events).keyBy(Event::key).window(windows).toList(Bound.rows(10_000))
          .map(NaiveWindowsTest::withIds).toList());
      assertThat(shown(ids)).isEqualTo(found.shown(List::toString));
      var most = with(demand, stamped(events).keyBy(Event::key).window(windows)
          .aggregate(-1, (max, event) -> Math.max(max, event.id), Math::max).toList());
      assertThat(shown(most)).isEqualTo(found.shown(all -> all.stream().mapToInt(id -> id).max().getAsInt()));
    }

    @Test
    void countEventsBetweenThemAsFiltered() throws Exception {
      List<Event> events = events(6, 250);
      Found found = sliding(events, 3, 10, 0, 0);
      assertThat(found.inNone).isPositive();
      Report report = with(9, stamped(events).window(Windows.sliding(seconds(3), seconds(10))).count()
          .forEach(pane -> {}));
      assertThat(report.filtered()).isEqualTo(found.inNone);
      assertThat(report.late()).isEqualTo(found.late);
      assertThat(report.runs()).allMatch(Report.Run::isBalanced);
    }
  }

  @Nested
  class Sessions {
    /** Connected components of what is not late; an event that comes exactly a gap later begins another one. */
    private static Found sessions(List<Event> events, long gap, long lateness) {
      var found = new Found();
      Map<String, List<Event>> byKey = new TreeMap<>();
      for (Event event : events) {
        if (event.second < event.w - lateness) found.late++;
        else byKey.computeIfAbsent(event.key, key -> new ArrayList<>()).add(event);
      }
      for (List<Event> all : byKey.values()) {
        all.sort(Comparator.comparingLong(Event::second));
        for (int from = 0, to; from < all.size(); from = to) {
          to = from + 1;
          while (to < all.size() && all.get(to).second - all.get(to - 1).second < gap) to++;
          for (Event event : all.subList(from, to)) {
            found.add(event, all.get(from).second, all.get(to - 1).second + gap);
          }
        }
      }
      return found;
    }

    @ParameterizedTest
    @CsvSource({"1, 5, 0", "1000, 12, 0", "10, 20, 10", "2, 1, 0", "3, 40, 60"})
    void areWhatHangsTogether(int demand, int gap, int lateness) throws Exception {
      for (int seed = 0; seed < 3; seed++) {
        List<Event> events = events(seed, 120);
        Found found = sessions(events, gap, lateness);
        var sums = with(demand, stamped(events).keyBy(Event::key).workers(3)
            .window(Windows.sessions(seconds(gap)).lateness(seconds(lateness))).sum(Event::id).toList());
        assertThat(shown(sums)).isEqualTo(found.shown(all -> all.stream().mapToLong(id -> id).sum()));
        Report report = with(demand, stamped(events).keyBy(Event::key)
            .window(Windows.sessions(seconds(gap)).lateness(seconds(lateness))).count().forEach(pane -> {}));
        assertThat(report.late()).isEqualTo(found.late);
      }
    }

    @Test
    void doNotTouch() throws Exception {
      var panes = Pipeline.of(0L, 10L, 19L, 30L, 29L).eventTime(Instant::ofEpochSecond, seconds(100)).keyBy(n -> "one")
          .window(Windows.sessions(seconds(10))).count().toList().run();
      assertThat(shown(panes)).containsExactlyInAnyOrder(shown("one", 0, 10, 1), shown("one", 10, 29, 2),
          shown("one", 29, 40, 2));
    }
  }

  @Nested
  class OfTheCalendar {
    private static List<String> byHand(List<Instant> times, ZoneId zone, Function<LocalDate, LocalDate> first,
        Function<LocalDate, LocalDate> next) {
      Map<LocalDate, Long> counts = new TreeMap<>();
      for (Instant time : times) counts.merge(first.apply(time.atZone(zone).toLocalDate()), 1L, Long::sum);
      return counts.entrySet().stream().map(each -> each.getKey().atStartOfDay(zone).toInstant() + " "
          + next.apply(each.getKey()).atStartOfDay(zone).toInstant() + " " + each.getValue()).toList();
    }

    private static List<String> counted(List<Instant> times, ChronoUnit unit, ZoneId zone) throws Exception {
      return Pipeline.from(times).eventTime(time -> time, Duration.ofDays(1)).window(Windows.calendar(unit, zone))
          .count().map(pane -> pane.window().start() + " " + pane.window().end() + " " + pane.value()).toList().run();
    }

    private static List<Instant> every(Duration step, String from, int count) {
      return LongStream.range(0, count).mapToObj(i -> Instant.parse(from).plus(step.multipliedBy(i))).toList();
    }

    /** Berlin changes at night, São Paulo did at midnight; Samoa left out a day; Lord Howe moves by half an hour. */
    @ParameterizedTest
    @CsvSource({"Europe/Berlin, 2026-03-27T05:13:00Z", "Europe/Berlin, 2026-10-23T05:13:00Z",
        "America/Sao_Paulo, 2018-11-02T00:30:00Z", "America/New_York, 2026-10-30T00:00:00Z",
        "Pacific/Apia, 2011-12-28T01:00:00Z", "Australia/Lord_Howe, 2026-04-03T00:10:00Z",
        "Asia/Kathmandu, 1985-12-30T00:00:00Z"})
    void daysAreThoseOfTheZone(String zone, String from) throws Exception {
      List<Instant> times = every(Duration.ofMinutes(47), from, 150);
      assertThat(counted(times, ChronoUnit.DAYS, ZoneId.of(zone)))
          .isEqualTo(byHand(times, ZoneId.of(zone), day -> day, day -> day.plusDays(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Europe/Berlin", "America/New_York", "Pacific/Apia"})
    void weeksBeginOnMondays(String zone) throws Exception {
      List<Instant> times = every(Duration.ofHours(13), "2011-12-01T07:00:00Z", 120);
      assertThat(counted(times, ChronoUnit.WEEKS, ZoneId.of(zone))).isEqualTo(byHand(times, ZoneId.of(zone),
          day -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)), day -> day.plusWeeks(1)));
    }

    @Test
    void monthsAndYears() throws Exception {
      ZoneId zone = ZoneId.of("Europe/Berlin");
      List<Instant> times = every(Duration.ofHours(161), "2023-11-30T22:30:00Z", 150);
      assertThat(counted(times, ChronoUnit.MONTHS, zone))
          .isEqualTo(byHand(times, zone, day -> day.withDayOfMonth(1), day -> day.plusMonths(1)));
      assertThat(counted(times, ChronoUnit.YEARS, zone))
          .isEqualTo(byHand(times, zone, day -> day.withDayOfYear(1), day -> day.plusYears(1)));
    }

    /** The hour from two to three is there twice, and in spring not at all; each is an hour long. */
    @ParameterizedTest
    @CsvSource({"Europe/Berlin, 2026-10-24T22:00:00Z, 0", "Europe/Berlin, 2026-03-28T22:00:00Z, 0",
        "Asia/Kolkata, 2026-10-24T22:00:00Z, 30", "America/New_York, 2026-11-01T03:00:00Z, 0"})
    void hoursAreHoursLong(String zone, String from, int minute) throws Exception {
      List<Instant> times = every(Duration.ofMinutes(7), from, 100);
      Map<Instant, Long> counts = new TreeMap<>();
      for (Instant time : times) {
        long hour = Math.floorDiv(time.getEpochSecond() - minute * 60L, 3600);
        counts.merge(Instant.ofEpochSecond(hour * 3600 + minute * 60L), 1L, Long::sum);
      }
      assertThat(counted(times, ChronoUnit.HOURS, ZoneId.of(zone))).isEqualTo(counts.entrySet().stream()
          .map(each -> each.getKey() + " " + each.getKey().plus(1, ChronoUnit.HOURS) + " " + each.getValue()).toList());
    }

    /** The night that is an hour longer has its windows where the day ends, not 24 hours after it began. */
    @Test
    void lateEventsAreJudgedByTheRealEndOfADay() throws Exception {
      ZoneId zone = ZoneId.of("Europe/Berlin");
      Instant lastHour = LocalDateTime.parse("2026-10-25T23:30").atZone(zone).toInstant();
      Instant twentyFourHoursOn = LocalDate.parse("2026-10-25").atStartOfDay(zone).toInstant().plusSeconds(86_400);
      var panes = Pipeline.of(lastHour.minusSeconds(60), lastHour, twentyFourHoursOn, lastHour.minusSeconds(120))
          .eventTime(time -> time, Duration.ZERO)
          .window(Windows.calendar(ChronoUnit.DAYS, zone)).count().toList().run();
      assertThat(panes).extracting(Pane::value).containsExactly(4L);
      assertThat(Duration.between(panes.getFirst().window().start(), panes.getFirst().window().end())).hasHours(25);
      assertThat(panes.getFirst().window().start().atOffset(ZoneOffset.UTC).getHour()).isEqualTo(22);
    }
  }

  @Nested
  class OfCounts {
    @ParameterizedTest
    @CsvSource({"1, 1", "10, 3", "1000, 7", "2, 1000"})
    void areGroupsOfEachKey(int demand, int n) throws Exception {
      List<Event> events = events(n, 200);
      Map<String, List<Integer>> byKey = new TreeMap<>();
      for (Event event : events) byKey.computeIfAbsent(event.key, key -> new ArrayList<>()).add(event.id);
      List<String> expected = new ArrayList<>();
      byKey.forEach((key, ids) -> {
        for (int i = 0; i < ids.size(); i += n) expected.add(key + ids.subList(i, Math.min(i + n, ids.size())));
      });
      var panes = with(demand, Pipeline.from(events).keyBy(Event::key).workers(2).window(Windows.count(n))
          .toList(Bound.rows(1_000)).toList());
      assertThat(panes.stream().map(pane -> pane.key() + pane.value().stream().map(Event::id).toList()).sorted()
          .toList()).isEqualTo(expected.stream().sorted().toList());
    }
  }

  @Nested
  class WithEarlyPanes {
    @Test
    void eachNthEventOfAWindowShowsWhatThereIsByThen() throws Exception {
      List<Event> events = events(3, 160);
      Map<String, List<Integer>> open = new TreeMap<>();
      List<String> early = new ArrayList<>();
      for (Event event : events) {
        long start = Math.floorDiv(event.second, 60L) * 60;
        if (start + 60 <= event.w) continue;
        String window = shown(event.key, start, start + 60, "");
        List<Integer> ids = open.computeIfAbsent(window, all -> new ArrayList<>());
        ids.add(event.id);
        if (ids.size() % 4 == 0) early.add(window + ids.stream().mapToLong(id -> id).sum());
      }
      for (int demand : new int[] {1, 1000}) {
        var panes = with(demand, stamped(events).keyBy(Event::key).workers(2).window(Windows.tumbling(seconds(60)))
            .early(4).sum(Event::id).toList());
        assertThat(shown(panes.stream().filter(pane -> pane.kind() == Pane.Kind.EARLY).toList()))
            .isEqualTo(early.stream().sorted().toList());
        assertThat(shown(panes.stream().filter(pane -> pane.kind() == Pane.Kind.FINAL).toList()))
            .isEqualTo(sliding(events, 60, 60, 0, 0).shown(all -> all.stream().mapToLong(id -> id).sum()));
      }
    }
  }

  @Nested
  class BehindEachOther {
    @Test
    void theMostOfEachMinuteAreThoseOfASortedList() throws Exception {
      List<Event> events = events(4, 300);
      Map<Long, Map<String, Long>> counts = new TreeMap<>();
      for (Event event : events) {
        long start = Math.floorDiv(event.second, 60L) * 60;
        if (start + 60 > event.w) {
          counts.computeIfAbsent(start, minute -> new TreeMap<>()).merge(event.key, 1L, Long::sum);
        }
      }
      List<String> expected = counts.entrySet().stream().map(minute -> minute.getKey() + " " + minute.getValue()
          .values().stream().sorted(Comparator.reverseOrder()).limit(2).toList()).toList();
      for (int demand : new int[] {1, 1000}) {
        var top = with(demand, stamped(events).keyBy(Event::key).workers(3)
            .window(Windows.tumbling(seconds(60))).count()
            .window(Windows.tumbling(seconds(60)))
            .aggregate(Aggregation.topK(2, Comparator.comparingLong(Pane<String, Long>::value))).toList());
        assertThat(top.stream().map(pane -> pane.window().start().getEpochSecond() + " "
            + pane.value().stream().map(Pane::value).toList()).toList()).isEqualTo(expected);
      }
    }

    @Test
    void hoursOfMinutesHaveAllEventsThatWereInTime() throws Exception {
      List<Event> events = events(7, 500);
      Map<Long, Long> counts = new TreeMap<>();
      for (Event event : events) {
        long start = Math.floorDiv(event.second, 60L) * 60;
        if (start + 60 > event.w) counts.merge(Math.floorDiv(event.second, 600L) * 600, 1L, Long::sum);
      }
      var tens = with(5, stamped(events).keyBy(Event::key).workers(2).window(Windows.tumbling(seconds(60))).count()
          .window(Windows.tumbling(seconds(600))).sum(Pane::value).toList());
      assertThat(tens.stream().map(pane -> Map.entry(pane.window().start().getEpochSecond(), pane.value())).toList())
          .isEqualTo(List.copyOf(counts.entrySet().stream().map(each -> Map.entry(each.getKey(), each.getValue()))
              .toList()));
    }
  }

  @Nested
  class OfSeveralSources {
    /** Each event is judged by its own source, and the merged ones by nothing else. */
    @Test
    void judgeEachEventByItsOwnSource() throws Exception {
      List<List<Event>> sources = IntStream.range(0, 3).mapToObj(seed -> events(20 + seed, 150)).toList();
      List<Event> all = sources.stream().flatMap(List::stream).toList();
      Found found = sliding(all, 20, 20, 0, 0);
      for (int demand : new int[] {1, 10, 1000}) {
        var merged = Pipeline.merge(stamped(sources.get(0)), stamped(sources.get(1)), stamped(sources.get(2)));
        var sums = with(demand, merged.keyBy(Event::key).workers(2).window(Windows.tumbling(seconds(20)))
            .sum(Event::id).toList());
        assertThat(shown(sums)).isEqualTo(found.shown(ids -> ids.stream().mapToLong(id -> id).sum()));
      }
    }

    @Test
    void endWithTheLongerOne() throws Exception {
      List<Event> many = events(30, 300);
      List<Event> few = many.subList(0, 3);
      Found found = sliding(Stream.concat(many.stream(), few.stream()).toList(), 30, 30, 0, 0);
      var sums = with(10, Pipeline.merge(stamped(few), stamped(many)).keyBy(Event::key)
          .window(Windows.tumbling(seconds(30))).sum(Event::id).toList());
      assertThat(shown(sums)).isEqualTo(found.shown(ids -> ids.stream().mapToLong(id -> id).sum()));
    }
  }

  @Nested
  class OfElementsThatBecameMore {
    @Test
    void haveThemAllAtTheTimeOfWhatTheyCameOf() throws Exception {
      List<Event> events = events(8, 120);
      Found found = new Found();
      for (Event event : events) {
        long start = Math.floorDiv(event.second, 30L) * 30;
        if (start + 30 > event.w) for (int i = 0; i < event.id % 5; i++) found.add(event, start, start + 30);
      }
      for (int demand : new int[] {1, 1000}) {
        var sums = with(demand, stamped(events).flatMap(event -> java.util.Collections.nCopies(event.id % 5, event))
            .mapConcurrentUnordered(4, event -> event).keyBy(Event::key).workers(2)
            .window(Windows.tumbling(seconds(30))).sum(Event::id).toList());
        assertThat(shown(sums)).isEqualTo(found.shown(ids -> ids.stream().mapToLong(id -> id).sum()));
      }
    }
  }
}
