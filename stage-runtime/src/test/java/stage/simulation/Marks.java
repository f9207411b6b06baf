package stage.simulation;

import java.util.List;

/** The rare states that an exploration must get to. */
final class Marks {
  static final List<String> EXPECTED = List.of(
      "a group restart began anew", "a latecomer", "abandoned", "bridged", "called", "called in vain",
      "cancelled a subscription",
      "chaos came too late", "chaos was told of a failure", "crashed again on the same events", "crashed at the end",
      "crashed in a bridge",
      "crashed in a cast", "crashed in a timer", "crashed in generate", "crashed in kill", "crashed in onComplete",
      "crashed in onDemand",
      "crashed in onEvents", "crashed in onStart", "crashed in onSubscribe", "crashed while another was held",
      "crashed with all that it may hold",
      "dead letter", "dead letter at the end", "dropped", "given up on in its turn", "left in its lane",
      "output went on", "output went on after the end", "told of progress", "ended: Completed", "ended: Crashed",
      "ended: ProducerFailed", "ended: Stopped", "gave up",
      "handed in too late", "ignored an interrupt", "killed", "replaced", "restarted", "restarted without demand",
      "stopped",
      "the end while backing off", "the end while held", "the end while paused", "the end while starting anew",
      "what a zombie did was refused");

  private Marks() {}
}
