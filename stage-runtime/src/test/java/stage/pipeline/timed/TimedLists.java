package stage.pipeline.timed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import stage.api.pipeline.Bound;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;
import stage.pipeline.timed.TimedJob.Watch;
import stage.pipeline.timed.TimedScene.Arrival;

/** Lists of a source's elements, by number and by time, windows by the clock, and folds by key of which some fail. */
final class TimedLists {
  private static final Bound MANY = Bound.rows(10_000);

  private final Random random;
  private final TimedScene scene;
  private final Watch watch = new Watch();
  private final List<String> model = new ArrayList<>();
  private final int hanging;   // the number of the element that a step hangs at; 0 for none

  private TimedLists(Random random) {
    this.random = random;
    this.scene = TimedScene.of(random, 1, false, true);
    this.hanging = random.nextInt(3) == 0 ? hanging() : 0;
  }

  private int hanging() {
    List<Integer> all = scene.arrivals().stream().filter(arrival -> scene.isTicked() && !scene.isStopped()
        && arrival.at() + 2 * Watch.HANGING.toMillis() < scene.end()).map(arrival -> arrival.element().id()).toList();
    return all.isEmpty() ? 0 : all.get(random.nextInt(all.size()));
  }

  static TimedJob of(Random random) {
    return new TimedLists(random).job();
  }

  private TimedJob job() {
    int workers = 1 + random.nextInt(8);
    if (hanging > 0) return random.nextBoolean() ? byTime(hanging(scene.merged())) : byKey(hanging(scene.merged()), 1);
    Pipeline<TimedElement> all = TimedSteps.some(random, scene.merged());
    return switch (random.nextInt(7)) {
      case 6 -> aggregated(all, workers);
      case 0 -> byKey(all, workers);
      case 1 -> byTime(all);
      case 2 -> windowsOfLists(all);
      case 3 -> scene.isTicked() ? byClock(all, workers) : counted(all, workers);
      case 4 -> counted(all, workers);
      default -> scanned(all, workers);
    };
  }

  /** With a step whose thread is left behind once, in the midst of a list. */
  private Pipeline<TimedElement> hanging(Pipeline<TimedElement> all) {
    watch.mayHang();
    return all.map(element -> {
      if (element.id() == hanging) watch.hang();
      return element;
    }).timeout(Duration.ofMillis(100));
  }

  /** A time that ends between ticks; where all come at once, none. */
  private long within() {
    return scene.isTicked() ? TimedSource.TICK * random.nextInt(5) + 600 : 3_600_000;
  }

  private TimedJob byKey(Pipeline<TimedElement> all, int workers) {
    int most = 1 + random.nextInt(5);
    long within = within();
    lists(most, within, true);
    return job("batches of a key, " + most + " within " + within, all.keyBy(TimedElement::key).workers(workers)
        .batchWithin(most, Duration.ofMillis(within), MANY).map(each -> shown(each.value())));
  }

  private TimedJob byTime(Pipeline<TimedElement> all) {
    int most = 1 + random.nextInt(5);
    long within = within();
    lists(most, within, false);
    return job("batches, " + most + " within " + within,
        all.batchWithin(most, Duration.ofMillis(within)).map(this::shown));
  }

  private void lists(int most, long within, boolean isByKey) {
    Map<Integer, List<Arrival>> open = new HashMap<>();
    for (Arrival arrival : scene.arrivals()) {
      if (scene.isTicked()) {
        open.values().removeIf(list -> list.getFirst().at() + within < arrival.at()
            && ended(list, list.getFirst().at() + within));
      }
      List<Arrival> list = open.computeIfAbsent(isByKey ? arrival.element().key() : 0, key -> new ArrayList<>());
      list.add(arrival);
      if (list.size() == most) open.values().removeIf(each -> each == list && ended(list, arrival.at()));
    }
    open.values().forEach(list -> ended(list, Math.min(scene.end(), list.getFirst().at() + within)));
  }

  private boolean ended(List<Arrival> list, long at) {
    model.add(ids(list.stream().map(Arrival::element).toList()) + at(at));
    return true;
  }

  /** A list has the least stamps of its elements; so it can be late for windows that none of them was late for. */
  private TimedJob windowsOfLists(Pipeline<TimedElement> all) {
    int most = 2 + random.nextInt(4);
    int size = 2 + random.nextInt(6);
    Map<Long, Integer> counts = new HashMap<>();
    List<TimedElement> elements = scene.arrivals().stream().map(Arrival::element).toList();
    int late = 0;
    for (int i = 0; i < elements.size(); i += most) {
      List<TimedElement> list = elements.subList(i, Math.min(elements.size(), i + most));
      long t = list.stream().mapToLong(TimedElement::second).min().getAsLong();
      long w = list.stream().mapToLong(TimedElement::w).min().getAsLong();
      long start = Math.floorDiv(t, (long) size) * size;
      if (start + size > w) counts.merge(start, 1, Integer::sum);
      else late++;
    }
    counts.forEach((start, count) -> model.add("from " + start + ": " + count));
    Pipeline<String> panes = all.batch(most).async().window(Windows.tumbling(Duration.ofSeconds(size))).count()
        .map(pane -> "from " + pane.window().start().getEpochSecond() + ": " + pane.value());
    return new TimedJob("windows " + size + " of lists " + most, scene, watch, panes, model, late, 0);
  }

  private TimedJob byClock(Pipeline<TimedElement> all, int workers) {
    int size = 1 + random.nextInt(4);
    Map<List<Long>, List<TimedElement>> windows = new HashMap<>();
    for (Arrival arrival : scene.arrivals()) {
      long second = arrival.at() / 1_000;
      windows.computeIfAbsent(List.of((long) arrival.element().key(), second - second % size), at -> new ArrayList<>())
          .add(arrival.element());
    }
    windows.forEach((at, elements) -> model.add(at.get(0) + ": " + ids(elements)
        + at(Math.min(scene.end(), (at.get(1) + size) * 1_000))));
    return job("windows by the clock " + size, all.keyBy(TimedElement::key).workers(workers)
        .window(Windows.byClock(Duration.ofSeconds(size))).toList(MANY).map(pane -> pane.key() + ": "
            + shown(pane.value())));
  }

  private TimedJob counted(Pipeline<TimedElement> all, int workers) {
    int size = 1 + random.nextInt(5);
    Map<Integer, List<Arrival>> open = new HashMap<>();
    for (Arrival arrival : scene.arrivals()) {
      List<Arrival> list = open.computeIfAbsent(arrival.element().key(), key -> new ArrayList<>());
      list.add(arrival);
      if (list.size() == size) open.values().removeIf(each -> each == list && ended(list, arrival.at()));
    }
    open.values().forEach(list -> ended(list, scene.end()));
    return job("count windows " + size, all.keyBy(TimedElement::key).workers(workers).window(Windows.count(size))
        .toList(MANY).map(Pane::value).map(this::shown));
  }

  /** A failure behind a fold leaves no trace in it, unless a stage that takes in workers is between them. */
  private TimedJob scanned(Pipeline<TimedElement> all, int most) {
    int workers = random.nextInt(3) == 0 ? most : 1;
    int k = 2 + random.nextInt(4);
    Map<Integer, Integer> sums = new HashMap<>();
    for (Arrival arrival : scene.arrivals()) {
      int key = arrival.element().key();
      int sum = sums.getOrDefault(key, 0) + arrival.element().id();
      if (workers > 1 || sum % k != 0) sums.put(key, sum);
      if (sum % k != 0) model.add(key + ": " + sum);
    }
    Pipeline<KeyValue<Integer, Integer>> scans = all.keyBy(TimedElement::key).workers(workers)
        .scan(0, (sum, element) -> sum + element.id());
    return job("scan, of which some fail", scans.map(each -> {
      if (each.value() % k == 0) throw new IllegalStateException("divisible by " + k);
      return each;
    }).onFailure(OnFailure.skip()).map(each -> each.key() + ": " + each.value()));
  }

  /** A fold that throws for all elements of some keys: these have no result. */
  private TimedJob aggregated(Pipeline<TimedElement> all, int workers) {
    int k = 2 + random.nextInt(4);
    Map<Integer, Integer> sums = new HashMap<>();
    for (Arrival arrival : scene.arrivals()) {
      int id = arrival.element().id();
      if (id % k != 0) sums.merge(id / 2, id, Integer::sum);
    }
    sums.forEach((key, sum) -> model.add(key + ": " + sum));
    return job("aggregate, failing fold", all.keyBy(element -> element.id() / 2).workers(workers)
        .aggregate(0, (sum, element) -> {
          if (element.id() % k == 0) throw new IllegalStateException("divisible by " + k);
          return sum + element.id();
        }).onFailure(OnFailure.skip()).map(each -> each.key() + ": " + each.value()));
  }

  private TimedJob job(String text, Pipeline<String> results) {
    return new TimedJob(text, scene, watch, results, model, -1, -1);
  }

  private String shown(List<TimedElement> list) {
    return ids(list) + (scene.isTicked() ? at(watch.millis()) : "");
  }

  /** {@return the time in words} Until another thread has taken the place of one that hangs, it is some hundredths. */
  private String at(long millis) {
    if (!scene.isTicked()) return "";
    return Watch.at(hanging > 0 ? millis / 500 * 500 : millis);
  }

  private static String ids(List<TimedElement> elements) {
    return elements.stream().map(TimedElement::id).toList().toString();
  }
}
