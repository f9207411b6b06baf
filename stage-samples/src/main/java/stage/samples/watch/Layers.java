package stage.samples.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.observe.TreeSnapshot;

/** Puts the stages of a tree into layers: each behind all that it takes events from. */
final class Layers {
  private Layers() {}

  static List<List<StageSnapshot>> of(TreeSnapshot tree) {
    Map<String, Integer> depths = new HashMap<>();
    // A stage starts after those it is subscribed to as a rule; where it does not, or in a circle, as many passes as
    // there are stages are enough.
    boolean changed = true;
    for (int pass = 0; changed && pass < tree.stages().size(); pass++) {
      changed = false;
      for (SubscriptionSnapshot edge : tree.subscriptions()) {
        int depth = depths.getOrDefault(edge.producer(), 0) + 1;
        if (depth <= depths.getOrDefault(edge.consumer(), 0) || depth >= tree.stages().size()) continue;
        depths.put(edge.consumer(), depth);
        changed = true;
      }
    }
    List<List<StageSnapshot>> layers = new ArrayList<>();
    for (StageSnapshot stage : tree.stages()) {
      int depth = depths.getOrDefault(stage.path(), 0);
      while (layers.size() <= depth) layers.add(new ArrayList<>());
      layers.get(depth).add(stage);
    }
    layers.removeIf(List::isEmpty);
    return layers;
  }
}
