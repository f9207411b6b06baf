package stage.api;

import java.util.concurrent.BlockingDeque;
import java.util.concurrent.BlockingQueue;

/** What comes through a queue, without an end. */
final class QueuedElements<O> implements ElementReader<O> {
  private final BlockingQueue<O> queue;

  QueuedElements(BlockingQueue<O> queue) {
    this.queue = queue;
  }

  @Override
  public O next() throws InterruptedException {
    return queue.take();
  }

  @Override
  public void putBack(O element) {
    boolean accepted = queue instanceof BlockingDeque<O> deque ? deque.offerFirst(element) : queue.offer(element);
    if (!accepted) {
      throw new IllegalStateException(
          "an element was taken from the queue, could not be emitted because the stage was stopped, and found no room in the queue; it is lost");
    }
  }
}
