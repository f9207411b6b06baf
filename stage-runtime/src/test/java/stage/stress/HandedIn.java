package stage.stress;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/**
 * A producer that has no events but those handed in, its consumers, and what must add up at the end whatever was done
 * to them.
 */
final class HandedIn {
  final Supervisor app;
  final ProducerRef<Integer, ?> producer;
  final AtomicInteger accepted = new AtomicInteger();
  final AtomicInteger handled = new AtomicInteger();
  private final ConcurrentLinkedQueue<Throwable> problems = new ConcurrentLinkedQueue<>();
  private final Queue<StageRef<?>> refs = new ConcurrentLinkedQueue<>();
  private final AtomicInteger started = new AtomicInteger();

  HandedIn(Dispatcher<Integer> dispatch) {
    app = Supervisor.open(SupervisorSpec.of("handed").withIntensity(Intensity.of(1_000_000)));
    producer = app.start(Stage.producer("in", Integer.class, () -> HandedIn::nothing).withDispatcher(dispatch));
    refs.add(producer);
  }

  private static void nothing(long demand, Outlet<Integer> out) {
    // it has none of its own
  }

  /** Starts a consumer that is not subscribed yet. */
  ConsumerRef<Integer, ?> consumer() {
    return noted(app.start(consumerSpec()));
  }

  ConsumerRef<Integer, ?> subscribed() {
    return noted(app.start(consumerSpec().subscribeTo(producer, Demand.max(4))));
  }

  /** Starts a consumer of what several threads hand in, or others give back. */
  void subscribedInAnyOrder() {
    noted(app.start(Stage.consumer("any", producer, () -> (batch, from) -> handled.addAndGet(batch.size()))
        .withDemand(Demand.max(4))));
  }

  private ConsumerRef<Integer, ?> noted(ConsumerRef<Integer, ?> ref) {
    refs.add(ref);
    return ref;
  }

  private ConsumerSpec<Integer, Keeper> consumerSpec() {
    return Stage.consumer("out" + started.getAndIncrement(), Integer.class, Keeper::new)
        .withRedelivery(Redelivery.attempts(1_000_000));
  }

  private final class Keeper implements Stage.Consumer<Integer> {
    private int last = -1;

    @Override
    public void onEvents(List<Integer> batch, Inlet<Integer> from) {
      for (int event : batch) {
        if (event <= last) problems.add(new AssertionError("event " + event + " came after " + last));
        last = event;
      }
      handled.addAndGet(batch.size());
    }
  }

  /** {@return whether it was accepted} */
  boolean emit(int event) throws InterruptedException {
    try {
      producer.emit(event);
      accepted.incrementAndGet();
      return true;
    } catch (StageEndedException late) {
      return false;
    }
  }

  /**
   * The scope is closed: each event that was accepted has been handled, or has come back. With one consumer for each
   * event at most.
   */
  void check() {
    if (!problems.isEmpty()) throw new AssertionError(problems.peek());
    StageSnapshot end = producer.snapshot();
    if (end.eventsEmitted() != accepted.get())
      throw new AssertionError(accepted + " events were accepted, but emitted: " + end);
    if (handled.get() + end.eventsReturned() + end.eventsUndelivered() != accepted.get()) {
      throw new AssertionError(
          accepted + " events were accepted and " + handled + " handled, and of the others: " + end);
    }
    for (StageRef<?> ref : refs)
      if (ref.isAlive()) throw new AssertionError(ref.path() + " is alive after its scope was closed");
  }
}
