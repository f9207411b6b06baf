package stage.pipeline.timed;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Pipeline;
import stage.pipeline.timed.TimedJob.Watch;
import stage.pipeline.timed.TimedScene.Arrival;

/** Elements of one source with the rows of another one, and sources that are merged by their times. */
final class TimedTables {
  private static final Bound MANY = Bound.rows(10_000);
  private static final int NONE = 0;

  private final Random random;
  private final TimedScene scene;
  private final Watch watch = new Watch();
  private final List<String> model = new ArrayList<>();

  private TimedTables(Random random) {
    this.random = random;
    this.scene = TimedScene.of(random, 2, false, false);
  }

  static TimedJob of(Random random) {
    return new TimedTables(random).job();
  }

  private TimedJob job() {
    return switch (random.nextInt(4)) {
      case 0, 1 -> asOf();
      case 2 -> first();
      default -> sorted();
    };
  }

  private TimedJob asOf() {
    int late = 0;
    List<Arrival> rows = scene.of(1).stream().filter(TimedTables::isOnTime).toList();
    late += scene.of(1).size() - rows.size();
    for (Arrival arrival : scene.of(0)) {
      if (!isOnTime(arrival)) {
        late++;
        continue;
      }
      TimedElement element = arrival.element();
      int row = NONE;
      long latest = TimedElement.NEVER;
      for (Arrival each : rows) {
        TimedElement its = each.element();
        if (its.key() != element.key() || its.second() > element.second() || its.second() < latest) continue;
        row = its.id();
        latest = its.second();
      }
      model.add(words(element, row));
    }
    Pipeline<String> found = elements().enrich(rows().toTable(TimedElement::key, MANY).asOfEventTime(),
        TimedElement::key, TimedTables::shown);
    return new TimedJob("a table as of event time", scene, watch, found, model, late, 0);
  }

  private static boolean isOnTime(Arrival arrival) {
    return arrival.element().second() >= arrival.element().w();
  }

  private TimedJob first() {
    Map<Integer, Integer> table = new HashMap<>();
    for (Arrival row : scene.of(1)) table.put(row.element().key(), row.element().id());
    for (Arrival each : scene.of(0)) {
      model.add(words(each.element(), table.getOrDefault(each.element().key(), NONE)));
    }
    Pipeline<String> found = elements().enrich(rows().toTable(TimedElement::key, MANY).loadedFirst(),
        TimedElement::key, TimedTables::shown);
    return new TimedJob("a table that is loaded first", scene, watch, found, model, -1, -1);
  }

  private Pipeline<TimedElement> elements() {
    return TimedSteps.some(random, scene.sources().get(0).timed());
  }

  private Pipeline<TimedElement> rows() {
    return TimedSteps.some(random, scene.sources().get(1).timed());
  }

  /** The elements of each source by time, as a scan tells: how many came that were earlier than one before them. */
  private TimedJob sorted() {
    Comparator<TimedElement> byTime = Comparator.comparingLong(TimedElement::second);
    List<Pipeline<TimedElement>> sorted = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      List<TimedElement> its = new ArrayList<>(scene.sources().get(i).elements());
      its.sort(byTime);
      List<List<TimedElement>> ticks = new ArrayList<>();
      int next = 0;
      for (List<TimedElement> tick : scene.sources().get(i).ticks()) {
        ticks.add(its.subList(next, next + tick.size()));
        next += tick.size();
      }
      sorted.add(new TimedSource(ticks, scene.isTicked(), 0, false).untimed());
    }
    Stream.of(0, 1).flatMap(i -> scene.sources().get(i).elements().stream()).sorted(byTime)
        .forEach(element -> model.add("" + element.second()));
    Pipeline<String> merged = Pipeline.mergeSorted(byTime, sorted.get(0), TimedSteps.some(random, sorted.get(1)))
        .scan(List.<Long>of(), (before, element) -> List.of(element.second(),
            before.isEmpty() ? element.second() : before.getFirst()))
        .map(two -> two.get(0) + (two.get(1) > two.get(0) ? " behind " + two.get(1) : ""));
    return new TimedJob("merged by time", scene, watch, merged, model, -1, -1);
  }

  private static String shown(TimedElement element, Optional<TimedElement> row) {
    return words(element, row.map(TimedElement::id).orElse(NONE));
  }

  private static String words(TimedElement element, int row) {
    return element.id() + " with " + row;
  }
}
