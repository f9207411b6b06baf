package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Supervisor;

/** Stage itself, as its users write it. */
final class Stages implements Technique {
  /** The name in tables and goals. */
  static final String NAME = "Stage";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public long hops(int hops, Demand demand, long events) throws Exception {
    return hops(Stage.producer("numbers", () -> new Numbers(events)), hops, demand);
  }

  /** The same with a generator as the producer. */
  static long hopsFromGenerator(int hops, Demand demand, long events) throws Exception {
    return hops(Stage.generator("numbers", () -> new NumbersInALoop(events)), hops, demand);
  }

  /** One hop to a consumer that has its batches delivered again after a crash, or not; there is none. */
  static long hopWithRedelivery(Redelivery redelivery, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    try (var app = Supervisor.open("bench")) {
      var numbers = app.start(Stage.producer("numbers", () -> new Numbers(events)));
      app.start(Stage.consumer("sum", numbers, () -> new Adder(total)).withRedelivery(redelivery).withDemand(demand));
      app.join();
    }
    return total.sum();
  }

  /** One hop out of the graph of stages and in again, over a publisher and a subscriber. */
  static long hopOverBridges(Demand demand, long events) throws Exception {
    var total = new LongAdder();
    try (var app = Supervisor.open("bench")) {
      var numbers = app.start(Stage.producer("numbers", () -> new Numbers(events)));
      var sum = app.start(Stage.consumer("sum", () -> new Adder(total)));
      numbers.subscribe(sum.asSubscriber(demand));
      app.join();
    }
    return total.sum();
  }

  private static long hops(ProducerSpec<Long, ?> numbers, int hops, Demand demand) throws Exception {
    var total = new LongAdder();
    try (var app = Supervisor.open("bench")) {
      ProducerRef<Long, ?> last = app.start(numbers);
      for (int hop = 1; hop < hops; hop++) {
        last = app.start(Stage.producerConsumer("relay" + hop, last, Relay::new).withDemand(demand));
      }
      app.start(Stage.consumer("sum", last, () -> new Adder(total)).withDemand(demand));
      app.join();
    }
    return total.sum();
  }

  @Override
  public long fanOut(int workers, Demand demand, long events) throws Exception {
    return share(Dispatcher.demand(), workers, demand, events);
  }

  @Override
  public long broadcast(int consumers, Demand demand, long events) throws Exception {
    return share(Dispatcher.broadcast(), consumers, demand, events);
  }

  private static long share(Dispatcher<Long> dispatch, int consumers, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    try (var app = Supervisor.open("bench")) {
      var numbers = app.start(Stage.producer("numbers", () -> new Numbers(events)).withDispatcher(dispatch));
      numbers.pause();   // until all are there
      for (int i = 0; i < consumers; i++) {
        app.start(Stage.consumer("sum" + i, numbers, () -> new Adder(total)).withDemand(demand));
      }
      numbers.resume();
      app.join();
    }
    return total.sum();
  }

  @Override
  public long partition(int partitions, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    try (var app = Supervisor.open("bench")) {
      var numbers = app.start(
          Stage.producer("numbers", () -> new Numbers(events))
              .withDispatcher(Dispatcher.partition(partitions, event -> event)));
      numbers.pause();   // until all are there
      for (int i = 0; i < partitions; i++) {
        app.start(Stage.consumer("count" + i, SubscriptionSpec.to(numbers).withDemand(demand).withPartition(i),
            () -> new Counter(total)));
      }
      numbers.resume();
      app.join();
    }
    return total.sum();
  }

  /**
   * As {@link #partition}, with the stages that a job has for it: one behind the producer finds the key and sends it
   * along, and one behind the counters adds up what they have counted.
   */
  static long partitionBehindARouter(int partitions, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    try (var app = Supervisor.open("bench")) {
      var numbers = app.start(Stage.producer("numbers", () -> new Numbers(events)));
      numbers.pause();   // until all are there
      var router = app.start(Stage.producerConsumer("router", numbers, Router::new)
          .withDispatcher(Dispatcher.partition(partitions, keyed -> keyed.key)).withDemand(demand));
      List<SubscriptionSpec<Long>> counts = new ArrayList<>();
      for (int i = 0; i < partitions; i++) {
        var counter = app.start(Stage.producerConsumer("count" + i,
            SubscriptionSpec.to(router).withDemand(demand).withPartition(i), KeyCounter::new));
        counts.add(SubscriptionSpec.to(counter).withDemand(demand));
      }
      app.start(Stage.consumer("sum", counts, () -> new Adder(total)));
      numbers.resume();
      app.join();
    }
    return total.sum();
  }

  @Override
  public void pingPong(RoundTrips trips) throws Exception {
    try (var app = Supervisor.open("bench")) {
      var ping = app.start(Stage.producerConsumer("ping", () -> new Ping(trips)));
      var echo = app.start(Stage.producerConsumer("echo", ping, Relay::new).withDemand(Demand.max(1)));
      ping.subscribeTo(SubscriptionSpec.to(echo).withDemand(Demand.max(1)).allowingCycle());
      ping.castEmit((player, out) -> out.emit(trips.first()));
      app.join();
    }
  }

  private static final class Ping implements Stage.ProducerConsumer<Long, Long> {
    private final RoundTrips trips;

    Ping(RoundTrips trips) {
      this.trips = trips;
    }

    @Override
    public void onEvents(List<Long> pongs, Inlet<Long> from, Outlet<Long> out) {
      for (Long pong : pongs) {
        Long ping = trips.next(pong);
        if (ping != null) out.emit(ping);
        else out.complete();
      }
    }
  }

  static final class Numbers implements Stage.Producer<Long> {
    private final long events;
    private long next;

    Numbers(long events) {
      this.events = events;
    }

    @Override
    public void onDemand(long demand, Outlet<Long> out) {
      long end = Math.min(next + demand, events);
      while (next < end) out.emit(Events.at(next++));
      if (next == events) out.complete();
    }
  }

  private static final class NumbersInALoop implements Stage.Generator<Long> {
    private final long events;

    NumbersInALoop(long events) {
      this.events = events;
    }

    @Override
    public void generate(Outlet<Long> out) {
      for (long i = 0; i < events; i++) out.emit(Events.at(i));
    }
  }

  static final class Relay implements Stage.ProducerConsumer<Long, Long> {
    @Override
    public void onEvents(List<Long> events, Inlet<Long> from, Outlet<Long> out) {
      for (Long event : events) out.emit(event);
    }
  }

  static final class Adder implements Stage.Consumer<Long> {
    private final LongAdder total;
    private long sum;

    Adder(LongAdder total) {
      this.total = total;
    }

    @Override
    public void onEvents(List<Long> events, Inlet<Long> from) {
      for (Long event : events) sum += event;
    }

    @Override
    public void onComplete() {
      total.add(sum);
    }
  }

  private record Keyed(Long key, Long value) {}

  private static final class Router implements Stage.ProducerConsumer<Long, Keyed> {
    @Override
    public void onEvents(List<Long> events, Inlet<Long> from, Outlet<Keyed> out) {
      for (Long event : events) out.emit(new Keyed(event, event));
    }
  }

  private static final class KeyCounter implements Stage.ProducerConsumer<Keyed, Long> {
    private final ValueCounts tally = new ValueCounts();

    @Override
    public void onEvents(List<Keyed> events, Inlet<Keyed> from, Outlet<Long> out) {
      for (Keyed event : events) tally.add(event.key);
    }

    @Override
    public void onComplete(Outlet<Long> out) {
      tally.products().forEach(out::emit);
    }
  }

  private static final class Counter implements Stage.Consumer<Long> {
    private final LongAdder total;
    private final ValueCounts tally = new ValueCounts();

    Counter(LongAdder total) {
      this.total = total;
    }

    @Override
    public void onEvents(List<Long> events, Inlet<Long> from) {
      for (Long event : events) tally.add(event);
    }

    @Override
    public void onComplete() {
      total.add(tally.sum());
    }
  }
}
