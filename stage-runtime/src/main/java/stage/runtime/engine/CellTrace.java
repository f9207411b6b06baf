package stage.runtime.engine;

import java.util.StringJoiner;
import stage.api.SubscriptionSnapshot;
import stage.runtime.lane.Lane;
import stage.runtime.lane.LaneEnd;
import stage.runtime.mailbox.Signal;
import stage.runtime.mailbox.Signals;

/**
 * Tells where a cell stands, in a line, for those who read the trace of a simulation. The cell's thread, or while that
 * rests.
 */
final class CellTrace {
  private CellTrace() {}

  /** {@return what a step did, as the rest of a sentence} */
  static String of(Work work, Phase after) {
    boolean isBeforeAStart = after instanceof Phase.Starting || after instanceof Phase.BackingOff;
    return of(work) + (isBeforeAStart && work != Work.RELEASE && work != Work.KILL ? ", and crashed" : "");
  }

  private static String of(Work work) {
    return switch (work) {
      case START -> "started its behaviour";
      case CANCEL -> "was cancelled";
      case STOP -> "was stopped";
      case HOLD -> "ended its incarnation for its supervisor";
      case RELEASE -> "was released by its supervisor";
      case KILL -> "was killed";
      case LEAVE -> "left, as it had asked to";
      case MAIL -> "handled a call or cast";
      case TASKS -> "took in finished tasks";
      case CONSUMERS -> "took note of its consumers";
      case CANCEL_SUBSCRIPTION -> "gave up a subscription";
      case SUBSCRIBED -> "was told of a subscription";
      case CONSUMER_NEWS -> "was told of a consumer";
      case TIMER -> "ran a timer";
      case FLUSH -> "delivered events that had waited for demand";
      case INTAKE -> "took in events from outside";
      case NOTIFY -> "was notified";
      case COMPLETE -> "completed";
      case TURN -> "took a turn";
      case IDLE -> "was told that it is idle";
      case SUBSCRIPTION_ENDED -> "reached the end of a subscription";
      case FINISH -> "ended";
      case NOTHING -> "had nothing to do";
    };
  }

  /** {@return the state of a cell, in brackets after a blank; empty if there is nothing to say} */
  static String of(Phase phase, Signals signals, int letters, ConsumerHalf input, ProducerHalf<?> output) {
    var story = new StringJoiner("; ", " [", "]");
    story.setEmptyValue("");
    String lifecycle = lifeOf(phase);
    if (!lifecycle.isEmpty()) story.add(lifecycle);
    var told = new StringJoiner(", ", "told: ", "");
    told.setEmptyValue("");
    for (Signal signal : Signal.values()) if (signals.has(signal)) told.add(signal.text());
    if (told.length() > 0) story.add(told.toString());
    if (letters > 0) story.add(letters + " in the mailbox");
    if (input != null)
      for (LaneInlet<?> inlet : input.inlets()) story.add(in(inlet.lane()));
    if (output != null) for (Lane<?> lane : output.lanes()) story.add(out(lane));
    return story.toString();
  }

  private static String lifeOf(Phase phase) {
    return switch (phase) {
      case Phase.Running running -> "";
      case Phase.Starting starting -> "starting";
      case Phase.BackingOff backingOff -> "waits to be restarted";
      case Phase.Held held -> "held by its supervisor";
      case Phase.Draining draining -> "takes no more turns";
      case Phase.Ended ended -> "over";
    };
  }

  private static String in(Lane<?> lane) {
    SubscriptionSnapshot ledger = lane.snapshot();
    return "from " + nameOf(lane.producer()) + ": " + ledger.inFlight() + " to take, " + ledger.outstanding()
        + " asked for" + end(lane);
  }

  private static String out(Lane<?> lane) {
    SubscriptionSnapshot ledger = lane.snapshot();
    return "to " + nameOf(lane.consumer()) + ": " + ledger.outstanding() + " wanted, " + ledger.inFlight()
        + " in flight" + end(lane);
  }

  private static String nameOf(LaneEnd end) {
    return end.path().substring(end.path().lastIndexOf('/') + 1);
  }

  private static String end(Lane<?> lane) {
    return (lane.ending() == null ? "" : ", ended") + (lane.hasLeft() ? ", left" : "");
  }
}
