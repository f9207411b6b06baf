package stage.stress;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/**
 * R7: the heap is full again and again, for whoever allocates at that moment, in user code or in the engine: the
 * results are exact all the same.
 *
 * <p>On platform threads: where the heap is full, the JDK's scheduler of virtual threads forgets some that it was to
 * continue.
 */
final class FullHeap {
  private FullHeap() {}

  private static final Redelivery AGAIN = Redelivery.attempts(1_000_000);

  private static volatile boolean isOver;
  private static volatile Object[] hoard;   // all of the heap is held by this

  /** Emits 1, 2, 3 … until it is over. */
  private static final class Numbers implements Stage.Producer<Long> {
    private State<Long> last;

    @Override
    public void onStart(StageContext context) {
      last = context.state(0L);
    }

    @Override
    public void onDemand(long demand, Outlet<Long> out) {
      if (isOver) {
        out.complete();
        return;
      }
      long from = last.value();
      last.set(from + demand);
      for (long event = from + 1; event <= from + demand; event++) out.emit(event);
    }
  }

  private static final class Doubler implements Stage.ProducerConsumer<Long, Long> {
    @Override
    public void onEvents(List<Long> events, Inlet<Long> from, Outlet<Long> out) {
      for (long event : events) out.emit(2 * event);
    }
  }

  /** Counts, adds up, and looks at the order. */
  private static final class Sum implements Stage.Consumer<Long> {
    private final Result result;
    private State<Result> soFar;

    Sum(Result result) {
      this.result = result;
    }

    @Override
    public void onStart(StageContext context) {
      soFar = context.state(new Result());
    }

    @Override
    public void onEvents(List<Long> events, Inlet<Long> from) {
      var next = new Result();
      next.add(soFar.value());
      for (long event : events) next.add(event);
      soFar.set(next);
    }

    @Override
    public void onStop(StopReason reason) {
      if (reason instanceof StopReason.Completed) result.add(soFar.value());
    }
  }

  /** What became of the events of one producer, at one consumer or several. */
  private static final class Result {
    private long count;
    private long sum;
    private long last;
    private long late;   // not in order

    private void add(long event) {
      if (event <= last) late++;
      last = event;
      count++;
      sum += event;
    }

    private void add(Result other) {
      count += other.count;
      sum += other.sum;
      last = other.last;
      late += other.late;
    }
  }

  private static ProducerRef<Long, ?> numbers(Supervisor app, String name, Dispatcher<Long> dispatch) {
    var numbers = app.start(Stage.producer(name, Numbers::new).withDispatcher(dispatch).onPlatformThread());
    numbers.pause();
    return numbers;
  }

  private static Result sum(Supervisor app, String name, SubscriptionSpec<Long> subscription) {
    var result = new Result();
    app.start(Stage.consumer(name, subscription, () -> new Sum(result)).withRedelivery(AGAIN).onPlatformThread());
    return result;
  }

  private static void ensure(boolean holds, String what, Result result) {
    if (!holds)
      throw new AssertionError(what + ", but: count " + result.count + " sum " + result.sum + " late " + result.late);
  }

  static void run(long seed, Duration duration) throws Exception {
    List<Runnable> checks = new ArrayList<>();
    try (var app = Supervisor
        .open(SupervisorSpec.of("full").withIntensity(new Intensity(Integer.MAX_VALUE, Duration.ofMillis(1))))) {
      List<ProducerRef<Long, ?>> all = new ArrayList<>();
      for (Demand demand : List.of(Demand.max(20), Demand.DEFAULT)) {
        String suffix = "-" + demand.max();
        ProducerRef<Long, ?> toAll = numbers(app, "to-all" + suffix, Dispatcher.broadcast());
        for (int i = 0; i < 3; i++) {
          Result sum = sum(app, "all" + suffix + "-" + i, SubscriptionSpec.to(toAll).withDemand(demand));
          checks.add(() -> check(toAll, 1, sum));
        }
        ProducerRef<Long, ?> byKey = numbers(app, "by-key" + suffix,
            Dispatcher.partition(List.of("0", "1", "2"), event -> NAMES[(int) (event % 3)]));
        List<Result> partitions = new ArrayList<>();
        for (int i = 0; i < 3; i++) partitions
            .add(sum(app, "key" + suffix + "-" + i, SubscriptionSpec.to(byKey).withDemand(demand).withPartition(i)));
        checks.add(() -> check(byKey, 1, partitions.toArray(Result[]::new)));
        ProducerRef<Long, ?> hops = numbers(app, "hops" + suffix, Dispatcher.demand());
        var doubled = app.start(
            Stage.producerConsumer("doubled" + suffix, hops, Doubler::new).withRedelivery(AGAIN).onPlatformThread()
            .withDemand(demand));
        Result one = sum(app, "one" + suffix, SubscriptionSpec.to(doubled).withDemand(demand));
        Result other = sum(app, "other" + suffix, SubscriptionSpec.to(doubled).withDemand(demand));
        checks.add(() -> check(hops, 2, one, other));
        all.addAll(List.of(toAll, byKey, hops));
      }
      all.forEach(ProducerRef::resume);
      var hog = Thread.ofPlatform().start(() -> fill(new Random(seed), System.nanoTime() + duration.toNanos()));
      hog.join();
      isOver = true;
      for (ProducerRef<Long, ?> each : all) each.join();
      app.join();
      checks.forEach(Runnable::run);
    }
  }

  private static final String[] NAMES = {"0", "1", "2"};

  private static void check(ProducerRef<Long, ?> numbers, long factor, Result... results) {
    var all = new Result();
    for (Result each : results) all.add(each);
    long count = numbers.snapshot().eventsEmitted();
    ensure(all.late == 0 && all.count == count && all.sum == factor * count * (count + 1) / 2,
        count + " events of " + numbers.path() + " came once, in order", all);
  }

  /** Fills the heap, keeps it full for some milliseconds, and lets others have some of it. */
  private static void fill(Random random, long until) {
    while (System.nanoTime() - until < 0) {
      try {
        for (int size = 1 << 16; size > 0; size /= 2) takeAll(size);
        long fullUntil = System.nanoTime() + random.nextInt(20_000_000);
        while (System.nanoTime() - fullUntil < 0) takeAll(1 + random.nextInt(64));
      } catch (OutOfMemoryError none) {
        hoard = null;
      }
      hoard = null;
      LockSupport.parkNanos(random.nextInt(30_000_000));
    }
  }

  private static void takeAll(int size) {
    try {
      while (true) {
        Object[] next = new Object[size + 1];
        next[0] = hoard;
        hoard = next;
      }
    } catch (OutOfMemoryError full) {
      // as it was meant to be
    }
  }
}
