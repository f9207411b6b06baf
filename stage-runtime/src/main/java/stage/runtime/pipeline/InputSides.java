package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import stage.api.Inlet;
import stage.runtime.pipeline.operator.KeptValue;

/** The inputs of a run, where there are several that it tells apart: which side each is of. The run's own thread. */
final class InputSides {
  private final ChainPlan plan;
  private final KeptValue<List<Integer>> feedsLeft;             // of each side
  private final List<Inlet<Object>> inlets = new ArrayList<>();   // this incarnation's

  InputSides(ChainPlan plan) {
    this.plan = plan;
    this.feedsLeft = new KeptValue<>(plan.feeds());
  }

  /** An incarnation begins. */
  void start() {
    inlets.clear();
  }

  /** {@return whether it matters which input an element is of} */
  boolean areSeveral() {
    return !plan.sides().isEmpty();
  }

  int sideOf(Inlet<?> inlet) {
    return numberOf(inlet, plan.sides());
  }

  /** {@return the number of the input among all, for what it vouches for} */
  int laneOf(Inlet<?> inlet) {
    return numberOf(inlet, plan.lanes());
  }

  private static int numberOf(Inlet<?> inlet, Map<String, Integer> numbers) {
    Integer number = numbers.get(inlet.producer());
    if (number != null) return number;
    return numbers.get(inlet.producer().substring(inlet.producer().lastIndexOf('/') + 1));
  }

  void subscribed(Inlet<Object> inlet) {
    inlets.add(inlet);
  }

  /** {@return whether a side has ended with it} Of several feeds the last one says so. */
  boolean ended(Inlet<Object> inlet) {
    inlets.remove(inlet);
    if (!areSeveral()) return false;
    int side = sideOf(inlet);
    List<Integer> left = new ArrayList<>(feedsLeft.value());
    left.set(side, left.get(side) - 1);
    feedsLeft.set(List.copyOf(left));
    return left.get(side) == 0;
  }

  /** Lets elements come of the sides that the first link wants some of; of all if it takes the rest in vain. */
  void pauseAndResume(Link first, boolean isRestInVain) {
    if (!areSeveral()) return;
    for (Inlet<Object> inlet : inlets) {
      if (first.isOpen(sideOf(inlet)) || isRestInVain) inlet.resume();
      else inlet.pause();
    }
  }

  /** Nothing more is wanted of inputs other than the batch in hand's. */
  void cancelOthers(BatchInHand batch) {
    for (Inlet<Object> other : inlets) if (!batch.isOf(other)) other.cancel();
  }

  // ---- turns

  void commit() {
    feedsLeft.commit();
  }

  void rollback() {
    feedsLeft.rollback();
  }

  void adopt(InputSides committed) {
    feedsLeft.adopt(committed.feedsLeft);
  }
}
