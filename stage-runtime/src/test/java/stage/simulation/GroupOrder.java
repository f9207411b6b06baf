package stage.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import stage.api.supervision.Strategy;

/**
 * Whom a crash takes along, and in which order: the reference model of group restarts of one supervisor, in the
 * plainest words. Those who are stopped for a group are stopped one at a time, the last one to have been started first;
 * then all are started again, the first one first; a crash in between begins anew.
 */
final class GroupOrder {
  private static final int NOBODY = -1;

  private final Strategy strategy;
  private final Consumer<String> problem;
  private final Map<String, Integer> places = new HashMap<>();   // in start order, by path
  private final Set<String> begun = new HashSet<>();             // of those, who has been started at least once
  private final Set<String> held = new HashSet<>();              // have ended for a group, and are not started again
  // their onStop may begin at any time: they have crashed, or were asked before a crash
  private final Set<String> exempt = new HashSet<>();
  // crashes that were not answered with a restart yet, by path
  private final Map<String, Integer> owed = new HashMap<>();
  private int lastStopped = Integer.MAX_VALUE;
  private int lastStarted = NOBODY;
  private int firstCrashed = Integer.MAX_VALUE;                  // of those for whom the group is restarted
  // the scope ends, so nothing is restarted in order any more
  private boolean isOver;

  /** @param problem is told of what must not be; to throw would only be one more failure of user code */
  GroupOrder(Strategy strategy, Consumer<String> problem) {
    this.strategy = strategy;
    this.problem = problem;
  }

  /** I8: a stage is about to be started for the first time, and all that were named before have been. */
  void isNext(String path) {
    if (begun.size() < places.size())
      fail(path + " is to be started before " + places.keySet() + " were; there have been " + begun);
    places.put(path, places.size());
  }

  void over() {
    isOver = true;
  }

  void crashed(String path) {
    owed.merge(path, 1, Integer::sum);
    lastStopped = Integer.MAX_VALUE;
    lastStarted = NOBODY;
    if (!places.containsKey(path)) return;   // one that joined later
    firstCrashed = Math.min(firstCrashed, places.get(path));
    exempt.add(path);
    if (strategy != Strategy.ONE_FOR_ONE) held.add(path);
  }

  /** A stage was asked to stop for a group, and has not done so when another one crashes and the order begins anew. */
  void isAsked(String path) {
    exempt.add(path);
  }

  /** I7: a bystander keeps its incarnation. */
  void restarted(String path) {
    if (strategy == Strategy.ONE_FOR_ONE && !isOver && owed.getOrDefault(path, 0) == 0)
      fail(path + " was restarted, but has not crashed");
    owed.remove(path);
  }

  /**
   * I8: in reverse start order, and under rest for one only those that come later. Its onStop begins, and it is to be
   * started again with others.
   */
  void stopsForGroup(String path) {
    Integer place = places.get(path);
    if (place == null || isOver) return;
    held.add(path);
    if (exempt.remove(path)) return;
    if (strategy == Strategy.ONE_FOR_ONE) fail(path + " was stopped for another one");
    if (strategy == Strategy.REST_FOR_ONE && place < firstCrashed) fail(path + " was stopped for one that comes later");
    if (place >= lastStopped) fail(path + " was stopped after one that comes earlier");
    lastStopped = place;
    lastStarted = NOBODY;
  }

  /** I8: in start order. Its next incarnation begins. */
  void begins(String path) {
    exempt.remove(path);
    if (places.containsKey(path)) begun.add(path);
    if (!held.remove(path) || isOver) return;
    int place = places.get(path);
    if (place <= lastStarted) fail(path + " was started after one that comes later");
    lastStarted = place;
    lastStopped = Integer.MAX_VALUE;
    if (held.isEmpty()) firstCrashed = Integer.MAX_VALUE;
  }

  private void fail(String what) {
    problem.accept(what + "; the strategy is " + strategy + ", the start order " + places + ", held are " + held);
  }
}
