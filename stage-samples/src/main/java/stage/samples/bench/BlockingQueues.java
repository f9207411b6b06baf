package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import stage.api.Demand;

/** An {@link ArrayBlockingQueue} between virtual threads, as one writes it. Its capacity is the demand's maximum. */
final class BlockingQueues implements Technique {
  private final boolean drains;

  private BlockingQueues(boolean drains) {
    this.drains = drains;
  }

  /** {@return the one that takes one event at a time} */
  static BlockingQueues taking() {
    return new BlockingQueues(false);
  }

  /** {@return the one that takes what is there with {@code drainTo}} */
  static BlockingQueues draining() {
    return new BlockingQueues(true);
  }

  @Override
  public String name() {
    return drains ? "ArrayBlockingQueue, drainTo" : "ArrayBlockingQueue";
  }

  @Override
  public long hops(int hops, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var crew = new Crew();
    List<BlockingQueue<Long>> queues = queues(hops, demand);
    crew.add(() -> {
      BlockingQueue<Long> to = queues.getFirst();
      for (long i = 0; i < events; i++) to.put(Events.at(i));
      to.put(Events.END);
    });
    for (int hop = 1; hop < hops; hop++) {
      BlockingQueue<Long> from = queues.get(hop - 1);
      BlockingQueue<Long> to = queues.get(hop);
      crew.add(() -> {
        takeAll(from, demand, to::put);
        to.put(Events.END);
      });
    }
    crew.add(() -> addUp(queues.getLast(), demand, total));
    crew.run();
    return total.sum();
  }

  @Override
  public long fanOut(int workers, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var crew = new Crew();
    var queue = new ArrayBlockingQueue<Long>(demand.max());
    crew.add(() -> {
      for (long i = 0; i < events; i++) queue.put(Events.at(i));
      for (int worker = 0; worker < workers; worker++) queue.put(Events.END);
    });
    for (int worker = 0; worker < workers; worker++) crew.add(() -> addUp(queue, demand, total));
    crew.run();
    return total.sum();
  }

  @Override
  public long broadcast(int consumers, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var crew = new Crew();
    List<BlockingQueue<Long>> queues = queues(consumers, demand);
    crew.add(() -> {
      for (long i = 0; i < events; i++) {
        for (BlockingQueue<Long> queue : queues) queue.put(Events.at(i));
      }
      for (BlockingQueue<Long> queue : queues) queue.put(Events.END);
    });
    for (BlockingQueue<Long> queue : queues) crew.add(() -> addUp(queue, demand, total));
    crew.run();
    return total.sum();
  }

  @Override
  public long partition(int partitions, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var crew = new Crew();
    List<BlockingQueue<Long>> queues = queues(partitions, demand);
    crew.add(() -> {
      for (long i = 0; i < events; i++) {
        Long event = Events.at(i);
        queues.get(Events.partitionOf(event, partitions)).put(event);
      }
      for (BlockingQueue<Long> queue : queues) queue.put(Events.END);
    });
    for (BlockingQueue<Long> queue : queues) {
      crew.add(() -> {
        var tally = new ValueCounts();
        takeAll(queue, demand, tally::add);
        total.add(tally.sum());
      });
    }
    crew.run();
    return total.sum();
  }

  @Override
  public void pingPong(RoundTrips trips) throws Exception {
    var crew = new Crew();
    var there = new ArrayBlockingQueue<Long>(1);
    var back = new ArrayBlockingQueue<Long>(1);
    crew.add(() -> {
      for (Long ping = trips.first(); ping != null; ) {
        there.put(ping);
        ping = trips.next(back.take());
      }
      there.put(Events.END);
    });
    crew.add(() -> {
      for (Long ping = there.take(); ping != Events.END; ping = there.take()) back.put(ping);
    });
    crew.run();
  }

  private interface Taker {
    void accept(Long event) throws InterruptedException;
  }

  private void takeAll(BlockingQueue<Long> from, Demand demand, Taker taker) throws InterruptedException {
    if (drains) drainAll(from, demand, taker);
    else for (Long event = from.take(); event != Events.END; event = from.take()) taker.accept(event);
  }

  private static void drainAll(BlockingQueue<Long> from, Demand demand, Taker taker) throws InterruptedException {
    List<Long> batch = new ArrayList<>(demand.batch());
    while (true) {
      batch.add(from.take());
      from.drainTo(batch, demand.batch() - 1);
      for (int i = 0; i < batch.size(); i++) {
        if (batch.get(i) == Events.END) {
          // each worker wants a mark of its own
          for (Long others : batch.subList(i + 1, batch.size())) from.put(others);
          return;
        }
        taker.accept(batch.get(i));
      }
      batch.clear();
    }
  }

  private void addUp(BlockingQueue<Long> from, Demand demand, LongAdder total) throws InterruptedException {
    long[] sum = {0};
    takeAll(from, demand, event -> sum[0] += event);
    total.add(sum[0]);
  }

  private static List<BlockingQueue<Long>> queues(int count, Demand demand) {
    List<BlockingQueue<Long>> queues = new ArrayList<>();
    for (int i = 0; i < count; i++) queues.add(new ArrayBlockingQueue<>(demand.max()));
    return queues;
  }
}
