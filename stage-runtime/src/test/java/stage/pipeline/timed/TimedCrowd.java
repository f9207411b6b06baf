package stage.pipeline.timed;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import stage.api.pipeline.Pane;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;
import stage.pipeline.timed.TimedJob.Watch;

/** Windows of so many keys that what fires at once takes several turns. */
final class TimedCrowd {
  private TimedCrowd() {}

  static TimedJob of(Random random) {
    int keys = 4_100 + random.nextInt(200);
    int size = 10;
    List<TimedElement> elements = new ArrayList<>();
    for (int key = 0; key < keys; key++) elements.add(new TimedElement(key, key, 0, 0));
    var source = new TimedSource(List.of(elements), false, 0, false);
    List<String> model = new ArrayList<>();
    int kind = random.nextInt(3);
    for (TimedElement element : elements) {
      model.add(words(element.key(), element.second()));
      if (kind == 1) model.add(words(element.key(), element.second() - size / 2));
    }
    Windows windows = switch (kind) {
      case 0 -> Windows.tumbling(Duration.ofSeconds(size));
      case 1 -> Windows.sliding(Duration.ofSeconds(size), Duration.ofSeconds(size / 2));
      default -> Windows.sessions(Duration.ofSeconds(size));
    };
    Pipeline<Pane<Integer, Long>> panes = TimedSteps.some(random, source.timed()).keyBy(TimedElement::key)
        .window(windows).count().async();
    return new TimedJob(keys + " keys in " + windows, TimedScene.of(source), new Watch(),
        panes.map(pane -> words(pane.key(), pane.window().start().getEpochSecond())), model, 0, 0);
  }

  private static String words(int key, long start) {
    return key + " from " + start;
  }
}
