package stage.runtime.observe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import stage.api.StageSnapshot;
import stage.api.observe.Finding;
import stage.api.observe.SupervisorSnapshot;
import stage.api.observe.TreeSnapshot;

/** Finds the supervisors that are closing and wait for stages to end. */
final class Closings {
  private static final int MOST = 10;

  private Closings() {}

  /** {@return a few of those that are closing; not those below one that is: their stages are its own} */
  static List<Finding> find(TreeSnapshot tree) {
    Map<String, Duration> closing = new HashMap<>();
    for (SupervisorSnapshot each : tree.supervisors()) each.closesIn().ifPresent(in -> closing.put(each.path(), in));
    if (closing.isEmpty()) return List.of();
    Map<String, List<String>> left = new LinkedHashMap<>();
    for (StageSnapshot stage : tree.stages()) {
      String highest = highest(stage.path(), closing);
      if (highest != null) left.computeIfAbsent(highest, path -> new ArrayList<>()).add(stage.path());
    }
    List<Finding> found = new ArrayList<>();
    left.entrySet().stream().limit(MOST)
        .forEach(each -> found.add(new Finding.Closing(each.getKey(), closing.get(each.getKey()), each.getValue())));
    return found;
  }

  private static String highest(String stage, Map<String, Duration> closing) {
    for (int end = stage.indexOf('/'); end >= 0; end = stage.indexOf('/', end + 1)) {
      String above = stage.substring(0, end);
      if (closing.containsKey(above)) return above;
    }
    return null;
  }
}
