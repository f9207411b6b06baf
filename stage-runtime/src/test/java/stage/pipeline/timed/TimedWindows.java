package stage.pipeline.timed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import stage.api.pipeline.Aggregation;
import stage.api.pipeline.Bound;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windowing;
import stage.api.pipeline.Windows;
import stage.pipeline.timed.TimedJob.Watch;
import stage.pipeline.timed.TimedScene.Arrival;

/** Windows of all kinds over the elements of several sources, by key. */
final class TimedWindows {
  private static final Bound MANY = Bound.rows(10_000);

  /** A window of a key, in seconds. */
  private record Place(int key, long start, long end) {}

  private static final Comparator<Place> IN_ORDER =
      Comparator.comparingInt(Place::key).thenComparingLong(Place::start).thenComparingLong(Place::end);

  private final Random random;
  private final TimedScene scene;
  private final int lateness;
  private final Watch watch = new Watch();
  private final Map<Place, List<TimedElement>> model = new TreeMap<>(IN_ORDER);
  private int late;
  private int lateAfterIdle;

  private TimedWindows(Random random) {
    this.random = random;
    this.scene = TimedScene.of(random, 1 + random.nextInt(3), true, true);
    this.lateness = random.nextInt(3) == 0 ? 1 + random.nextInt(6) : 0;
  }

  static TimedJob of(Random random) {
    return new TimedWindows(random).job();
  }

  private TimedJob job() {
    int workers = random.nextBoolean() ? 1 : 1 + random.nextInt(8);
    int size = 2 + random.nextInt(10);
    Pipeline<TimedElement> all = TimedSteps.any(random, scene.merged());
    // what holds a source up for longer than it may be silent makes it no more idle
    if (scene.isNeverSilent()) all = all.throttle(1, Duration.ofMillis(TimedSource.IDLE_AFTER + 500));
    return windows(all, workers, size);
  }

  private TimedJob windows(Pipeline<TimedElement> all, int workers, int size) {
    return switch (random.nextInt(scene.anyIdle() ? 7 : 5)) {
      case 0, 1 -> tumbling(all, workers, size);
      case 2 -> {
        int every = 1 + random.nextInt(size);
        put(size, every);
        yield reduced("sliding " + size + "/" + every, all, workers,
            Windows.sliding(seconds(size), seconds(every)).lateness(seconds(lateness)));
      }
      case 3 -> {
        sessions(size);
        yield reduced("sessions " + size, all, workers, Windows.sessions(seconds(size)).lateness(seconds(lateness)));
      }
      // workers learn at different times that their source is idle, or is not
      default -> twice(all, scene.anyIdle() ? Math.max(2, workers) : workers, size);
    };
  }

  private TimedJob tumbling(Pipeline<TimedElement> all, int workers, int size) {
    put(size, size);
    Windows windows = Windows.tumbling(seconds(size)).lateness(seconds(lateness));
    if (random.nextInt(3) > 0) return reduced("tumbling " + size, all, workers, windows);
    if (random.nextBoolean()) return failing(all, workers, size, windows);
    int early = 1 + random.nextInt(3);
    return job("tumbling " + size + ", early panes", all.keyBy(TimedElement::key).workers(workers).window(windows)
        .early(early).count().filter(pane -> pane.kind() != Pane.Kind.EARLY)
        .map(pane -> shown(pane, pane.value().toString())), expected(elements -> "" + elements.size()));
  }

  /** A fold that throws: what it throws for leaves no trace. For some keys it always does, so they have no windows. */
  private TimedJob failing(Pipeline<TimedElement> all, int workers, int size, Windows windows) {
    int k = 2 + random.nextInt(3);
    int failingKey = random.nextInt(3);
    Predicate<TimedElement> fails = element -> element.key() == failingKey || element.id() % k == 0;
    model.values().forEach(elements -> elements.removeIf(fails));
    model.values().removeIf(List::isEmpty);
    Windowing<Integer, TimedElement> windowing = all.keyBy(TimedElement::key).workers(workers).window(windows);
    if (random.nextInt(4) > 0) windowing = windowing.early(1 + random.nextInt(3));
    return job("tumbling " + size + ", failing fold", windowing
        .aggregate(new Aggregation<TimedElement, Integer, String>(0, (sum, element) -> {
          if (fails.test(element)) throw new IllegalStateException("the fold throws");
          return sum + element.id();
        }, Integer::sum, sum -> "sum " + sum)).onFailure(OnFailure.skip())
        .filter(pane -> pane.kind() != Pane.Kind.EARLY)
        .map(pane -> shown(pane, pane.value())),
        expected(elements -> "sum " + elements.stream().mapToInt(TimedElement::id).sum()));
  }

  private TimedJob reduced(String what, Pipeline<TimedElement> all, int workers, Windows windows) {
    Windowing<Integer, TimedElement> windowing = all.keyBy(TimedElement::key).workers(workers).window(windows);
    return switch (random.nextInt(4)) {
      case 0 -> job(what + ", count", windowing.count().map(pane -> shown(pane, pane.value().toString())),
          expected(elements -> "" + elements.size()));
      case 1 -> job(what + ", sum", windowing.sum(TimedElement::id)
          .map(pane -> shown(pane, pane.value().toString())),
          expected(elements -> "" + elements.stream().mapToInt(TimedElement::id).sum()));
      case 2 -> job(what + ", toList", windowing.toList(MANY).map(pane -> shown(pane, ids(pane.value()))),
          expected(TimedWindows::ids));
      default -> job(what + ", aggregate", windowing.aggregate(0, (most, element) -> Math.max(most, element.id()),
          Math::max).map(pane -> shown(pane, pane.value().toString())),
          expected(elements -> "" + elements.stream().mapToInt(TimedElement::id).max().getAsInt()));
    };
  }

  /** Windows of what windows come to. */
  private TimedJob twice(Pipeline<TimedElement> all, int workers, int size) {
    int longer = size * (1 + random.nextInt(4));
    put(size, size);
    Map<Place, Integer> sums = new TreeMap<>(IN_ORDER);
    model.forEach((place, elements) -> {
      long start = Math.floorDiv(place.end() - 1, (long) longer) * longer;
      sums.merge(new Place(place.key(), start, start + longer), elements.size(), Integer::sum);
    });
    boolean isCut = scene.isStopped();
    Pipeline<Pane<Integer, Long>> panes = all.keyBy(TimedElement::key).workers(workers)
        .window(Windows.tumbling(seconds(size)).lateness(seconds(lateness))).count().keyBy(Pane::key)
        .window(Windows.tumbling(seconds(longer))).sum(Pane::value);
    return job("tumbling " + longer + " of tumbling " + size,
        panes.map(pane -> isCut ? pane.key() + " " + pane.value() : shownAnytime(pane, pane.value().toString())),
        sums.entrySet().stream().map(each -> isCut ? each.getKey().key() + " " + each.getValue()
            : shown(each.getKey(), "" + each.getValue(), false)).toList());
  }

  private TimedJob job(String what, Pipeline<String> results, List<String> expected) {
    return new TimedJob(what + (lateness > 0 ? ", lateness " + lateness : ""), scene, watch, results, expected, late,
        lateAfterIdle);
  }

  // ---- what they must come to

  private void put(int size, int every) {
    for (Arrival arrival : scene.arrivals()) {
      TimedElement element = arrival.element();
      boolean isIn = false;
      boolean isOnTime = false;
      for (long start = Math.floorDiv(element.second(), (long) every) * every; start > element.second() - size;
          start -= every) {
        long closesAt = start + size + lateness;
        isOnTime |= closesAt > element.w();
        if (closesAt <= arrival.w()) continue;
        isIn = true;
        model.computeIfAbsent(new Place(element.key(), start, start + size), place -> new ArrayList<>()).add(element);
      }
      if (!isIn) late(isOnTime);
    }
  }

  private void sessions(int gap) {
    Map<Integer, List<TimedElement>> byKey = new TreeMap<>();
    for (Arrival arrival : scene.arrivals()) {
      TimedElement element = arrival.element();
      if (element.second() < arrival.w() - lateness) late(element.second() >= element.w() - lateness);
      else byKey.computeIfAbsent(element.key(), key -> new ArrayList<>()).add(element);
    }
    byKey.forEach((key, elements) -> {
      elements.sort(Comparator.comparingLong(TimedElement::second));
      List<TimedElement> session = new ArrayList<>();
      for (TimedElement element : elements) {
        if (!session.isEmpty() && element.second() - session.getLast().second() >= gap) {
          put(key, session, gap);
          session = new ArrayList<>();
        }
        session.add(element);
      }
      put(key, session, gap);
    });
  }

  private void put(int key, List<TimedElement> session, int gap) {
    model.put(new Place(key, session.getFirst().second(), session.getLast().second() + gap), session);
  }

  private void late(boolean isOnTimeByStamp) {
    late++;
    if (isOnTimeByStamp) lateAfterIdle++;
  }

  private List<String> expected(java.util.function.Function<List<TimedElement>, String> reduced) {
    return model.entrySet().stream().map(each -> shown(each.getKey(), reduced.apply(each.getValue()), true)).toList();
  }

  // ---- in words

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static String ids(List<TimedElement> elements) {
    return elements.stream().map(TimedElement::id).sorted().toList().toString();
  }

  private String shown(Pane<Integer, ?> pane, String value) {
    return shownAnytime(pane, value) + (scene.isTicked() ? watch.now() : "");
  }

  private static String shownAnytime(Pane<Integer, ?> pane, String value) {
    return words(pane.key(), pane.window().start().getEpochSecond(), pane.window().end().getEpochSecond(), value,
        pane.kind());
  }

  private String shown(Place place, String value, boolean hasTime) {
    Pane.Kind kind = scene.isCutBefore(place.end()) ? Pane.Kind.CUT : Pane.Kind.FINAL;
    String at = hasTime && scene.isTicked() ? Watch.at(scene.reaches(place.end() + lateness)) : "";
    return words(place.key(), place.start(), place.end(), value, kind) + at;
  }

  private static String words(int key, long start, long end, String value, Pane.Kind kind) {
    return "key " + key + " from " + start + " to " + end + ": " + value + (kind == Pane.Kind.FINAL ? "" : " " + kind);
  }
}
