package stage.samples.bench;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import stage.api.Demand;

/**
 * Chunks handed over by hand, written for these shapes and nothing else: the practical limit of what a hand-off costs.
 */
final class ChunkHandOff implements Technique {
  private static final Object[] LAST = {};

  @Override
  public String name() {
    return "chunk hand-off";
  }

  @Override
  public long hops(int hops, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var crew = new Crew();
    ChunkLane[] lanes = lanes(hops);
    crew.add(() -> {
      var writer = new ChunkWriter(lanes[0], demand.batch());
      for (long i = 0; i < events; i++) writer.write(Events.at(i));
      writer.end();
    });
    for (int hop = 1; hop < hops; hop++) {
      ChunkLane from = lanes[hop - 1];
      ChunkLane to = lanes[hop];
      crew.add(() -> relay(from, new ChunkWriter(to, demand.batch())));
    }
    crew.add(() -> addUp(lanes[hops - 1], total));
    crew.run();
    return total.sum();
  }

  @Override
  public long fanOut(int workers, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var crew = new Crew();
    ChunkLane[] lanes = lanes(workers);
    crew.add(() -> {
      int batch = demand.batch();
      int next = 0;
      for (long from = 0; from < events; from += batch) {
        Object[] chunk = chunkOf(from, (int) Math.min(batch, events - from));
        lanes[next].give(chunk);
        next = next + 1 < workers ? next + 1 : 0;
      }
      for (ChunkLane lane : lanes) lane.give(LAST);
    });
    for (ChunkLane lane : lanes) crew.add(() -> addUp(lane, total));
    crew.run();
    return total.sum();
  }

  @Override
  public long broadcast(int consumers, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var crew = new Crew();
    ChunkLane[] lanes = lanes(consumers);
    crew.add(() -> {
      int batch = demand.batch();
      for (long from = 0; from < events; from += batch) {
        Object[] chunk = chunkOf(from, (int) Math.min(batch, events - from));
        for (ChunkLane lane : lanes) lane.give(chunk);
      }
      for (ChunkLane lane : lanes) lane.give(LAST);
    });
    for (ChunkLane lane : lanes) crew.add(() -> addUp(lane, total));
    crew.run();
    return total.sum();
  }

  @Override
  public long partition(int partitions, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var crew = new Crew();
    ChunkLane[] lanes = lanes(partitions);
    crew.add(() -> {
      ChunkWriter[] writers = new ChunkWriter[partitions];
      Arrays.setAll(writers, p -> new ChunkWriter(lanes[p], demand.batch()));
      for (long i = 0; i < events; i++) {
        Long event = Events.at(i);
        writers[Events.partitionOf(event, partitions)].write(event);
      }
      for (ChunkWriter writer : writers) writer.end();
    });
    for (ChunkLane lane : lanes) {
      crew.add(() -> {
        var tally = new ValueCounts();
        for (Object[] chunk = lane.take(); chunk != LAST; chunk = lane.take()) {
          for (Object event : chunk) tally.add((Long) event);
        }
        total.add(tally.sum());
      });
    }
    crew.run();
    return total.sum();
  }

  @Override
  public void pingPong(RoundTrips trips) throws Exception {
    var crew = new Crew();
    var there = new ChunkLane();
    var back = new ChunkLane();
    crew.add(() -> {
      for (Long ping = trips.first(); ping != null; ) {
        there.give(new Object[] {ping});
        ping = trips.next((Long) back.take()[0]);
      }
      there.give(LAST);
    });
    crew.add(() -> {
      for (Object[] ping = there.take(); ping != LAST; ping = there.take()) back.give(ping);
    });
    crew.run();
  }

  private static ChunkLane[] lanes(int count) {
    ChunkLane[] lanes = new ChunkLane[count];
    Arrays.setAll(lanes, i -> new ChunkLane());
    return lanes;
  }

  private static Object[] chunkOf(long from, int size) {
    Object[] chunk = new Object[size];
    for (int i = 0; i < size; i++) chunk[i] = Events.at(from + i);
    return chunk;
  }

  private static void relay(ChunkLane from, ChunkWriter to) {
    for (Object[] chunk = from.take(); chunk != LAST; chunk = from.take()) {
      for (Object event : chunk) to.write(event);
    }
    to.end();
  }

  private static void addUp(ChunkLane lane, LongAdder total) {
    long sum = 0;
    for (Object[] chunk = lane.take(); chunk != LAST; chunk = lane.take()) {
      for (Object event : chunk) sum += (Long) event;
    }
    total.add(sum);
  }

  /** Fills chunks and gives them to a lane. */
  private static final class ChunkWriter {
    private final ChunkLane lane;
    private Object[] chunk;
    private int filled;

    ChunkWriter(ChunkLane lane, int size) {
      this.lane = lane;
      this.chunk = new Object[size];
    }

    void write(Object event) {
      chunk[filled++] = event;
      if (filled == chunk.length) {
        lane.give(chunk);
        chunk = new Object[filled];
        filled = 0;
      }
    }

    void end() {
      if (filled > 0) lane.give(Arrays.copyOf(chunk, filled));
      lane.give(LAST);
    }
  }
}
