package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/** Pipelines of two bare virtual threads, and a small queue between them. */
final class IdleThreads implements IdlePipelines {
  private static final int QUEUE_CAPACITY = 16;

  private final Semaphore handled = new Semaphore(0);
  private final List<Pair> pairs = new ArrayList<>();

  /** {@return how they are made} */
  static Maker maker() {
    return new Maker() {
      @Override
      public String name() {
        return "2 virtual threads, ArrayBlockingQueue";
      }

      @Override
      public IdlePipelines open(int pipelines) {
        return new IdleThreads(pipelines);
      }
    };
  }

  private IdleThreads(int pipelines) {
    for (int i = 0; i < pipelines; i++) pairs.add(new Pair(handled));
  }

  @Override
  public void carry(int events) throws InterruptedException {
    for (Pair pair : pairs) pair.send(events);
    handled.acquire(events * pairs.size());
  }

  @Override
  public void close() {
    for (Pair pair : pairs) pair.end();
    for (Pair pair : pairs) pair.awaitEnd();
  }

  private static final class Pair {
    private final BlockingQueue<Long> queue = new ArrayBlockingQueue<>(QUEUE_CAPACITY);
    private final Semaphore handled;
    private final Thread producer;
    private final Thread consumer;
    private volatile int toSend;

    Pair(Semaphore handled) {
      this.handled = handled;
      producer = Thread.ofVirtual().unstarted(this::produce);
      consumer = Thread.ofVirtual().unstarted(this::consume);
      producer.start();
      consumer.start();
    }

    void send(int events) {
      toSend = events;
      LockSupport.unpark(producer);
    }

    void end() {
      producer.interrupt();
      consumer.interrupt();
    }

    void awaitEnd() {
      try {
        producer.join();
        consumer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void produce() {
      try {
        while (!Thread.interrupted()) {
          int events = toSend;
          if (events == 0) {
            LockSupport.park(this);
            continue;
          }
          toSend = 0;
          for (int i = 0; i < events; i++) queue.put(Events.at(i));
        }
      } catch (InterruptedException e) {
        // It is to end.
      }
    }

    private void consume() {
      try {
        while (true) {
          queue.take();
          handled.release();
        }
      } catch (InterruptedException e) {
        // It is to end.
      }
    }
  }
}
