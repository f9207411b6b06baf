package stage.runtime.observe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stage.api.StageSnapshot;
import stage.api.observe.BlockedCall;
import stage.api.observe.Finding;
import stage.api.observe.TreeSnapshot;

/**
 * Follows from each stage that stands still who waits for whom, to where that ends: at a stage whose reason is its own,
 * or where the way has been before.
 */
final class Stuck {
  /** The end of some ways, and who is on them: how many steps away at most. */
  private record End(Standing.Culprit culprit, Map<String, Integer> victims) {}

  private final Stand stand;
  private final Map<String, End> ends = new LinkedHashMap<>();   // by the culprit's path
  private final Map<Set<String>, Finding.Deadlock> circles = new LinkedHashMap<>();

  private Stuck(Stand stand) {
    this.stand = stand;
  }

  /**
   * {@return what is stuck, circles first, then what keeps most stages waiting; empty if nothing is}
   *
   * @param stand how each stage stands
   * @param tree the stages
   */
  static List<Finding> find(Stand stand, TreeSnapshot tree) {
    var stuck = new Stuck(stand);
    for (StageSnapshot stage : tree.stages()) stuck.walk(stage.path());
    for (BlockedCall call : tree.calls()) if (!call.isStage() && !call.method().equals("join()")) stuck.addCaller(call);
    List<Finding> found = new ArrayList<>(stuck.circles.values());
    stuck.ends.entrySet().stream()
        .map(end -> stuck.rootCause(end.getKey(), end.getValue()))
        .sorted(Comparator.comparingInt((Finding.RootCause cause) -> -cause.victims().size()))
        .forEach(found::add);
    return found;
  }

  // In a loop: a pipeline may be a thousand stages long, and the stack of a virtual thread is the heap's.

  /** One step of a way: a stage, and those it waits for that have not been tried yet. */
  private record Step(String stage, List<Standing.Edge> edges, int[] next) {}

  private void walk(String start) {
    List<Step> way = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>();
    enter(start, way, seen);
    while (!way.isEmpty()) {
      Step last = way.getLast();
      if (last.next[0] == last.edges.size()) {
        way.removeLast();
        continue;
      }
      String to = last.edges.get(last.next[0]++).to();
      int at = indexOf(to, way);
      if (at >= 0) circle(way.subList(at, way.size()));
      else enter(to, way, seen);
    }
  }

  private static int indexOf(String stage, List<Step> way) {
    for (int i = 0; i < way.size(); i++) if (way.get(i).stage.equals(stage)) return i;
    return -1;
  }

  /** Goes on to a stage, or finds that the way ends there. */
  private void enter(String stage, List<Step> way, Set<String> seen) {
    switch (stand.of(stage)) {
      case Standing.Fine fine -> {}
      case Standing.Culprit culprit -> {
        End end = ends.computeIfAbsent(stage, none -> new End(culprit, new LinkedHashMap<>()));
        for (int i = 0; i < way.size(); i++) end.victims.merge(way.get(i).stage, way.size() - i, Math::max);
      }
      case Standing.Waiting(var edges) -> {
        if (seen.add(stage)) way.add(new Step(stage, edges, new int[1]));
      }
    }
  }

  private void circle(List<Step> steps) {
    Set<String> members = new LinkedHashSet<>();
    List<Finding.Deadlock.Step> cycle = new ArrayList<>();
    for (Step step : steps) {
      members.add(step.stage);
      cycle.add(new Finding.Deadlock.Step(step.stage, step.edges.get(step.next[0] - 1).reason()));
    }
    circles.putIfAbsent(members, new Finding.Deadlock(cycle));
  }

  /** A thread outside is stuck with the stage that it called. */
  private void addCaller(BlockedCall call) {
    ends.forEach((path, end) -> {
      if (path.equals(call.target()) || end.victims.containsKey(call.target())) {
        end.victims.merge("thread " + call.caller(), 1 + end.victims.getOrDefault(call.target(), 0), Math::max);
        callers.put("thread " + call.caller(), call.blocked());
      }
    });
  }

  private final Map<String, Duration> callers = new LinkedHashMap<>();

  private Finding.RootCause rootCause(String path, End end) {
    List<Finding.Victim> victims = new ArrayList<>();
    end.victims.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .forEach(victim -> victims.add(victim(victim.getKey())));
    Standing.Culprit culprit = end.culprit;
    return new Finding.RootCause(path, culprit.kind(), culprit.lasted(), victims, culprit.detail(), culprit.stack());
  }

  private Finding.Victim victim(String name) {
    StageSnapshot stage = stand.stage(name);
    if (stage == null) return new Finding.Victim(name, Optional.empty(), callers.getOrDefault(name, Duration.ZERO), 0);
    return new Finding.Victim(name, stage.activity().waitsFor(), stage.activity().waiting(), stand.heldWindows(stage));
  }
}
