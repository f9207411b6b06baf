package stage.behaviour.support;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import stage.api.Inlet;
import stage.api.Stage;

/** Stays inside onEvents until it is let go, batch by batch. */
public final class HeldConsumer<E> implements Stage.Consumer<E> {
  /** The batches it has been handed, before it waits. */
  public final BlockingQueue<List<E>> entered = new LinkedBlockingQueue<>();
  /** The events it has handled, after the wait. */
  public final BlockingQueue<E> handled = new LinkedBlockingQueue<>();

  private final Semaphore permits = new Semaphore(0);

  @Override
  public void onEvents(List<E> batch, Inlet<E> from) throws InterruptedException {
    entered.add(batch);
    permits.acquire();
    handled.addAll(batch);
  }

  /** Lets it handle some batches. */
  public void release(int batches) {
    permits.release(batches);
  }

  /** Lets it handle all there will be. */
  public void letGo() {
    permits.release(1_000_000);
  }
}
