package stage.pipeline.timed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;
import stage.pipeline.timed.TimedJob.Watch;

/**
 * A source whose silence begins, is held up from further down, and goes on: two workers share its elements, one is slow
 * with the first of them, and the other one leaves meanwhile. As long as nobody asks for elements, its silence is none.
 * Another source, which is far ahead, shows when the silence is over.
 */
final class TimedHoldUps {
  private static final int SLOW = 1;
  private static final int LAST_OF_ITS_WORKER = 2;
  private static final int OF_THE_OTHER = 1_000;

  private final Random random;
  private final Watch watch = new Watch();
  private final List<List<TimedElement>> ticks = new ArrayList<>();
  private final long heldUpFrom;   // milliseconds after the first tick
  private final long heldUpTo;
  private long idleAt;             // in milliseconds

  private TimedHoldUps(Random random) {
    this.random = random;
    this.heldUpFrom = 40 + 10 * random.nextInt(90);
    this.heldUpTo = heldUpFrom + 50 + 10 * random.nextInt(200);
    speak();
  }

  static TimedJob of(Random random) {
    return new TimedHoldUps(random).job();
  }

  /** Two elements at the first tick, some at later ones, never so long after each other that it is idle before. */
  private void speak() {
    ticks.add(List.of(element(SLOW), element(LAST_OF_ITS_WORKER)));
    int silent = 0;
    for (int id = 3; id < 7; silent++) {
      boolean speaks = silent == 1 || random.nextBoolean();
      ticks.add(speaks ? List.of(element(id++)) : List.of());
      if (speaks) silent = -1;
    }
    idleAt = Math.max(ticks.size() * TimedSource.TICK, TimedSource.TICK + heldUpTo) + TimedSource.IDLE_AFTER;
    for (int i = 0; i < 8; i++) ticks.add(List.of());
  }

  private static TimedElement element(int id) {
    return new TimedElement(id, 0, id, 0);
  }

  private TimedJob job() {
    var source = new TimedSource(ticks, true, 0, true);
    List<List<TimedElement>> others = new ArrayList<>();
    others.add(List.of(new TimedElement(OF_THE_OTHER, 0, OF_THE_OTHER, 0)));
    for (int i = 0; i <= ticks.size(); i++) others.add(List.of());
    var other = new TimedSource(others, true, 0, false);
    Pipeline<TimedElement> shared = source.timed().parallel(2, part -> part.buffer(1).map(this::slowly).async()
        .map(this::later).takeWhile(element -> element.id() != LAST_OF_ITS_WORKER));
    Pipeline<String> panes = Pipeline.merge(shared, other.timed()).window(Windows.tumbling(Duration.ofSeconds(10)))
        .toList(Bound.rows(100)).map(pane -> pane.value().stream().map(TimedElement::id).sorted().toList()
            + watch.now());
    return new TimedJob("held up from " + heldUpFrom + " to " + heldUpTo, TimedScene.of(source, other), watch,
        panes, List.of(List.of(1, 3, 4, 5, 6) + Watch.at(idleAt), List.of(OF_THE_OTHER) + Watch.at(other.end())), 0,
        0);
  }

  private TimedElement slowly(TimedElement element) throws InterruptedException {
    if (element.id() == SLOW) watch.pass(heldUpTo);
    return element;
  }

  private TimedElement later(TimedElement element) throws InterruptedException {
    if (element.id() == LAST_OF_ITS_WORKER) watch.pass(heldUpFrom);
    return element;
  }
}
