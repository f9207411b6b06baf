package stage.pipeline;

import java.util.ArrayList;
import java.util.List;
import stage.api.Outlet;
import stage.api.pipeline.Delivery;
import stage.api.pipeline.DeliverySource;

/** A source of given deliveries that remembers each call that has answered some. Read it when the job has ended. */
final class TestMail<T> implements DeliverySource<T> {
  /** A call: whose deliveries were handled, and whose have failed. */
  record Settled<T>(List<T> acked, List<T> nacked) {}

  final List<Settled<T>> calls = new ArrayList<>();
  private final List<T> left;
  private final boolean isEndless;

  /** @param isEndless whether it waits for more, of which there is none, in place of an end */
  TestMail(boolean isEndless, List<T> all) {
    this.left = new ArrayList<>(all);
    this.isEndless = isEndless;
  }

  @SafeVarargs
  static <T> TestMail<T> of(T... all) {
    List<T> list = new ArrayList<>();
    for (T each : all) list.add(each);
    return new TestMail<>(false, list);
  }

  /** More comes. While no call is running, which a simulation can tell. */
  void add(List<T> more) {
    left.addAll(more);
  }

  @Override
  public void receive(long demand, Outlet<Delivery<T>> out) {
    for (long i = 0; i < demand && !left.isEmpty(); i++) {
      T next = left.removeFirst();
      out.emit(new Delivery<>(next, this));
    }
    if (left.isEmpty() && !isEndless) out.complete();
  }

  @Override
  public void settle(List<Delivery<T>> acks, List<Nacked<T>> nacks) {
    boolean isOurs = acks.stream().allMatch(each -> each.token() == this)
        && nacks.stream().allMatch(each -> each.delivery().token() == this);
    if (!isOurs) throw new AssertionError("got another source's deliveries");
    calls.add(new Settled<>(acks.stream().map(Delivery::payload).toList(),
        nacks.stream().map(each -> each.delivery().payload()).toList()));
  }

  List<T> acked() {
    return calls.stream().flatMap(call -> call.acked.stream()).toList();
  }

  List<T> nacked() {
    return calls.stream().flatMap(call -> call.nacked.stream()).toList();
  }
}
