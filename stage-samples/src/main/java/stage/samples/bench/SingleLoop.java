package stage.samples.bench;

import stage.api.Demand;

/** No hand-off at all: one thread does everything. What the work itself costs. */
final class SingleLoop implements Technique {
  @Override
  public String name() {
    return "single-threaded loop";
  }

  @Override
  public long hops(int hops, Demand demand, long events) {
    long sum = 0;
    for (long i = 0; i < events; i++) sum += Events.at(i);
    return sum;
  }

  @Override
  public long fanOut(int workers, Demand demand, long events) {
    long[] sums = new long[workers];
    for (long i = 0; i < events; i++) sums[(int) (i % workers)] += Events.at(i);
    long all = 0;
    for (long sum : sums) all += sum;
    return all;
  }

  @Override
  public long broadcast(int consumers, Demand demand, long events) {
    long[] sums = new long[consumers];
    for (long i = 0; i < events; i++) {
      Long event = Events.at(i);
      for (int c = 0; c < consumers; c++) sums[c] += event;
    }
    long all = 0;
    for (long sum : sums) all += sum;
    return all;
  }

  @Override
  public long partition(int partitions, Demand demand, long events) {
    var tally = new ValueCounts();
    for (long i = 0; i < events; i++) tally.add(Events.at(i));
    return tally.sum();
  }

  @Override
  public void pingPong(RoundTrips trips) {
    for (Long ball = trips.first(); ball != null; ) ball = trips.next(ball);
  }
}
