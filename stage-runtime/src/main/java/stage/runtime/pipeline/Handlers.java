package stage.runtime.pipeline;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import stage.api.DeadLetterHandler;

/** Finds the handler of a dead letter: each step of a run may have one of its own, and its stage has one for all. */
final class Handlers {
  private Handlers() {}

  /** {@return the handler of a stage that runs these steps; empty if none of them has one} */
  static Optional<DeadLetterHandler> of(ChainPlan plan) {
    Map<String, DeadLetterHandler> byStep = new HashMap<>();
    for (int step = 0; step < plan.policies().size(); step++) {
      Optional<DeadLetterHandler> handler = plan.policies().get(step).how().handler();
      if (handler.isPresent()) byStep.put(plan.sites().get(step).label(), handler.get());
    }
    if (byStep.isEmpty()) return Optional.empty();
    return Optional.of(letter -> {
      String step = letter.path().substring(letter.path().lastIndexOf('/') + 1);
      byStep.getOrDefault(step, DeadLetterHandler.LOG).handle(letter);
    });
  }
}
