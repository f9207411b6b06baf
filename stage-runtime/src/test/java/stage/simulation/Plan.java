package stage.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import stage.api.Shutdown;
import stage.api.supervision.Strategy;
import stage.runtime.simulation.SimulationOptions;

/**
 * What one run is made of: drawn before it begins, by {@link Drawing}.
 *
 * @param patience how many steps there are at most until the end that somebody makes
 * @param haste how long a stage or the scope may take to end
 * @param slow whether sources take their time, and chaos too
 * @param exceeds whether sources emit more than is asked for, now and then
 * @param hurried whether chaos leaves the stages little time between its acts
 * @param actors how many do chaos at the same time
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
    int patience,
    Haste haste,
    boolean slow,
    boolean exceeds,
    boolean hurried,
    int actors,
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
  record Node(int index, Kind kind, Dispatching dispatch, int events, List<Integer> inputs, int demand, int least,
      boolean unordered, boolean commits, boolean isBridged) {
    Node byDemand() {
      return new Node(index, kind, Dispatching.DEMAND, events, inputs, demand, least, unordered, commits, isBridged);
    }

    Node bridged() {
      return new Node(index, kind, dispatch, events, inputs, demand, least, unordered, commits, true);
    }

    /** {@return whether it does what only operators of the runtime may do} */
    boolean operates() {
      return kind == Kind.MIDDLE && unordered;
    }

    /** {@return those that it subscribes to itself} */
    List<Integer> ownInputs() {
      return isBridged ? List.of() : inputs;
    }

    String name() {
      return kind.label + index;
    }
  }

  /**
   * Which harm is done, and how often at most. Each kind is off in half of the runs: mixed faults hide bugs that need
   * one of them often.
   */
  record Faults(int crashes, boolean before, boolean within, boolean after, boolean onStart, boolean onStop,
      boolean hangs, boolean poison, int chaos,
      boolean kills, boolean pauses, boolean messages, boolean replaces, boolean stops, boolean cancels,
      boolean latecomers) {}

  enum Haste {
    NO_TIME(Shutdown.brutal(), Duration.ZERO),
    SOME(Shutdown.DEFAULT, Duration.ofSeconds(5)),
    ALL_THE_TIME(Shutdown.DEFAULT, Duration.ofDays(1));   // so that it is seen who would not end without a deadline

    final Shutdown ofStages;
    final Duration ofScope;

    Haste(Shutdown ofStages, Duration ofScope) {
      this.ofStages = ofStages;
      this.ofScope = ofScope;
    }
  }

  enum Ending {
    JOIN,
    CLOSE,
    DRAIN,
    STOP
  }

  /**
   * {@return the nodes from a sink up to the only source whose events it gets, if they get there in order: by one way,
   * and not shared with others on it; else none}
   */
  List<Node> wayTo(Node sink) {
    List<Node> way = new ArrayList<>(List.of(sink));
    while (!way.getLast().kind().isSource()) {
      Node at = way.getLast();
      if (at.inputs().size() != 1 || at.kind() == Kind.MIDDLE_TASKS && at.unordered()) return List.of();
      Node above = nodes.get(at.inputs().getFirst());
      if (consumersOf(above) > 1 && above.dispatch() != Dispatching.BROADCAST) return List.of();
      way.add(above);
    }
    return way;
  }

  long consumersOf(Node producer) {
    return nodes.stream().filter(other -> other.inputs().contains(producer.index())).count();
  }

  boolean hasBridges() {
    return nodes.stream().anyMatch(node -> node.isBridged() || node.kind() == Kind.PUBLISHED);
  }
}
