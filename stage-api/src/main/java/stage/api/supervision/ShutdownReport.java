package stage.api.supervision;

import java.util.List;
import stage.api.StageSnapshot;

/**
 * What a scope left behind when it closed.
 *
 * @param stages the last numbers of every stage that had events left over or was cancelled; empty after a clean drain
 * @param eventsReturned events that had been sent to a consumer and were not handled
 * @param eventsUndelivered events that had been emitted and were never sent
 * @param cancelled the paths of the stages that did not end within the shutdown time
 */
public record ShutdownReport(List<StageSnapshot> stages, long eventsReturned, long eventsUndelivered, List<String> cancelled) {
  /** Copies the lists. */
  public ShutdownReport {
    stages = List.copyOf(stages);
    cancelled = List.copyOf(cancelled);
  }

  /** {@return whether every event was handled and every stage ended by itself} */
  public boolean isClean() {
    return eventsReturned == 0 && eventsUndelivered == 0 && cancelled.isEmpty();
  }
}
