package stage.behaviour.support;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import stage.api.StageContext;
import stage.api.StopReason;

/** Writes down the lives of one stage; it outlives its incarnations. */
public final class Lives {
  /** The incarnation numbers as onStart saw them. */
  public final BlockingQueue<Integer> starts = new LinkedBlockingQueue<>();
  /** Why each incarnation ended. */
  public final BlockingQueue<StopReason> stops = new LinkedBlockingQueue<>();
  /** Both, in the order they came: {@code start 1, stop 1, start 2}. */
  public final BlockingQueue<String> all = new LinkedBlockingQueue<>();

  /** To be called in onStart. */
  public void start(StageContext context) {
    starts.add(context.incarnation());
    all.add("start " + context.incarnation());
  }

  /** To be called in onStop. */
  public void stop(StageContext context, StopReason reason) {
    stops.add(reason);
    all.add("stop " + context.incarnation());
  }
}
