package stage.behaviour.support;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StopReason;

/** Puts what it gets into a queue that outlives it, and notes how it ended. */
public final class QueueSink implements Stage.Consumer<Integer> {
  private final BlockingQueue<Integer> events;
  public final BlockingQueue<StopReason> stops = new LinkedBlockingQueue<>();
  public StageContext context;
  public Inlet<Integer> inlet;
  public int completions;

  public QueueSink() {
    this(new LinkedBlockingQueue<>());
  }

  public QueueSink(BlockingQueue<Integer> events) {
    this.events = events;
  }

  @Override
  public void onStart(StageContext context) {
    this.context = context;
  }

  @Override
  public void onEvents(List<Integer> batch, Inlet<Integer> from) {
    inlet = from;
    events.addAll(batch);
  }

  @Override
  public void onComplete() {
    completions++;
  }

  @Override
  public void onStop(StopReason reason) {
    stops.add(reason);
  }
}
