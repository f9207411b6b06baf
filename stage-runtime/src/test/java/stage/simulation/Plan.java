package stage.simulation;

import java.util.ArrayList;
import java.util.List;
import stage.api.supervision.Strategy;
import stage.runtime.time.Choices;
import stage.runtime.time.SimulationOptions;

/**
 * What one run is made of: drawn before it begins.
 *
 * @param slow whether sources take their time, and chaos too
 * @param exceeds whether sources emit more than is asked for, now and then
 */
record Plan(
    List<Node> nodes,
    Strategy strategy,
    int intensity,
    int attempts,
    boolean backoff,
    boolean nested,
    Faults faults,
    Ending ending,
    boolean brutal,
    boolean slow,
    boolean exceeds,
    SimulationOptions options) {

  enum Kind {
    SOURCE,
    GENERATOR,
    HANDED,
    PUBLISHED,
    MIDDLE,
    MIDDLE_TASKS,
    SINK,
    SINK_TASKS;

    private final String label = name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');

    boolean isSource() {
      return this == SOURCE || this == GENERATOR || this == HANDED || this == PUBLISHED;
    }

    boolean isMiddle() {
      return this == MIDDLE || this == MIDDLE_TASKS;
    }

    boolean isSink() {
      return this == SINK || this == SINK_TASKS;
    }

    boolean hasTasks() {
      return this == MIDDLE_TASKS || this == SINK_TASKS;
    }
  }

  /** Short ones end in many ways; in long ones much happens to the same stage. */
  private enum Length {
    SHORT(25, 1),
    MIDDLING(200, 6),
    LONG(1000, 10),
    LONGEST(3000, 20);

    private final int events;   // of a source, less than this
    private final int faults;   // times as many

    Length(int events, int faults) {
      this.events = events;
      this.faults = faults;
    }
  }

  enum Dispatching {
    DEMAND,
    BROADCAST,
    PARTITION
  }

  /**
   * A stage.
   *
   * @param events how many a source emits
   * @param inputs to which nodes it is subscribed
   * @param demand how much it asks for at a time, and the least
   * @param isBridged whether its input comes by way of Flow
   */
  record Node(int index, Kind kind, Dispatching dispatch, int events, List<Integer> inputs, int demand, int least, boolean unordered, boolean commits, boolean isBridged) {
    Node byDemand() {
      return new Node(index, kind, Dispatching.DEMAND, events, inputs, demand, least, unordered, commits, isBridged);
    }

    Node bridged() {
      return new Node(index, kind, dispatch, events, inputs, demand, least, unordered, commits, true);
    }

    /** {@return those that it subscribes to itself} */
    List<Integer> ownInputs() {
      return isBridged ? List.of() : inputs;
    }

    String name() {
      return kind.label + index;
    }
  }

  /** Which harm is done, and how often at most. Each kind is off in half of the runs: mixed faults hide bugs that need one of them often. */
  record Faults(int crashes, boolean before, boolean within, boolean after, boolean onStart, boolean onStop, boolean hangs, boolean poison, int chaos,
      boolean kills, boolean pauses, boolean messages, boolean replaces, boolean stops, boolean cancels, boolean latecomers) {}

  enum Ending {
    JOIN,
    CLOSE,
    DRAIN,
    STOP
  }

  static Plan draw(Choices choices) {
    List<Node> nodes = new ArrayList<>();
    Length length = Length.values()[choices.next(4)];
    int sources = 1 + choices.next(2);
    int middles = choices.next(3);
    int sinks = 1 + choices.next(3);
    for (int i = 0; i < sources; i++) {
      Kind kind = Kind.values()[choices.next(4)];
      nodes.add(new Node(i, kind, dispatch(choices), choices.next(length.events), List.of(), 0, 0, false, false, false));
    }
    for (int i = 0; i < middles + sinks; i++) {
      boolean middle = i < middles;
      int index = sources + i;
      int above = middle ? index : sources + middles;
      List<Integer> inputs = new ArrayList<>();
      int first = choices.next(above);
      inputs.add(first);
      if (above > 1 && choices.next(3) == 1) inputs.add((first + 1 + choices.next(above - 1)) % above);
      int demand = 1 + choices.next(8);
      boolean tasks = choices.next(5) == 1;
      Kind kind = middle ? tasks ? Kind.MIDDLE_TASKS : Kind.MIDDLE : tasks ? Kind.SINK_TASKS : Kind.SINK;
      nodes.add(new Node(index, kind, dispatch(choices), 0, List.copyOf(inputs), demand, choices.next(demand), choices.next(2) == 1, choices.next(4) == 1, false));
    }
    // Who has no consumer would never end: the last sink takes those too.
    List<Integer> left = new ArrayList<>();
    for (Node node : nodes) if (!node.kind().isSink() && nodes.stream().noneMatch(other -> other.inputs().contains(node.index()))) left.add(node.index());
    Node last = nodes.removeLast();
    left.addAll(0, last.inputs());
    nodes.add(new Node(last.index(), last.kind(), last.dispatch(), 0, List.copyOf(left), last.demand(), last.least(), last.unordered(), last.commits(), false));
    // A partition that nobody takes would keep its producer for ever.
    nodes.replaceAll(node -> node.dispatch() != Dispatching.PARTITION || isTaken(nodes, node, 0) && isTaken(nodes, node, 1) ? node : node.byDemand());
    var plan = new Plan(nodes, Strategy.values()[choices.next(3)], choices.next(2) == 0 ? 1000 : choices.next(5), choices.next(6) == 1 ? 0 : 1 + choices.next(4),
        choices.next(2) == 1, choices.next(3) == 1, faults(choices, length.faults), Ending.values()[choices.next(3) == 0 ? choices.next(4) : 0], choices.next(8) == 1, choices.next(4) == 1, choices.next(3) == 1,
        new SimulationOptions(choices.next(2) == 1, choices.next(4) == 1, 1 + choices.next(2) * choices.next(6), 1_000_000));
    if (choices.next(4) == 1) plan.bridge(choices);
    return plan;
  }

  /** Has some subscriptions go by way of Flow, where no partition can be named. With a second one that ends first, who is subscribed would have ended before. */
  private void bridge(Choices choices) {
    nodes.replaceAll(node -> {
      boolean isOffered = node.inputs().size() == 1 && nodes.get(node.inputs().getFirst()).dispatch() != Dispatching.PARTITION;
      return isOffered && choices.next(2) == 1 ? node.bridged() : node;
    });
  }

  boolean hasBridges() {
    return nodes.stream().anyMatch(node -> node.isBridged() || node.kind() == Kind.PUBLISHED);
  }

  private static boolean isTaken(List<Node> nodes, Node node, int partition) {
    return nodes.stream().anyMatch(other -> other.inputs().contains(node.index()) && other.index() % 2 == partition);
  }

  private static Dispatching dispatch(Choices choices) {
    return choices.next(3) == 1 ? Dispatching.values()[choices.next(3)] : Dispatching.DEMAND;
  }

  private static Faults faults(Choices choices, int times) {
    return new Faults(flag(choices) ? 1 + choices.next(12 * times) : 0, flag(choices), flag(choices), flag(choices), flag(choices), flag(choices),
        choices.next(4) == 1, choices.next(4) == 1, flag(choices) ? 1 + choices.next(8 * times) : 0, flag(choices), flag(choices), flag(choices), flag(choices),
        choices.next(3) == 1, choices.next(3) == 1, choices.next(3) == 1);
  }

  private static boolean flag(Choices choices) {
    return choices.next(2) == 1;
  }
}
