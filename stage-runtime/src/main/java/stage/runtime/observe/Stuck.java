package stage.runtime.observe;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import stage.api.StageActivity;
import stage.api.StageSnapshot;
import stage.api.observe.BlockedCall;
import stage.api.observe.Finding;
import stage.api.observe.TreeSnapshot;

/**
 * Finds the stages that hold up others, in the graph of which stage waits for which. Stages that move, and those that
 * wait only for them, are left out. Among the rest, a cycle is a deadlock, and a stage that waits for no other stage is
 * a culprit; its victims are the stages from which a path leads to it.
 *
 * <p>Each stage and each edge is looked at a fixed number of times, except to find the victims, which is done for each
 * culprit. There is no recursion, since a pipeline may be a thousand stages long.
 */
final class Stuck {
  /** A stage in the graph. */
  private static final class Node {
    private final int number;
    private final String path;
    private final Standing standing;
    private final List<Node> targets = new ArrayList<>();
    private final List<Node> waiters = new ArrayList<>();
    private int targetsThatGoOn;
    private boolean goesOn;
    private int next;               // of its targets, while circles are looked for
    private int depth = UNSEEN;     // its position on the current path
    private int heldBy = UNSEEN;    // number of the last culprit found to hold it up
    private int distance;           // from that culprit

    Node(int number, String path, Standing standing) {
      this.number = number;
      this.path = path;
      this.standing = standing;
    }
  }

  private static final int UNSEEN = -1;
  private static final int DONE = -2;

  private final Stand stand;
  private final Map<String, Node> nodes;

  private Stuck(Stand stand, TreeSnapshot tree) {
    this.stand = stand;
    this.nodes = LinkedHashMap.newLinkedHashMap(tree.stages().size());
  }

  /**
   * {@return what is stuck: circles first, then the culprits that keep most stages waiting; empty if nothing is}
   *
   * @param stand how each stage stands
   * @param tree the stages
   */
  static List<Finding> find(Stand stand, TreeSnapshot tree) {
    var stuck = new Stuck(stand, tree);
    stuck.link(tree);
    stuck.letGoOn();
    List<Finding> found = new ArrayList<>(stuck.circles());
    List<Finding.RootCause> causes = new ArrayList<>();
    for (Node node : stuck.nodes.values()) {
      if (node.standing instanceof Standing.Culprit culprit) causes.add(stuck.rootCause(node, culprit, tree));
    }
    causes.sort(Comparator.comparingInt(cause -> -cause.victims().size()));
    found.addAll(causes);
    return found;
  }

  // ---- the graph

  private void link(TreeSnapshot tree) {
    for (StageSnapshot stage : tree.stages()) node(stage.path());
    for (Node node : List.copyOf(nodes.values())) {
      if (!(node.standing instanceof Standing.Waiting waiting)) continue;
      for (Standing.Edge edge : waiting.edges()) {
        Node target = node(edge.to());   // may be another scope's
        node.targets.add(target);
        target.waiters.add(node);
      }
    }
  }

  private Node node(String path) {
    Node known = nodes.get(path);
    if (known != null) return known;
    var node = new Node(nodes.size(), path, stand.of(path));
    nodes.put(path, node);
    return node;
  }

  /** Removes all stages that go on, so that those that are stuck remain. */
  private void letGoOn() {
    Queue<Node> found = new ArrayDeque<>();
    for (Node node : nodes.values()) {
      if (!(node.standing instanceof Standing.Fine)) continue;
      node.goesOn = true;
      found.add(node);
    }
    while (!found.isEmpty()) {
      for (Node waiter : found.remove().waiters) {
        waiter.targetsThatGoOn++;
        boolean isForAny = ((Standing.Waiting) waiter.standing).isForAny();
        if (waiter.goesOn || !isForAny && waiter.targetsThatGoOn < waiter.targets.size()) continue;
        waiter.goesOn = true;
        found.add(waiter);
      }
    }
  }

  // ---- circles

  private List<Finding.Deadlock> circles() {
    Map<Set<String>, Finding.Deadlock> circles = new LinkedHashMap<>();
    for (Node start : nodes.values()) {
      List<Node> way = new ArrayList<>();
      enter(start, way);
      while (!way.isEmpty()) {
        Node last = way.getLast();
        if (last.next == last.targets.size()) {
          way.removeLast().depth = DONE;
          continue;
        }
        Node to = last.targets.get(last.next++);
        if (to.depth >= 0) addCircle(way.subList(to.depth, way.size()), circles);
        else enter(to, way);
      }
    }
    return List.copyOf(circles.values());
  }

  /** Goes on to a stage, unless it was visited before or is not stuck. */
  private static void enter(Node node, List<Node> way) {
    if (node.depth != UNSEEN || node.goesOn) return;
    node.depth = way.size();
    way.add(node);
  }

  private static void addCircle(List<Node> members, Map<Set<String>, Finding.Deadlock> circles) {
    Set<String> paths = new LinkedHashSet<>();
    List<Finding.Deadlock.Step> cycle = new ArrayList<>();
    for (Node node : members) {
      paths.add(node.path);
      Standing.Edge edge = ((Standing.Waiting) node.standing).edges().get(node.next - 1);
      cycle.add(new Finding.Deadlock.Step(node.path, edge.reason()));
    }
    circles.putIfAbsent(paths, new Finding.Deadlock(cycle));
  }

  // ---- culprits

  private Finding.RootCause rootCause(Node end, Standing.Culprit culprit, TreeSnapshot tree) {
    List<Node> heldUp = heldUp(end);
    List<Finding.Victim> victims = new ArrayList<>(heldUp.size());
    for (BlockedCall call : tree.calls()) {
      Node target = nodes.get(call.target());
      if (call.isStage() || call.method().equals("join()") || target == null || target.heldBy != end.number) continue;
      // A thread outside is stuck with the stage that it called.
      victims.add(new Finding.Victim("thread " + call.caller(), Optional.empty(), call.blocked(), 0));
    }
    for (Node node : heldUp) victims.add(victim(node));
    return new Finding.RootCause(end.path, culprit.kind(), culprit.lasted(), victims, culprit.detail(),
        culprit.stack());
  }

  /** {@return the stages from which a path leads to a culprit, the farthest first} */
  private static List<Node> heldUp(Node culprit) {
    List<Node> found = new ArrayList<>();
    reach(culprit, culprit, 0, found);
    for (int i = 0; i < found.size(); i++) {
      for (Node waiter : found.get(i).waiters) {
        if (!waiter.goesOn && waiter.heldBy != culprit.number) reach(waiter, culprit, found.get(i).distance + 1, found);
      }
    }
    List<Node> others = found.subList(1, found.size());
    others.sort(Comparator.comparingInt((Node node) -> -node.distance).thenComparingInt(node -> node.number));
    return others;
  }

  private static void reach(Node node, Node culprit, int distance, List<Node> found) {
    node.heldBy = culprit.number;
    node.distance = distance;
    found.add(node);
  }

  private Finding.Victim victim(Node node) {
    StageSnapshot stage = stand.stage(node.path);
    StageActivity activity = stage.activity();
    return new Finding.Victim(node.path, activity.waitsFor(),
        activity.waitsFor().isEmpty() ? stand.lastedInCallback(stage) : activity.waiting(),
        stand.heldWindows(stage, node.standing));
  }
}
