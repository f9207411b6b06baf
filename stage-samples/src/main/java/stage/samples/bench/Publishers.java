package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import stage.api.Demand;

/**
 * The JDK's own {@link SubmissionPublisher}. {@code submit} waits while a subscriber's buffer is full; a buffer holds
 * the demand's maximum, rounded up to a power of two, and subscribers ask for everything at once, so that asking costs
 * nothing.
 */
final class Publishers implements Technique {
  private final Executor executor;

  /** Delivers on threads of an executor. */
  Publishers(Executor executor) {
    this.executor = executor;
  }

  @Override
  public String name() {
    return "SubmissionPublisher";
  }

  @Override
  public long hops(int hops, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var end = new CountDownLatch(1);
    List<SubmissionPublisher<Long>> publishers = publishers(hops, demand);
    for (int hop = 1; hop < hops; hop++) publishers.get(hop - 1).subscribe(relayTo(publishers.get(hop)));
    publishers.getLast().subscribe(addUp(total, end));
    sendAll(events, publishers.getFirst()::submit, publishers.subList(0, 1));
    end.await();
    return total.sum();
  }

  @Override
  public long fanOut(int workers, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var end = new CountDownLatch(workers);
    List<SubmissionPublisher<Long>> publishers = publishers(workers, demand);
    for (var publisher : publishers) publisher.subscribe(addUp(total, end));
    sendAll(events, new Consumer<>() {
      private int next;

      @Override
      public void accept(Long event) {
        publishers.get(next).submit(event);
        next = next + 1 < workers ? next + 1 : 0;
      }
    }, publishers);
    end.await();
    return total.sum();
  }

  @Override
  public long broadcast(int consumers, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var end = new CountDownLatch(consumers);
    List<SubmissionPublisher<Long>> publishers = publishers(1, demand);
    for (int i = 0; i < consumers; i++) publishers.getFirst().subscribe(addUp(total, end));
    sendAll(events, publishers.getFirst()::submit, publishers);
    end.await();
    return total.sum();
  }

  @Override
  public long partition(int partitions, Demand demand, long events) throws Exception {
    var total = new LongAdder();
    var end = new CountDownLatch(partitions);
    List<SubmissionPublisher<Long>> publishers = publishers(partitions, demand);
    for (var publisher : publishers) {
      var tally = new ValueCounts();
      publisher.subscribe(subscriber(tally::add, () -> {
        total.add(tally.sum());
        end.countDown();
      }));
    }
    sendAll(events, event -> publishers.get(Events.partitionOf(event, partitions)).submit(event), publishers);
    end.await();
    return total.sum();
  }

  @Override
  public void pingPong(RoundTrips trips) throws Exception {
    var end = new CountDownLatch(1);
    var there = new SubmissionPublisher<Long>(executor, 1);
    var back = new SubmissionPublisher<Long>(executor, 1);
    there.subscribe(relayTo(back));
    back.subscribe(subscriber(pong -> {
      Long ping = trips.next(pong);
      if (ping != null) there.submit(ping);
      else there.close();
    }, end::countDown));
    there.submit(trips.first());
    end.await();
  }

  private List<SubmissionPublisher<Long>> publishers(int count, Demand demand) {
    List<SubmissionPublisher<Long>> publishers = new ArrayList<>();
    for (int i = 0; i < count; i++) publishers.add(new SubmissionPublisher<>(executor, demand.max()));
    return publishers;
  }

  private static void sendAll(long events, Consumer<Long> to, List<SubmissionPublisher<Long>> last) throws Exception {
    var crew = new Crew();
    crew.add(() -> {
      for (long i = 0; i < events; i++) to.accept(Events.at(i));
      last.forEach(SubmissionPublisher::close);
    });
    crew.run();
  }

  private static Flow.Subscriber<Long> relayTo(SubmissionPublisher<Long> next) {
    return subscriber(next::submit, next::close);
  }

  private static Flow.Subscriber<Long> addUp(LongAdder total, CountDownLatch end) {
    long[] sum = {0};
    return subscriber(event -> sum[0] += event, () -> {
      total.add(sum[0]);
      end.countDown();
    });
  }

  static Flow.Subscriber<Long> subscriber(Consumer<Long> onNext, Runnable onComplete) {
    return new Flow.Subscriber<>() {
      @Override
      public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
      }

      @Override
      public void onNext(Long event) {
        onNext.accept(event);
      }

      @Override
      public void onError(Throwable failure) {
        throw new IllegalStateException("a subscriber failed", failure);
      }

      @Override
      public void onComplete() {
        onComplete.run();
      }
    };
  }
}
