package stage.runtime.observe.jfr;

import java.util.Locale;
import jdk.jfr.EventType;
import stage.runtime.time.Activity;
import stage.runtime.time.Probe;
import stage.runtime.time.WaitState;

/**
 * Makes an event of each turn and each wait of a scope, as far as a recording wants them.
 *
 * @param scope its path
 */
record FlightProbe(String scope) implements Probe {
  /** {@return whether some recording wants any} */
  static boolean isWanted() {
    return EventType.getEventType(StageEvents.Turn.class).isEnabled()
        || EventType.getEventType(StageEvents.Wait.class).isEnabled();
  }

  @Override
  public Object turnBegins(String stage, Activity what) {
    var turn = new StageEvents.Turn();
    if (!turn.isEnabled()) return null;
    turn.callback = what.text();
    return begun(turn, stage);
  }

  @Override
  public Object waitBegins(String stage, WaitState.Kind what) {
    var wait = new StageEvents.Wait();
    if (!wait.isEnabled()) return null;
    wait.reason = what.name().toLowerCase(Locale.ROOT);
    return begun(wait, stage);
  }

  private Object begun(StageEvents.OfStage event, String stage) {
    event.scope = scope;
    event.stage = stage;
    event.begin();
    return event;
  }

  @Override
  public void ends(Object begun) {
    ((StageEvents.OfStage) begun).commit();   // if it has taken as long as its threshold
  }
}
