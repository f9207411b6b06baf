package stage.runtime.observe;

import java.time.Duration;
import java.util.List;
import stage.api.observe.Finding;

/** How one stage stands, between two snapshots. */
sealed interface Standing {
  /** It moves, or there is nothing to say against it. */
  record Fine() implements Standing {}

  /**
   * It waits for others.
   *
   * @param edges for whom, and why; at least one
   */
  record Waiting(List<Edge> edges) implements Standing {
    /** Copies the list. */
    public Waiting {
      edges = List.copyOf(edges);
    }
  }

  /**
   * It waits for no other stage: the reason is its own.
   *
   * @param kind what it does or lacks
   * @param lasted for how long at least
   * @param detail what else is known
   * @param stack where it is, if it is in user code
   */
  record Culprit(Finding.Kind kind, Duration lasted, String detail,
      List<StackTraceElement> stack) implements Standing {}

  /**
   * Why one stage waits for another.
   *
   * @param to the path of that stage
   * @param reason such as {@code waits for demand of `shop/writer`}
   */
  record Edge(String to, String reason) {}

  /** There is nothing to say. */
  Standing FINE = new Fine();
}
