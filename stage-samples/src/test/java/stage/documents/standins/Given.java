package stage.documents.standins;

import java.util.concurrent.ScheduledExecutorService;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.observe.TreeSnapshot;
import stage.api.supervision.Supervisor;

/** What a reader of the documents has: a scope, a timer, and the registry or meter of the library at hand. */
public final class Given {
  public static Supervisor scope;
  public static ScheduledExecutorService timer;
  public static MeterRegistry registry;
  public static Meter meter;

  private Given() {}

  public static AttributeKey stringKey(String name) {
    return new AttributeKey(name);
  }

  /** {@return the subscription with a number} */
  public static SubscriptionSnapshot of(TreeSnapshot tree, long id) {
    return tree.subscriptions().stream().filter(edge -> edge.id() == id).findFirst().orElseThrow();
  }

  /** {@return the stage with a number} */
  public static StageSnapshot stageOf(TreeSnapshot tree, long id) {
    return tree.stages().stream().filter(stage -> stage.id() == id).findFirst().orElseThrow();
  }
}
