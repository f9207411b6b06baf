package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.supervision.Intensity;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;

/**
 * F18: interrupts that come at any moment, between taking and handling a batch, and between handling and committing it.
 */
@Tag("races")
class InterruptStormTest extends CrashTest {
  private static final int INTERRUPTS = 300;

  private final Map<String, Thread> threads = new ConcurrentHashMap<>();
  private final AtomicInteger reached = new AtomicInteger();
  private volatile boolean isOver;
  private volatile int emitted;

  /** What blocking code does all the time. */
  private static void feelInterrupts() throws InterruptedException {
    if (Thread.interrupted()) throw new InterruptedException();
  }

  private final class Source implements Stage.Generator<Integer> {
    private State<Integer> next;

    @Override
    public void onStart(StageContext context) {
      threads.put("source", Thread.currentThread());
      next = context.state(0);
    }

    @Override
    public void generate(Outlet<Integer> out) throws InterruptedException {
      while (!isOver) {
        feelInterrupts();
        int event = next.value();
        next.set(event + 1);
        out.emit(event);
      }
      emitted = next.value();
    }
  }

  private final class Middle implements Stage.ProducerConsumer<Integer, Integer> {
    @Override
    public void onStart(StageContext context) {
      threads.put("middle", Thread.currentThread());
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) throws InterruptedException {
      for (int event : events) {
        feelInterrupts();
        out.emit(event);
      }
    }
  }

  private final class Sink implements Stage.Consumer<Integer> {
    private final List<Integer> outOfOrder;
    private State<Integer> next;

    Sink(List<Integer> outOfOrder) {
      this.outOfOrder = outOfOrder;
    }

    @Override
    public void onStart(StageContext context) {
      threads.put("sink", Thread.currentThread());
      next = context.state(0);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) throws InterruptedException {
      for (int event : events) {
        feelInterrupts();
        if (event != next.value()) outOfOrder.add(event);
        next.set(event + 1);
      }
      reached.set(next.value());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void f18_loseAndDoubleNothing(long seed) throws Exception {
    var outOfOrder = new ArrayList<Integer>();
    open(Intensity.of(1_000_000));
    var source = start(Stage.generator("source", Source::new));
    var middle = start(Stage.producerConsumer("middle", source, Middle::new).withRedelivery(Redelivery.attempts(100))
        .withDemand(Demand.max(20)));
    var sink = start(Stage.consumer("sink", middle, () -> new Sink(outOfOrder)).withRedelivery(Redelivery.attempts(100))
        .withDemand(Demand.max(50)));
    var victims = List.of("source", "middle", "sink");
    var random = new Random(seed);
    for (int i = 0; i < INTERRUPTS; i++) {
      int from = reached.get();
      int pause = random.nextInt(100);
      Await.until(() -> reached.get() >= from + pause, "it goes on", source, middle, sink);
      threads.get(victims.get(random.nextInt(3))).interrupt();
    }
    isOver = true;
    Await.end(sink);
    assertThat(reached).hasValue(emitted);
    assertThat(outOfOrder).isEmpty();
    assertThat(List.of(middle, sink)).allSatisfy(stage -> assertThat(stage.snapshot().eventsDeadLettered()).isZero());
    assertThat(scope().snapshot().crashes()).as("some hit user code").isPositive();
    log.take();
  }
}
