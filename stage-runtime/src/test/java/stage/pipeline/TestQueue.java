package stage.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import stage.api.Outlet;
import stage.api.StageContext;
import stage.api.pipeline.Delivery;
import stage.api.pipeline.DeliverySource;

/** A queue of numbers that remembers how it was answered. Its methods are called one after the other. */
class TestQueue implements DeliverySource<Integer> {
  final List<Integer> acked = new ArrayList<>();
  final TreeMap<Integer, Throwable> nacked = new TreeMap<>();
  final List<Integer> groups = new ArrayList<>();   // sizes
  final int size;
  int handedOut;
  int mostOpen;
  int stops;
  int starts;
  private Thread inside;

  TestQueue(int size) {
    this.size = size;
  }

  private void alone(Runnable what) {
    if (inside != null) throw new IllegalStateException("two calls at once");
    inside = Thread.currentThread();
    what.run();
    inside = null;
  }

  @Override
  public void onStart(StageContext context) {
    alone(() -> starts++);
  }

  @Override
  public void receive(long demand, Outlet<Delivery<Integer>> out) throws Exception {
    alone(() -> {
      for (long i = 0; i < demand && handedOut < size; i++) {
        out.emit(new Delivery<>(handedOut, "token " + handedOut));
        handedOut++;
      }
      mostOpen = Math.max(mostOpen, handedOut - acked.size() - nacked.size());
      if (handedOut == size) out.complete();
    });
  }

  @Override
  public void settle(List<Delivery<Integer>> acks, List<Nacked<Integer>> nacks) throws Exception {
    alone(() -> {
      groups.add(acks.size() + nacks.size());
      acks.forEach(delivery -> acked.add(delivery.payload()));
      nacks.forEach(nack -> {
        Throwable before = nacked.put(nack.delivery().payload(), nack.cause());
        if (before != null) throw new IllegalStateException(nack + " again");
      });
    });
  }

  @Override
  public void onStop() {
    alone(() -> stops++);
  }
}
