package stage.pipeline.timed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Join;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;
import stage.pipeline.timed.TimedJob.Watch;
import stage.pipeline.timed.TimedScene.Arrival;

/** Joins of two sources by key: within an interval, within a window, or as a whole. */
final class TimedJoins {
  private static final Bound MANY = Bound.rows(10_000);

  private final Random random;
  private final TimedScene scene;
  private final Watch watch = new Watch();
  private final int shape;     // 0: an interval, 1: a window, 2: the whole
  private final int before;    // of an interval; of a window its size
  private final int after;
  private final int kind;      // 0: inner, 1: left, 2: right, 3: full
  private final List<Arrival> lefts = new ArrayList<>();
  private final List<Arrival> rights = new ArrayList<>();
  private int late;
  private int lateAfterIdle;

  private TimedJoins(Random random) {
    this.random = random;
    this.scene = TimedScene.of(random, 2, true, false);
    this.shape = random.nextInt(5) / 2;
    this.before = random.nextInt(8) + (shape == 1 ? 1 : 0);
    this.after = random.nextInt(8);
    this.kind = random.nextInt(4);
  }

  static TimedJob of(Random random) {
    return new TimedJoins(random).job();
  }

  private TimedJob job() {
    for (Arrival arrival : scene.arrivals()) {
      if (closes(arrival) > arrival.w()) (arrival.source() == 0 ? lefts : rights).add(arrival);
      else late(arrival);
    }
    List<String> model = new ArrayList<>();
    for (Arrival left : lefts) {
      for (Arrival right : rights) if (isPair(left, right)) model.add(words(left, right));
    }
    if (kind % 2 == 1) lefts.stream().filter(l -> rights.stream().noneMatch(r -> isPair(l, r))).forEach(l ->
        model.add(alone(l, true)));
    if (kind >= 2) rights.stream().filter(r -> lefts.stream().noneMatch(l -> isPair(l, r))).forEach(r ->
        model.add(alone(r, false)));
    return new TimedJob((shape == 0 ? "interval " + before + ", " + after : shape == 1 ? "window " + before : "whole")
        + " join " + kind, scene, watch, joined(), model, late, lateAfterIdle);
  }

  private void late(Arrival arrival) {
    late++;
    if (closes(arrival) > arrival.element().w()) lateAfterIdle++;
  }

  /** {@return the event time from which on it is late} */
  private long closes(Arrival arrival) {
    long second = arrival.element().second();
    return switch (shape) {
      case 0 -> second + 1;   // what is at the watermark is on time
      case 1 -> Math.floorDiv(second, (long) before) * before + before;
      default -> TimedElement.FOREVER;
    };
  }

  private boolean isPair(Arrival left, Arrival right) {
    TimedElement l = left.element();
    TimedElement r = right.element();
    return l.key() == r.key() && switch (shape) {
      case 0 -> r.second() - l.second() >= -before && r.second() - l.second() <= after;
      case 1 -> Math.floorDiv(l.second(), before) == Math.floorDiv(r.second(), before);
      default -> true;
    };
  }

  private Pipeline<String> joined() {
    int workers = 1 + random.nextInt(8);
    Join.On<Integer, TimedElement, TimedElement> on = TimedSteps.some(random, scene.sources().get(0).timed())
        .join(TimedSteps.some(random, scene.sources().get(1).timed())).on(TimedElement::key, TimedElement::key)
        .workers(workers);
    Join.Ready<TimedElement, TimedElement> ready = switch (shape) {
      case 0 -> on.within(Duration.ofSeconds(before), Duration.ofSeconds(after), MANY);
      case 1 -> on.window(Windows.tumbling(Duration.ofSeconds(before)), MANY);
      default -> on.whole(MANY);
    };
    return switch (kind) {
      case 0 -> ready.inner((l, r) -> shown(Optional.of(l), Optional.of(r)));
      case 1 -> ready.left((l, r) -> shown(Optional.of(l), r));
      case 2 -> ready.right((l, r) -> shown(l, Optional.of(r)));
      default -> ready.full(this::shown);
    };
  }

  // ---- in words

  private String shown(Optional<TimedElement> left, Optional<TimedElement> right) {
    return words(left, right) + (scene.isTicked() ? watch.now() : "");
  }

  private static String words(Optional<TimedElement> left, Optional<TimedElement> right) {
    return left.map(l -> "" + l.id()).orElse("none") + " and " + right.map(r -> "" + r.id()).orElse("none");
  }

  private String words(Arrival left, Arrival right) {
    return words(Optional.of(left.element()), Optional.of(right.element()))
        + (scene.isTicked() ? Watch.at(Math.max(left.at(), right.at())) : "");
  }

  /** One without a partner shows itself when none can come any more. */
  private String alone(Arrival row, boolean isLeft) {
    Optional<TimedElement> its = Optional.of(row.element());
    long closesAt = shape == 0 ? row.element().second() + (isLeft ? after : before) + 1 : closes(row);
    return (isLeft ? words(its, Optional.empty()) : words(Optional.empty(), its))
        + (scene.isTicked() ? Watch.at(scene.reaches(closesAt)) : "");
  }
}
