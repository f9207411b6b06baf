package stage.simulation;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import stage.api.SubscriptionSnapshot;
import stage.runtime.engine.Cell;
import stage.runtime.engine.Peek;

/**
 * What must hold of one stage after each of its steps, whatever has happened to it and to others. The {@link Oracle}
 * asks once all is over.
 */
final class Books {
  private static final int EXCESS = 4;   // by which a source exceeds what is asked for, if it does
  private static final int BURST = 40;   // that is more than an operating stage may emit in two turns

  private final Cell<?> cell;
  private final Plan.Node node;   // null if it is no node of the plan: one that came later, or the end of a bridge
  private final Peek.Watch ledgers;
  private final long mostBeyondDemand;
  private final boolean isInOrder;
  private final Set<Long> outputs = new HashSet<>();   // the numbers of those who ever subscribed to it
  private long mostHeld;          // by all of them
  private Log log;                // as it was committed last; null before the first time
  private int lost;               // how much was in those before a fresh state
  private final Map<String, Integer> held;
  private Operating.Content content;   // of an operating stage, as it was committed last; null before the first time
  private int last = -1;          // the number of the last event that was handled

  /**
   * @param node what the cell is in the plan; null if it is not there
   * @param all gets all ledgers that the cell ever has
   * @param held gets how many events it holds back
   */
  Books(Cell<?> cell, Plan plan, Plan.Node node, Set<Peek.Ledger> all, Map<String, Integer> held) {
    this.cell = cell;
    this.node = node != null && node.index() == Models.LATECOMER ? null : node;
    this.ledgers = new Peek.Watch(cell, all, this::look);
    this.held = held;
    this.mostBeyondDemand =
        node != null && node.operates() ? BURST : node != null && node.kind() == Plan.Kind.SOURCE ? EXCESS : 0;
    this.isInOrder =
        this.node != null && node.kind() == Plan.Kind.SINK && !plan.wayTo(node).isEmpty() && !mayGiveBack(plan);
  }

  /** Whether somebody may take events, and give them back when others have had newer ones. */
  private static boolean mayGiveBack(Plan plan) {
    return plan.faults().chaos() > 0 && (plan.faults().latecomers() || plan.faults().cancels());
  }

  private void look(SubscriptionSnapshot changed) {
    Oracle.ensureBalanced(changed);
    boolean isOutput = node != null && !node.kind().isSink() && changed.producer().equals(cell.path());
    if (isOutput && outputs.add(changed.id())) mostHeld += Oracle.mostHeld(changed);
  }

  /** After a step. */
  void look() {
    ledgers.look();
    if (node == null) return;
    if (node.kind() == Plan.Kind.MIDDLE) ensureCommitted(Peek.emitted(cell) + (node.operates() ? heldBack() : 0));
    if (node.kind() == Plan.Kind.SINK) ensureAppliedIsKept();
    if (!node.kind().isSink()) ensureInOnePlace();
  }

  /** Within the step in which it ends. */
  void lookForTheLastTime(boolean hasCompleted) {
    ledgers.look();
    if (node == null || !node.operates()) return;
    heldBack();
    boolean isLeft = content != null && content.completed() && !content.events().isEmpty();
    // In a drain there may be nobody left to have it.
    if (isLeft && hasCompleted && !Peek.isDrained(cell))
      throw new AssertionError(cell.path() + " has completed, and left " + content);
  }

  private int heldBack() {
    var state = (Operating.Held) Peek.operated(cell, "held");
    Operating.Content now = state == null ? null : state.committed();
    boolean isAnew = content != null && (now == null || now.taken() < content.taken());
    if (isAnew) lost += content.events().size();
    content = now;
    int all = lost + (now == null ? 0 : now.events().size());
    held.put(cell.path(), all);
    return all;
  }

  /** What a sink was told of counts if its turn was good, and only then. */
  private void ensureAppliedIsKept() {
    Map<Long, Long> told = Peek.committed(cell, "told");
    if (told == null) return;
    Peek.applied(cell).forEach((id, watermark) -> {
      Long kept = told.get(id);
      if (kept != null && !kept.equals(watermark))
        throw new AssertionError(cell.path() + " was told of progress " + watermark + ", but has kept " + kept);
    });
  }

  /** {@return the log of a sink, if it has changed in this step; else null} */
  Log newLog() {
    Log now = Peek.committed(cell, "log");
    if (now == null) return null;
    Log before = log;
    boolean isAnew = before != null && now.size() < before.size();
    if (isAnew) lost += before.size();
    log = now;
    ensureCommitted(lost + now.size());
    if (now == before) return null;
    if (isInOrder) ensureInOrder(now.events(), before == null || isAnew ? 0 : before.size());
    return now;
  }

  /**
   * I5, I6: what goes in and what comes of it change together, at the end of a turn or at a commit point, and at no
   * other time.
   */
  private void ensureCommitted(long outcome) {
    if (ledgers.handled() != outcome) throw new AssertionError(
        cell.path() + " has handled " + ledgers.handled() + " events, of which " + outcome + " have an outcome");
  }

  /**
   * I13: each event that was emitted is with a consumer, waits, or is known to have been lost. I15: and not too many
   * wait.
   */
  private void ensureInOnePlace() {
    long waiting = Peek.waiting(cell);
    // whoever subscribes to it may have come and gone before its loop is looked at again
    if (node.kind() == Plan.Kind.GENERATOR) return;
    if (node.dispatch() != Plan.Dispatching.BROADCAST) {
      long known = ledgers.sent() + waiting + Peek.lost(cell);
      if (Peek.emitted(cell) != known) throw new AssertionError(
          cell.path() + " has emitted " + Peek.emitted(cell) + " events, of which " + known + " are somewhere");
    }
    // With partitions, events may also wait for one who does not want them while others do, as many as the dispatch
    // says.
    long most = mostBeyondDemand + mostHeld;
    if (waiting > most && node.dispatch() != Plan.Dispatching.PARTITION) {
      throw new AssertionError(
          waiting + " events wait at " + cell.path() + ", where at most " + most + " have a place");
    }
  }

  /** I3: the oldest first, and what is delivered again before what is newer. */
  private void ensureInOrder(List<NumberedEvent> events, int from) {
    for (int i = from; i < events.size(); i++) {
      int number = events.get(i).number();
      if (number <= last)
        throw new AssertionError(cell.path() + " has handled event " + number + " after event " + last);
      last = number;
    }
  }
}
