package stage.runtime.engine;

import java.lang.reflect.Proxy;
import stage.api.Stage;
import stage.runtime.time.RealTime;

/** Cells that are never started. */
final class Cells {
  /** They ask their owner for nothing but a context. */
  private static final CellOwner NOBODY =
      (CellOwner) Proxy.newProxyInstance(CellOwner.class.getClassLoader(), new Class<?>[]{CellOwner.class},
      (proxy, method, arguments) -> method.getReturnType() == Watching.class ? new Watching() : null);

  private Cells() {}

  static Cell<?> producer(String name) {
    Stage.Producer<Integer> nothing = (demand, out) -> {};
    return Cell.of(Stage.producer(name, Integer.class, () -> nothing), "test", new SubscriptionGraph(new RealTime()),
        NOBODY);
  }
}
