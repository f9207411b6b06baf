package stage.simulation;

import java.util.List;

/** The rare states that an exploration must get to. */
final class Marks {
  static final List<String> EXPECTED = List.of("a latecomer", "abandoned", "called", "called in vain", "cancelled a subscription", "chaos came too late",
      "chaos was told of a failure", "crashed in a cast", "crashed in generate", "crashed in kill", "crashed in onComplete", "crashed in onDemand",
      "crashed in onEvents", "crashed in onStart", "crashed in onSubscribe", "dead letter", "dropped", "ended: Completed", "ended: Crashed",
      "ended: ProducerFailed", "ended: Stopped", "gave up", "handed in too late", "ignored an interrupt", "killed", "replaced", "restarted", "stopped");

  private Marks() {}
}
