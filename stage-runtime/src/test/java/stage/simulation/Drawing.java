package stage.simulation;

import java.util.ArrayList;
import java.util.List;
import stage.api.supervision.Strategy;
import stage.runtime.simulation.Choices;
import stage.runtime.simulation.SimulationOptions;

/** Draws what a run is made of. */
final class Drawing {
  /** Short ones end in many ways; in long ones much happens to the same stage. */
  private enum Length {
    SHORT(25, 1),
    MIDDLING(200, 6),
    LONG(1500, 12),
    LONGEST(5000, 30);

    private final int events;   // of a source, less than this
    private final int faults;   // times as many

    Length(int events, int faults) {
      this.events = events;
      this.faults = faults;
    }
  }

  /**
   * Some bugs need several things at once that seldom come together by chance: in some runs they are there for certain.
   */
  private enum Theme {
    NONE,
    TASKS,        // that fail, wait, and are left in the midst
    LATECOMERS,   // at broadcasts, when all ends
    ENDS,         // of who is backing off, where little is to be done
    GROUPS        // that are restarted, while some crash and some are stopped
  }

  private static final int PATIENCE = 400;   // steps, in short runs

  private final Choices choices;
  private final Length length;
  private final Theme theme;

  private Drawing(Choices choices) {
    this.choices = choices;
    this.length = Length.values()[choices.next(4)];
    this.theme = Theme.values()[Math.max(0, choices.next(8) - 3)];
  }

  static Plan draw(Choices choices) {
    return new Drawing(choices).plan();
  }

  private boolean oneIn(int many) {
    return choices.next(many) == 1;
  }

  private boolean isAbout(Theme... themes) {
    return List.of(themes).contains(theme);
  }

  private Plan plan() {
    List<Plan.Node> nodes = nodes();
    var strategy = switch (theme) {
      case ENDS -> Strategy.ONE_FOR_ONE;
      case GROUPS -> oneIn(2) ? Strategy.ONE_FOR_ALL : Strategy.REST_FOR_ONE;
      case NONE, TASKS, LATECOMERS -> Strategy.values()[choices.next(3)];
    };
    int intensity = oneIn(2) && isAbout(Theme.NONE) ? choices.next(5) : 1000;
    int attempts = oneIn(4) ? 0 : 1 + choices.next(isAbout(Theme.TASKS) ? 1 : 4);
    boolean backoff = oneIn(2) || isAbout(Theme.ENDS);
    boolean nested = oneIn(2) || isAbout(Theme.GROUPS);
    boolean endsEarly = oneIn(2) && !isAbout(Theme.GROUPS) || isAbout(Theme.TASKS, Theme.LATECOMERS, Theme.ENDS);
    Plan.Ending ending = endsEarly ? Plan.Ending.values()[choices.next(4)] : Plan.Ending.JOIN;
    boolean isBrutal = oneIn(5) || isAbout(Theme.TASKS, Theme.LATECOMERS);
    Plan.Haste haste = isBrutal ? Plan.Haste.NO_TIME : oneIn(3) ? Plan.Haste.SOME : Plan.Haste.ALL_THE_TIME;
    boolean slow = oneIn(4) || isAbout(Theme.ENDS);
    boolean exceeds = oneIn(3) || isAbout(Theme.LATECOMERS, Theme.GROUPS);
    boolean hurried = oneIn(2) && !isAbout(Theme.ENDS);
    var options = new SimulationOptions(oneIn(2), oneIn(4), 1 + choices.next(2) * choices.next(6), 1_000_000);
    var plan = new Plan(nodes, strategy, intensity, attempts, backoff, nested, faults(), ending,
        PATIENCE * length.faults, haste, slow, exceeds, hurried,
        1 + choices.next(2), options);
    if (oneIn(4)) bridge(plan.nodes());
    return plan;
  }

  private List<Plan.Node> nodes() {
    List<Plan.Node> nodes = new ArrayList<>();
    int sources = 1 + choices.next(2);
    int middles = choices.next(3);
    int sinks = 1 + choices.next(3);
    for (int i = 0; i < sources; i++) {
      Plan.Kind kind = isAbout(Theme.ENDS) ? Plan.Kind.SOURCE : Plan.Kind.values()[choices.next(4)];
      Plan.Dispatching dispatch = isAbout(Theme.LATECOMERS) ? Plan.Dispatching.BROADCAST : dispatch();
      nodes.add(new Plan.Node(i, kind, dispatch, choices.next(length.events), List.of(), 0, 0, false, false, false));
    }
    for (int i = 0; i < middles + sinks; i++) {
      boolean middle = i < middles;
      int index = sources + i;
      int above = middle ? index : sources + middles;
      List<Integer> inputs = new ArrayList<>();
      int first = choices.next(above);
      inputs.add(first);
      if (above > 1 && oneIn(3)) inputs.add((first + 1 + choices.next(above - 1)) % above);
      int demand = 1 + choices.next(8);
      boolean tasks = oneIn(4) || isAbout(Theme.TASKS);
      Plan.Kind kind =
          middle ? tasks ? Plan.Kind.MIDDLE_TASKS : Plan.Kind.MIDDLE : tasks ? Plan.Kind.SINK_TASKS : Plan.Kind.SINK;
      nodes.add(new Plan.Node(index, kind, dispatch(), 0, List.copyOf(inputs), demand, choices.next(demand), oneIn(2),
          oneIn(4), false));
    }
    // Who has no consumer would never end: the last sink takes those too.
    List<Integer> left = new ArrayList<>();
    for (Plan.Node node : nodes)
      if (!node.kind().isSink() && nodes.stream().noneMatch(other -> other.inputs().contains(node.index())))
        left.add(node.index());
    Plan.Node last = nodes.removeLast();
    left.addAll(0, last.inputs());
    nodes.add(new Plan.Node(last.index(), last.kind(), last.dispatch(), 0, List.copyOf(left), last.demand(),
        last.least(), last.unordered(), last.commits(), false));
    // A partition that nobody takes would keep its producer forever.
    nodes.replaceAll(
        node -> node.dispatch() != Plan.Dispatching.PARTITION || isTaken(nodes, node, 0) && isTaken(nodes, node, 1)
            ? node : node.byDemand());
    return nodes;
  }

  private Plan.Dispatching dispatch() {
    return oneIn(2) ? Plan.Dispatching.values()[choices.next(3)] : Plan.Dispatching.DEMAND;
  }

  private static boolean isTaken(List<Plan.Node> nodes, Plan.Node node, int partition) {
    return nodes.stream().anyMatch(other -> other.inputs().contains(node.index()) && other.index() % 2 == partition);
  }

  /**
   * Has some subscriptions go by way of Flow, where no partition can be named. With a second one that ends first, who
   * is subscribed would have ended before.
   */
  private void bridge(List<Plan.Node> nodes) {
    nodes.replaceAll(node -> {
      boolean isOffered =
          node.inputs().size() == 1 && nodes.get(node.inputs().getFirst()).dispatch() != Plan.Dispatching.PARTITION;
      return isOffered && oneIn(2) ? node.bridged() : node;
    });
  }

  private Plan.Faults faults() {
    int crashes = oneIn(2) || isAbout(Theme.GROUPS) ? 1 + choices.next(12 * length.faults) : 0;
    int chaos =
        oneIn(2) || isAbout(Theme.ENDS, Theme.LATECOMERS, Theme.GROUPS) ? 1 + choices.next(8 * length.faults) : 0;
    boolean hangs = oneIn(3) || isAbout(Theme.TASKS, Theme.GROUPS);
    boolean poison = oneIn(3) || isAbout(Theme.TASKS);
    boolean kills = oneIn(2) || isAbout(Theme.ENDS, Theme.GROUPS);
    boolean stops = oneIn(3) || isAbout(Theme.ENDS, Theme.GROUPS);
    boolean cancels = oneIn(3) || isAbout(Theme.LATECOMERS);
    boolean latecomers = oneIn(2) || isAbout(Theme.LATECOMERS);
    return new Plan.Faults(crashes, oneIn(2), oneIn(2), oneIn(2), oneIn(2), oneIn(2), hangs, poison, chaos, kills,
        oneIn(2), oneIn(2), oneIn(2), stops, cancels, latecomers);
  }
}
