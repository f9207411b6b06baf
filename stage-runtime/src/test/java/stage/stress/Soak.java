package stage.stress;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;

/**
 * R7: for long, in little memory: a generator, a stage that crashes now and then, and a slow consumer; what is kept
 * must not grow.
 */
final class Soak {
  private Soak() {}

  static void run(Duration duration) throws Exception {
    var handled = new AtomicLong();
    long emitted;
    try (var app = Supervisor
        .open(SupervisorSpec.of("soak").withIntensity(new Intensity(Integer.MAX_VALUE, Duration.ofMillis(1))))) {
      var source = app.start(Stage.generator("source", byte[].class, () -> out -> {
        long until = System.nanoTime() + duration.toNanos();   // from here on: a scope may take seconds to open
        while (System.nanoTime() - until < 0) out.emit(new byte[100]);
      }));
      var middle =
          app.start(Stage.producerConsumer("middle", source, Crashing::new).withRedelivery(Redelivery.attempts(100)));
      app.start(Stage.consumer("sink", middle, () -> (batch, from) -> handled.addAndGet(batch.size())));
      app.join();
      emitted = source.snapshot().eventsEmitted();
    }
    if (handled.get() != emitted || emitted == 0)
      throw new AssertionError(handled + " of " + emitted + " events were handled");
  }

  private static final class Crashing implements Stage.ProducerConsumer<byte[], byte[]> {
    private long crashAt;
    private long seen;

    @Override
    public void onStart(StageContext context) {
      crashAt = 100_000;
    }

    @Override
    public void onEvents(List<byte[]> batch, Inlet<byte[]> from, Outlet<byte[]> out) {
      for (byte[] event : batch) out.emit(event);
      seen += batch.size();
      if (seen > crashAt) throw new IllegalStateException("now and then");
    }
  }
}
