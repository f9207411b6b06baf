package stage.stress;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.supervision.Supervisor;

/** R6: very many subscribers of one broadcast. */
final class ManySubscribers {
  private static final int EVENTS = 10;

  private ManySubscribers() {}

  static void run(int subscribers) throws Exception {
    var handled = new AtomicLong();
    var outOfOrder = new AtomicLong();
    try (var app = Supervisor.open("many")) {
      var producer = app.start(
          Stage.producer("one", Integer.class, () -> ManySubscribers::nothing).withDispatcher(Dispatcher.broadcast()));
      for (int i = 0; i < subscribers; i++) {
        app.start(Stage.consumer("c" + i, producer, () -> new Stage.Consumer<>() {
          private int next;

          @Override
          public void onEvents(List<Integer> batch, Inlet<Integer> from) {
            for (int event : batch) if (event != next++) outOfOrder.incrementAndGet();
            handled.addAndGet(batch.size());
          }
        }).withDemand(Demand.max(2)));
      }
      for (int i = 0; i < EVENTS; i++) producer.emit(i);
      producer.stop();
      app.join();
    }
    if (handled.get() != (long) subscribers * EVENTS || outOfOrder.get() > 0) {
      throw new AssertionError(handled + " events were handled by " + subscribers + " subscribers of " + EVENTS + ", "
          + outOfOrder + " of them out of order");
    }
  }

  private static void nothing(long demand, Outlet<Integer> out) {
    // its events are handed in
  }
}
