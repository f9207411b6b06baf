package stage.runtime.engine;

import java.util.StringJoiner;
import stage.api.SubscriptionSnapshot;

/** Tells where a cell stands, in a line, for those who read the trace of a simulation. The cell's thread, or while that rests. */
final class Story {
  private static final String[] TOLD = {"CANCELLED", "STOPPED", "PAUSED", "DRAINED", "WOKEN_UP", "CONSUMER_LEFT", "CANCEL_ASKED", "HANDED_IN", "INPUT_ENDED", "HELD",
      "RELEASED", "KILLED", "LEAVES", "TASKS_FINISHED"};

  private Story() {}

  static String of(Cell<?> cell, Work last) {
    var line = new StringJoiner("; ");
    line.add(last.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '));
    line.add(cell.life().phase().getClass().getSimpleName());
    var told = new StringJoiner("+", "told ", "");
    told.setEmptyValue("");
    for (int i = 0; i < TOLD.length; i++) if (cell.signals().has(1 << i)) told.add(TOLD[i]);
    if (told.length() > 0) line.add(told.toString());
    if (cell.mailbox().size() > 0) line.add(cell.mailbox().size() + " in the mailbox");
    if (cell.consumerHalf() != null) for (LaneInlet<?> inlet : cell.consumerHalf().inlets()) line.add(in(inlet.lane()));
    if (cell.producerHalf() != null) for (Lane<?> lane : cell.producerHalf().lanes()) line.add(out(lane));
    return line.toString();
  }

  private static String in(Lane<?> lane) {
    SubscriptionSnapshot ledger = lane.snapshot();
    return "from " + lane.producer().name() + ": " + ledger.inFlight() + " to take, " + ledger.outstanding() + " asked for" + end(lane);
  }

  private static String out(Lane<?> lane) {
    SubscriptionSnapshot ledger = lane.snapshot();
    return "to " + lane.consumer().name() + ": " + ledger.outstanding() + " wanted, " + ledger.inFlight() + " in flight" + end(lane);
  }

  private static String end(Lane<?> lane) {
    return (lane.ending() == null ? "" : ", ended") + (lane.hasLeft() ? ", left" : "");
  }
}
