package stage.runtime.pipeline;

import stage.api.pipeline.OnFailure;
import stage.api.pipeline.plan.Site;
import stage.runtime.bridge.BridgeContext;

/** What happens to an element, or a result, that a step has failed on for the last time. The run's own thread. */
final class GivingUp {
  private final ChainPlan plan;
  private final BatchInHand batch;
  private final String[] skipped;   // by step: what is said of elements that it skips; null until there is one

  // this incarnation
  private BridgeContext context;
  private String above;             // the path of the stage without its name

  private Throwable cause;          // why the element in hand, or a result, is a dead letter

  GivingUp(ChainPlan plan, BatchInHand batch) {
    this.plan = plan;
    this.batch = batch;
    this.skipped = new String[plan.sites().size()];
  }

  /** An incarnation begins. */
  void start(BridgeContext itsContext) {
    context = itsContext;
    String path = context.path();
    above = path.substring(0, path.length() - plan.stage().length());
  }

  /** Begins with another element or result. */
  void begin() {
    cause = null;
  }

  /** {@return why the last one is a dead letter; null if it is none} */
  Throwable cause() {
    return cause;
  }

  Fate giveUp(OnFailure how, int step, Object event, Throwable thrown, int attempts) {
    if (how.last() == OnFailure.Last.SKIP) {
      if (batch.hasElement()) batch.drop(skippedBy(step));
      return Fate.DROPPED;
    }
    deadLetter(step, event, thrown, attempts);
    return Fate.DEAD_LETTERED;
  }

  /** What happens to a result that has crashed the stage too often to be tried again. */
  Fate giveUpCrashing(int step, Object result, CrashingResult crashing) {
    if (crashing.isDropped()) return Fate.DROPPED;
    deadLetter(Math.min(step, plan.sites().size() - 1), result, crashing.cause(), crashing.crashes());
    return Fate.DEAD_LETTERED;
  }

  void deadLetter(int step, Object event, Throwable thrown, int attempts) {
    cause = thrown;
    Site site = plan.sites().get(step);
    String where = above + site.label();
    if (batch.hasElement()) batch.deadLetter(event, thrown, attempts, where);
    else context.deadLetter(event, thrown, attempts, where);
  }

  private String skippedBy(int step) {
    if (skipped[step] == null) skipped[step] = "skipped by " + plan.sites().get(step);
    return skipped[step];
  }
}
