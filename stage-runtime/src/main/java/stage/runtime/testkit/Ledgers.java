package stage.runtime.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.ShutdownReport;
import stage.api.supervision.Supervisor;

/**
 * Audits the ledgers of a scope: each event that was sent must have met one fate, or still be in flight.
 *
 * @since 0.1
 */
public final class Ledgers {
  private Ledgers() {}

  /**
   * Fails the test unless the ledger of each subscription adds up: each event that was sent was handled, dead-lettered,
   * dropped or returned, or is in flight. In an open scope it looks at the stages directly in it that have not ended.
   * After the scope was closed, nothing may be in flight any more, and what was returned must be in its report. Never
   * waits for a stage; any thread.
   *
   * @param scope open or closed
   * @throws AssertionError if one does not add up; the message shows it
   */
  public static void assertBalanced(Supervisor scope) {
    Objects.requireNonNull(scope, "scope must not be null");
    Map<Long, SubscriptionSnapshot> ledgers = new LinkedHashMap<>();
    for (StageRef<?> ref : scope.children()) {
      StageSnapshot snapshot = ref.snapshot();
      for (SubscriptionSnapshot input : snapshot.inputs()) ledgers.put(input.id(), input);
      for (SubscriptionSnapshot output : snapshot.outputs()) ledgers.putIfAbsent(output.id(), output);
    }
    List<String> problems = new ArrayList<>();
    for (SubscriptionSnapshot ledger : ledgers.values())
      if (!ledger.isBalanced() && ledger.isOpen()) problems.add("not balanced: " + ledger);
    ShutdownReport report = reportOf(scope);
    if (report != null) audit(report, problems);
    if (!problems.isEmpty())
      throw new AssertionError("the books of scope " + scope.name() + ":\n" + String.join("\n", problems));
  }

  /** {@return its report; null while it is open} */
  private static ShutdownReport reportOf(Supervisor scope) {
    try {
      return scope.report();
    } catch (ScopeMisuseException open) {
      return null;
    }
  }

  private static void audit(ShutdownReport report, List<String> problems) {
    for (SubscriptionSnapshot ledger : report.subscriptions()) {
      long settled = ledger.handled() + ledger.deadLettered() + ledger.dropped() + ledger.returned();
      if (settled != ledger.sent() || ledger.inFlight() != 0) problems.add("not balanced after the close: " + ledger);
    }
    long returned = report.subscriptions().stream().mapToLong(SubscriptionSnapshot::returned).sum();
    if (returned < report.eventsReturned())
      problems.add(report.eventsReturned() + " events were given back, but the ledgers know of " + returned);
  }
}
