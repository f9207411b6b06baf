package stage.behaviour.support2;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import stage.api.Inlet;
import stage.api.Stage;

/** Shows each batch when it has it, and then waits for permission to count it as handled. */
public final class Held implements Stage.Consumer<Integer> {
  public final BlockingQueue<List<Integer>> batches = new LinkedBlockingQueue<>();
  public final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
  private final Semaphore permission = new Semaphore(0);

  /** Lets it handle one batch. */
  public void goOn() {
    permission.release();
  }

  /** Lets it handle all batches. */
  public void goOnForEver() {
    permission.release(1_000_000);
  }

  @Override
  public void onEvents(List<Integer> events, Inlet<Integer> from) throws InterruptedException {
    batches.add(events);
    permission.acquire();
    handled.addAll(events);
  }
}
