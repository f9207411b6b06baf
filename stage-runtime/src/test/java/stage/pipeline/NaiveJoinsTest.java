package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Job;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.Windows;

/** Results of joins are those of a loop in a loop. */
class NaiveJoinsTest {
  private static final long OUT_OF_ORDER = 10;
  private static final Bound MANY = Bound.rows(100_000);

  /** An event: {@code w} is how far its source had got before it. */
  private record Event(String name, int key, long second, long w) {
    Instant at() {
      return Instant.ofEpochSecond(second);
    }

    boolean isLate() {
      return second < w;
    }
  }

  private static List<Event> events(String side, int seed, int count) {
    var random = new Random(seed);
    List<Event> events = new ArrayList<>();
    long latest = Long.MIN_VALUE / 2;
    for (int i = 0; i < count; i++) {
      long second = 4L * i + random.nextInt(-18, 18);
      events.add(new Event(side + i, random.nextInt(3), second, latest - OUT_OF_ORDER));
      latest = Math.max(latest, second);
    }
    return events;
  }

  private static Pipeline<Event> stamped(List<Event> events) {
    return Pipeline.from(events).eventTime(Event::at, Duration.ofSeconds(OUT_OF_ORDER));
  }

  private static List<String> sorted(Job<List<String>> job, int demand) throws InterruptedException {
    return job.withDemand(Demand.max(demand)).run().stream().sorted().toList();
  }

  private static String name(Optional<Event> event) {
    return event.map(Event::name).orElse("-");
  }

  /** Whether two events belong together. */
  private interface Together {
    boolean are(Event left, Event right);
  }

  private static List<String> byHand(List<Event> left, List<Event> right, boolean isLeft, boolean isRight,
      Together together) {
    List<String> found = new ArrayList<>();
    for (Event l : left) {
      boolean isAlone = true;
      for (Event r : right) {
        if (l.key != r.key || !together.are(l, r)) continue;
        isAlone = false;
        found.add(l.name + " " + r.name);
      }
      if (isAlone && isLeft) found.add(l.name + " -");
    }
    for (Event r : right) {
      boolean isAlone = left.stream().noneMatch(l -> l.key == r.key && together.are(l, r));
      if (isAlone && isRight) found.add("- " + r.name);
    }
    return found.stream().sorted().toList();
  }

  private static List<Event> inTime(List<Event> events) {
    return events.stream().filter(event -> !event.isLate()).toList();
  }

  @Nested
  class InAnInterval {
    @ParameterizedTest
    @CsvSource({"1, 0, 15", "1000, 15, 0", "10, 5, 5", "2, 0, 0", "1000, 60, 3", "3, 1, 200"})
    void pairWhatIsNear(int demand, int before, int after) throws Exception {
      for (int seed = 0; seed < 2; seed++) {
        List<Event> left = events("l", seed, 60);
        List<Event> right = events("r", 100 + seed, 70);
        Together near = (l, r) -> r.second - l.second >= -before && r.second - l.second <= after;
        var join = stamped(left).join(stamped(right)).on(Event::key, Event::key).workers(1 + seed % 3)
            .within(Duration.ofSeconds(before), Duration.ofSeconds(after), MANY);
        assertThat(sorted(join.inner((l, r) -> l.name + " " + r.name).toList(), demand))
            .isEqualTo(byHand(inTime(left), inTime(right), false, false, near));
        assertThat(sorted(join.left((l, r) -> l.name + " " + name(r)).toList(), demand))
            .isEqualTo(byHand(inTime(left), inTime(right), true, false, near));
        assertThat(sorted(join.right((l, r) -> name(l) + " " + r.name).toList(), demand))
            .isEqualTo(byHand(inTime(left), inTime(right), false, true, near));
        assertThat(sorted(join.full((l, r) -> name(l) + " " + name(r)).toList(), demand))
            .isEqualTo(byHand(inTime(left), inTime(right), true, true, near));
      }
    }

    @Test
    void countWhatIsLate() throws Exception {
      List<Event> left = events("l", 7, 200);
      List<Event> right = events("r", 8, 200);
      long late = Stream.concat(left.stream(), right.stream()).filter(Event::isLate).count();
      assertThat(late).isPositive();
      Report report = stamped(left).join(stamped(right)).on(Event::key, Event::key)
          .within(Duration.ofSeconds(5), Duration.ofSeconds(5), MANY).inner((l, r) -> l.name + r.name)
          .forEach(pair -> {}).run();
      assertThat(report.late()).isEqualTo(late);
      assertThat(report.runs()).allMatch(Report.Run::isBalanced);
    }
  }

  @Nested
  class InAWindow {
    @ParameterizedTest
    @CsvSource({"1, 20, 20, 0", "1000, 7, 7, 3", "10, 30, 10, 0", "5, 9, 4, 2"})
    void pairWhatIsInTheSame(int demand, int size, int every, int offset) throws Exception {
      List<Event> left = events("l", size, 80);
      List<Event> right = events("r", every, 80);
      List<String> pairs = new ArrayList<>();
      List<String> all = new ArrayList<>();
      for (long start = -100; start < 600; start++) {
        if (Math.floorMod(start - offset, every) != 0) continue;
        long from = start;
        List<Event> ls = left.stream().filter(event -> isIn(event, from, size)).toList();
        List<Event> rs = right.stream().filter(event -> isIn(event, from, size)).toList();
        pairs.addAll(byHand(ls, rs, false, false, (l, r) -> true));
        all.addAll(byHand(ls, rs, true, true, (l, r) -> true));
      }
      Windows windows = Windows.sliding(Duration.ofSeconds(size), Duration.ofSeconds(every))
          .offset(Duration.ofSeconds(offset));
      var join = stamped(left).join(stamped(right)).on(Event::key, Event::key).workers(2).window(windows, MANY);
      assertThat(sorted(join.inner((l, r) -> l.name + " " + r.name).toList(), demand))
          .isEqualTo(pairs.stream().sorted().toList());
      assertThat(sorted(join.full((l, r) -> name(l) + " " + name(r)).toList(), demand))
          .isEqualTo(all.stream().sorted().toList());
    }

    private static boolean isIn(Event event, long start, long size) {
      return event.second >= start && event.second < start + size && start + size > event.w;
    }
  }

  @Nested
  class OfWholeInputs {
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 1000})
    void pairAllOfAKey(int demand) throws Exception {
      List<Event> left = events("l", 1, 40);
      List<Event> right = events("r", 2, 30);
      var join = Pipeline.from(left).join(Pipeline.from(right)).on(Event::key, event -> event.key + 1).workers(2)
          .whole(MANY);
      List<String> expected = new ArrayList<>();
      for (Event l : left) {
        boolean isAlone = true;
        for (Event r : right) {
          if (l.key != r.key + 1) continue;
          isAlone = false;
          expected.add(l.name + " " + r.name);
        }
        if (isAlone) expected.add(l.name + " -");
      }
      assertThat(sorted(join.left((l, r) -> l.name + " " + name(r)).toList(), demand))
          .isEqualTo(expected.stream().sorted().toList());
    }
  }

  @Nested
  class WithATable {
    @Test
    void loadedFirstLastRowCounts() throws Exception {
      List<Event> rows = events("row", 3, 20);
      List<Event> elements = events("e", 4, 60);
      List<String> expected = new ArrayList<>();
      for (Event element : elements) {
        Event found = null;
        for (Event row : rows) if (row.key == element.key) found = row;
        expected.add(element.name + " " + name(Optional.ofNullable(found)));
      }
      var table = Pipeline.from(rows).toTable(Event::key, MANY).loadedFirst();
      for (int demand : new int[] {1, 1000}) {
        assertThat(Pipeline.from(elements).enrich(table, Event::key, (e, row) -> e.name + " " + name(row)).toList()
            .withDemand(Demand.max(demand)).run()).isEqualTo(expected);
      }
    }

    /** Of rows of one time the one that came last. */
    @ParameterizedTest
    @ValueSource(ints = {1, 10, 1000})
    void theRowThatHeldAtAnElementsTime(int demand) throws Exception {
      List<Event> rows = inTime(events("row", 5, 60)).stream().sorted(Comparator.comparingLong(Event::second)).toList();
      List<Event> elements = events("e", 6, 150).stream().sorted(Comparator.comparingLong(Event::second)).toList();
      List<String> expected = new ArrayList<>();
      for (Event element : elements) {
        Event found = null;
        for (Event row : rows) if (row.key == element.key && row.second <= element.second) found = row;
        expected.add(element.name + " " + name(Optional.ofNullable(found)));
      }
      var table = Pipeline.from(rows).eventTime(Event::at, Duration.ZERO).toTable(Event::key, MANY).asOfEventTime();
      assertThat(sorted(Pipeline.from(elements).eventTime(Event::at, Duration.ZERO)
          .enrich(table, Event::key, (e, row) -> e.name + " " + name(row)).toList(), demand))
          .isEqualTo(expected.stream().sorted().toList());
    }
  }

  /**
   * Kafka's published tables of joins: a window of 15 seconds and 5 of grace. What has no partner comes once, and not
   * before no partner can come any more. Kafka keeps the last of it, since its time moves by records only; here the end
   * of both inputs ends it too.
   */
  @Nested
  class OfKafka {
    private static final Duration WINDOW = Duration.ofSeconds(15);
    private static final Pipeline<Event> LEFT = at("A", 3, "B", 5, "C", 9, "D", 15, "E", 40, "F", 60);
    private static final Pipeline<Event> RIGHT = at("a", 4, "b", 6, "c", 10, "d", 14, "f", 80, "G", 100);
    private static final List<String> PAIRS = List.of("A,a", "B,a", "A,b", "B,b", "C,a", "C,b", "A,c", "B,c", "C,c",
        "A,d", "B,d", "C,d", "D,a", "D,b", "D,c", "D,d");

    private static Pipeline<Event> at(Object... namesAndSeconds) {
      List<Event> events = new ArrayList<>();
      for (int i = 0; i < namesAndSeconds.length; i += 2) {
        events.add(new Event((String) namesAndSeconds[i], 1, (Integer) namesAndSeconds[i + 1], Long.MIN_VALUE));
      }
      return Pipeline.from(events).eventTime(Event::at, Duration.ofSeconds(5));
    }

    private static void assertSame(int demand, Pipeline<String> found, String... alone) throws Exception {
      assertThat(found.toList().withDemand(Demand.max(demand)).run())
          .containsExactlyInAnyOrderElementsOf(Stream.concat(PAIRS.stream(), Stream.of(alone)).toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 1000})
    void twoStreams(int demand) throws Exception {
      var join = LEFT.join(RIGHT).on(Event::key, Event::key).within(WINDOW, WINDOW, MANY);
      assertSame(demand, join.inner((l, r) -> l.name + "," + r.name));
      assertSame(demand, join.left((l, r) -> l.name + "," + name(r)), "E,-", "F,-");
      assertSame(demand, join.right((l, r) -> name(l) + "," + r.name), "-,f", "-,G");
      assertSame(demand, join.full((l, r) -> name(l) + "," + name(r)), "E,-", "F,-", "-,f", "-,G");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 1000})
    void whatIsAloneComesOnce(int demand) throws Exception {
      assertThat(at("E", 40, "F", 60, "G", 100).join(at("f", 80, "g", 100)).on(Event::key, Event::key)
          .within(WINDOW, WINDOW, MANY).full((l, r) -> name(l) + "," + name(r)).toList().withDemand(Demand.max(demand))
          .run()).containsExactlyInAnyOrder("E,-", "F,-", "-,f", "G,g");
    }

    /** A table's row without a value is Kafka's tombstone. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 1000})
    void aStreamAndATable(int demand) throws Exception {
      var rows = at("", 2, "a", 4, "b", 6, "", 8, "c", 10, "", 11, "", 13, "d", 14).toTable(Event::key, MANY)
          .asOfEventTime();
      var looked = at("A", 3, "B", 5, "C", 9, "D", 15).enrich(rows, Event::key, (element, row) ->
          element.name + "," + name(row.filter(its -> !its.name.isEmpty())));
      assertThat(looked.toList().withDemand(Demand.max(demand)).run()).as("left")
          .containsExactly("A,-", "B,a", "C,-", "D,d");
      assertThat(looked.filter(pair -> !pair.endsWith("-")).toList().withDemand(Demand.max(demand)).run()).as("inner")
          .containsExactly("B,a", "D,d");
    }
  }
}
