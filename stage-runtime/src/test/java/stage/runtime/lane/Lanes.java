package stage.runtime.lane;

import java.lang.reflect.Proxy;
import java.util.stream.IntStream;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.SubscriptionSpec;

/** Lanes between ends that are no cells. */
public final class Lanes {
  private static class Nobody implements LaneEnd {
    private final String path;

    Nobody(String path) {
      this.path = path;
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public void wake() {}

    @Override
    public void wakeUnlessResting() {}

    @Override
    public void inputEnded() {}

    @Override
    public void consumerLeft(Lane<?> lane) {}

    @Override
    public void askToCancel(Lane<?> lane) {}

    @Override
    public long nanos() {
      return 0;
    }
  }

  /** Names the producer in specs, where nothing is asked of it. */
  @SuppressWarnings("unchecked")
  private static final ProducerRef<Integer, ?> ANY =
      (ProducerRef<Integer, ?>) Proxy.newProxyInstance(Lanes.class.getClassLoader(),
      new Class<?>[] {ProducerRef.class}, (proxy, method, arguments) -> null);

  private Lanes() {}

  public static SubscriptionSpec<Integer> spec() {
    return SubscriptionSpec.to(ANY);
  }

  public static LaneEnd end(String path) {
    return new Nobody(path);
  }

  /** An end whose clock is read when there is no memory, and that counts how often it is. */
  static LaneEnd endOnAFullHeap(int[] read) {
    return new Nobody("test/full") {
      @Override
      public long nanos() {
        read[0]++;
        throw new OutOfMemoryError("nothing is left");
      }
    };
  }

  public static Lane<Integer> lane(LaneEnd producer, LaneEnd consumer, int max) {
    return new Lane<>(1, SubscriptionSpec.to(ANY).withDemand(Demand.max(max)), producer, consumer);
  }

  public static Object[] events(int from, int to) {
    return IntStream.range(from, to).boxed().toArray();
  }
}
