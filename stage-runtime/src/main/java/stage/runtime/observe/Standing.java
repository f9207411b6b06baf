package stage.runtime.observe;

import java.time.Duration;
import java.util.List;
import stage.api.observe.Finding;

/** How one stage stands, between two snapshots. */
sealed interface Standing {
  /** It moves, or nothing speaks against it. */
  record Fine() implements Standing {}

  /**
   * It waits for others.
   *
   * @param edges for which, and why; at least one
   * @param isForAny whether it goes on as soon as one of them does; otherwise all of them must
   */
  record Waiting(List<Edge> edges, boolean isForAny) implements Standing {
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
   * @param before what to say before its name
   * @param after what to say after it
   */
  record Edge(String to, String before, String after) {
    /** {@return a clause such as {@code waits for demand of `shop/writer`}} Used for circles only. */
    String reason() {
      return before + "`" + to + "`" + after;
    }
  }

  /** There is nothing to say. */
  Standing FINE = new Fine();
}
