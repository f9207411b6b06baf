package stage.samples.bench;

import java.util.List;
import stage.api.Outlet;
import stage.api.pipeline.Delivery;
import stage.api.pipeline.DeliverySource;

/** As many deliveries as are wanted, of the numbers in a ring. All of it on the thread of the source's stage. */
final class NumberedDeliveries implements DeliverySource<Long> {
  private final long count;
  private long next;
  private long sumOfAcked;   // read when the job is over

  NumberedDeliveries(long count) {
    this.count = count;
  }

  @Override
  public void receive(long demand, Outlet<Delivery<Long>> out) {
    long end = Math.min(next + demand, count);
    for (; next < end; next++) out.emit(new Delivery<>(Events.at(next), next));
    if (next == count) out.complete();
  }

  @Override
  public void settle(List<Delivery<Long>> acked, List<Nacked<Long>> nacked) {
    for (Delivery<Long> delivery : acked) sumOfAcked += delivery.payload();
  }

  long sumOfAcked() {
    return sumOfAcked;
  }
}
