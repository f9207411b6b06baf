package stage.samples.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageRef;
import stage.api.Subscription;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/** Shapes with many stages, subscriptions or timers. Each measures what comes after it was built. */
final class Crowds {
  private static final Demand DEMAND = Demand.max(20);

  private Crowds() {}

  private static Supervisor open() {
    return Supervisor.open(SupervisorSpec.of("crowd").withShutdown(Duration.ofSeconds(60)));
  }

  /** Counts what all sinks together have handled. */
  private static final class Count {
    private final AtomicLong left;
    private final CountDownLatch done = new CountDownLatch(1);

    Count(long events) {
      left = new AtomicLong(events);
    }

    void handled(int events) {
      if (left.addAndGet(-events) <= 0) done.countDown();
    }

    void await() throws InterruptedException {
      done.await();
    }
  }

  private record Sink(Count count) implements Stage.Consumer<Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      count.handled(events.size());
    }
  }

  private static final class Numbers implements Stage.Producer<Integer> {
    private int next;

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      for (long i = 0; i < demand; i++) out.emit(next++ & 0xFFFF);
    }
  }

  private static final class Generated implements Stage.Generator<Integer> {
    @Override
    public void generate(Outlet<Integer> out) {
      for (int i = 0;; i++) out.emit(i & 0xFFFF);
    }
  }

  static double byDemand(int consumers, long events) throws Exception {
    return fanOut(Dispatcher.demand(), consumers, events, false, false);
  }

  static double byDemandFromGenerator(int consumers, long events) throws Exception {
    return fanOut(Dispatcher.demand(), consumers, events, true, false);
  }

  static double byPartition(int partitions, long events) throws Exception {
    Dispatcher<Integer> byRemainder = Dispatcher.partitionByIndex(partitions, event -> event % partitions);
    return fanOut(byRemainder, partitions, events, false, true);
  }

  static double byBroadcast(int consumers, long events) throws Exception {
    return fanOut(Dispatcher.broadcast(), consumers, events, false, false);
  }

  private static double fanOut(
      Dispatcher<Integer> dispatcher, int consumers, long events, boolean isGenerated, boolean isPartitioned)
      throws Exception {
    var count = new Count(events);
    try (var app = open()) {
      ProducerRef<Integer, ?> source = isGenerated
          ? app.start(Stage.generator("source", Generated::new).withDispatcher(dispatcher))
          : app.start(Stage.producer("source", Numbers::new).withDispatcher(dispatcher));
      source.pause();
      for (int i = 0; i < consumers; i++) {
        SubscriptionSpec<Integer> to = SubscriptionSpec.to(source).withDemand(DEMAND);
        app.start(Stage.consumer("sink" + i, () -> new Sink(count)))
            .subscribeTo(isPartitioned ? to.withPartition(i) : to);
      }
      long start = System.nanoTime();
      source.resume();
      count.await();
      double nanos = (double) (System.nanoTime() - start) / events;
      source.pause();   // or it would go on while all others are stopped
      return nanos;
    }
  }

  static double fanIn(int inputs, long events) throws Exception {
    var count = new Count(events);
    try (var app = open()) {
      ConsumerRef<Integer, ?> sink = app.start(Stage.consumer("sink", () -> new Sink(count)));
      for (int i = 1; i < inputs; i++) {
        ProducerRef<Integer, ?> idle = app.start(Stage.source("idle" + i, Integer.class));
        sink.subscribeTo(SubscriptionSpec.to(idle).withDemand(DEMAND));
      }
      ProducerRef<Integer, ?> busy = app.start(Stage.producer("busy", Numbers::new));
      long start = System.nanoTime();
      sink.subscribeTo(SubscriptionSpec.to(busy).withDemand(DEMAND));
      count.await();
      double nanos = (double) (System.nanoTime() - start) / events;
      busy.pause();
      return nanos;
    }
  }

  static double subscribing(int consumers, long events) throws Exception {
    var count = new Count(1);
    try (var app = open()) {
      ProducerRef<Integer, ?> source = app.start(Stage.source("source", Integer.class));
      List<ConsumerRef<Integer, ?>> sinks = new ArrayList<>();
      for (int i = 0; i < consumers; i++) sinks.add(app.start(Stage.consumer("sink" + i, () -> new Sink(count))));
      long start = System.nanoTime();
      List<Subscription> all = new ArrayList<>();
      for (ConsumerRef<Integer, ?> sink : sinks) {
        all.add(sink.subscribeTo(SubscriptionSpec.to(source).withDemand(DEMAND)));
      }
      source.call(behaviour -> null);
      all.forEach(Subscription::cancel);
      for (ConsumerRef<Integer, ?> sink : sinks) sink.call(behaviour -> null);
      source.call(behaviour -> null);
      return (double) (System.nanoTime() - start) / consumers;
    }
  }

  /** Has as many timers as it is told to set. */
  private static final class Timed implements Stage.Consumer<Integer> {
    private static final Duration FAR = Duration.ofHours(1);

    private StageContext context;

    @Override
    public void onStart(StageContext context) {
      this.context = context;
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}

    long nanosOf(int timers) {
      for (int i = 0; i < timers; i++) context.after(FAR.plusNanos(i), () -> {});
      long start = System.nanoTime();
      List<StageContext.Timer> all = new ArrayList<>();
      for (int i = 0; i < timers; i++) all.add(context.after(FAR.minusNanos(i), () -> {}));
      all.forEach(StageContext.Timer::cancel);
      return System.nanoTime() - start;
    }
  }

  static double timers(int timers, long events) throws Exception {
    try (var app = open()) {
      StageRef<Timed> stage = app.start(Stage.consumer("timed", Timed::new));
      return (double) stage.call(timed -> timed.nanosOf(timers)) / timers;
    }
  }

  /** Its starts are counted: they tell when all have been restarted. */
  private record Child(Count starts) implements Stage.Consumer<Integer> {
    @Override
    public void onStart(StageContext context) {
      starts.handled(1);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {}
  }

  /** Children of one supervisor. */
  private static final class Family {
    private final Count restarts;
    private final Supervisor app;
    private final long nanosToStart;

    Family(Strategy strategy, int children) {
      this.restarts = new Count(2L * children);
      var spec = SupervisorSpec.of("crowd").withStrategy(strategy).withShutdown(Duration.ofSeconds(60));
      long begin = System.nanoTime();
      this.app = Supervisor.open(spec, init -> {
        for (int i = 0; i < children; i++) init.start(Stage.consumer("child" + i, () -> new Child(restarts)));
      });
      this.nanosToStart = System.nanoTime() - begin;
    }

    long nanosToRestart() throws Exception {
      long begin = System.nanoTime();
      app.child("child0").kill();
      restarts.await();
      return System.nanoTime() - begin;
    }

    long nanosToClose() {
      long begin = System.nanoTime();
      app.close();
      return System.nanoTime() - begin;
    }
  }

  static double starting(int children, long events) {
    var family = new Family(Strategy.ONE_FOR_ONE, children);
    family.nanosToClose();
    return (double) family.nanosToStart / children;
  }

  static double restarting(Strategy strategy, int children) throws Exception {
    var family = new Family(strategy, children);
    double nanos = (double) family.nanosToRestart() / children;
    family.nanosToClose();
    return nanos;
  }

  static double closing(int children, long events) {
    return (double) new Family(Strategy.ONE_FOR_ONE, children).nanosToClose() / children;
  }

  /** Hands on what it gets. */
  private static final class Relay implements Stage.ProducerConsumer<Integer, Integer> {
    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
      for (int event : events) out.emit(event);
    }
  }

  /** Emits some numbers and waits. */
  private static final class SomeNumbers implements Stage.Producer<Integer> {
    private int left = 1000;

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      for (long i = 0; i < demand && left > 0; i++) out.emit(left--);
    }
  }

  /**
   * Closes a chain as the first event gets to its end. There is a given number of events: with a source that never
   * stops, a chain holds the more of them the longer it is, each has to pass all stages behind it, and draining would
   * take time with the square of the length.
   */
  static double draining(int stages, long events) throws Exception {
    var count = new Count(1);
    var spec = SupervisorSpec.of("crowd").withShutdown(Duration.ofSeconds(60));
    Supervisor app = Supervisor.open(spec, init -> {
      ProducerRef<Integer, ?> end = init.start(Stage.producer("source", SomeNumbers::new));
      for (int i = 0; i < stages; i++) end = init.start(Stage.producerConsumer("relay" + i, end, Relay::new));
      init.start(Stage.consumer("sink", end, () -> new Sink(count)).withDemand(DEMAND));
    });
    count.await();
    long begin = System.nanoTime();
    app.close();
    return (double) (System.nanoTime() - begin) / stages;
  }
}
