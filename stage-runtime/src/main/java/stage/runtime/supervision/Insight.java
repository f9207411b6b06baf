package stage.runtime.supervision;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.ServiceLoader;
import stage.api.observe.Explanation;
import stage.api.observe.PageSpec;
import stage.api.observe.Registration;
import stage.api.observe.TreeSnapshot;
import stage.api.observe.WatchPage;

/**
 * What is made of the numbers of a scope. A service of this module's own, because its implementations know what
 * a supervisor is, and supervision must not know them.
 */
public interface Insight {
  /**
   * {@return why a scope is stuck or slow} Takes two snapshots, some time apart, and more while it is not known which.
   *
   * @param scope which
   */
  Explanation explain(Observed scope);

  /**
   * {@return the same for those who know how long a callback may take}
   *
   * @param scope which
   * @param limit what has stood still for so long is stuck
   */
  Explanation explain(Observed scope, Duration limit);

  /**
   * {@return the same from one snapshot, of a scope in which nothing can move: a simulation}
   *
   * @param still the numbers
   * @param scope which
   */
  Explanation explainStandstill(TreeSnapshot still, Observed scope);

  /**
   * Writes down the numbers of a scope, their explanation, and where each thread is.
   *
   * @param scope which
   * @param file where to
   * @throws IOException if that cannot be written
   */
  void dump(Observed scope, Path file) throws IOException;

  /**
   * A scope was opened. Whatever wants to follow it from the beginning may do so.
   *
   * @param scope which
   */
  void opened(Observed scope);

  /**
   * Shows a scope to those who manage this JVM, until it closes or the registration does.
   *
   * @param scope which
   * @throws UnsupportedOperationException if this JVM has nothing for that
   */
  Registration manage(Observed scope);

  /**
   * Shows a scope on a web page, until it closes or the page does.
   *
   * @param scope which
   * @param page where, and what is on it
   */
  WatchPage openPage(Observed scope, PageSpec page);

  /** {@return the insight of this runtime} */
  static Insight find() {
    if (FoundInsight.INSIGHT.isPresent()) return FoundInsight.INSIGHT.get();
    throw new IllegalStateException("stage.runtime has lost its service " + Insight.class.getName()
        + "; if its jar was merged with others, their META-INF/services must be merged too");
  }
}

/** Holds the one service of this runtime. */
final class FoundInsight {
  static final Optional<Insight> INSIGHT =
      ServiceLoader.load(Insight.class, Insight.class.getClassLoader()).findFirst();

  private FoundInsight() {}
}
