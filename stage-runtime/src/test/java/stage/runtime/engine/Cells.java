package stage.runtime.engine;

import stage.api.Stage;
import stage.runtime.time.RealTime;

/** Cells that are never started. */
final class Cells {
  /** Their owner has nothing to do. */
  static final CellOwner NOBODY = new CellOwner(null, new CellOwner.News() {}, (cell, tell) -> tell.run());

  private Cells() {}

  static Cell<?> producer(String name) {
    Stage.Producer<Integer> nothing = (demand, out) -> {};
    return Cell.of(Stage.producer(name, Integer.class, () -> nothing), "test", new SubscriptionGraph(new RealTime()),
        NOBODY);
  }
}
