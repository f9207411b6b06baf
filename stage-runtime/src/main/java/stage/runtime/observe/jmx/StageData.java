package stage.runtime.observe.jmx;

import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;

/** The numbers of one stage, of types that JMX knows. */
public final class StageData {
  private final StageSnapshot stage;

  StageData(StageSnapshot stage) {
    this.stage = stage;
  }

  /** {@return its path} */
  public String getPath() {
    return stage.path();
  }

  /** {@return where it stands in its life} */
  public String getStatus() {
    return stage.status().name();
  }

  /** {@return what its thread waits for} */
  public String getAwaiting() {
    return stage.awaiting();
  }

  /** {@return how long it has waited for that} */
  public long getWaitingMillis() {
    return stage.activity().waiting().toMillis();
  }

  /** {@return which life this is} */
  public int getIncarnation() {
    return stage.incarnation();
  }

  /** {@return events emitted over all incarnations} */
  public long getEventsEmitted() {
    return stage.eventsEmitted();
  }

  /** {@return events handled on the subscriptions that have not ended} */
  public long getEventsHandled() {
    return stage.inputs().stream().mapToLong(SubscriptionSnapshot::handled).sum();
  }

  /** {@return events sent to it and not settled} */
  public long getEventsInFlight() {
    return stage.inputs().stream().mapToLong(SubscriptionSnapshot::inFlight).sum();
  }
}
