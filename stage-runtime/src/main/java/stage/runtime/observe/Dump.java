package stage.runtime.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import stage.api.observe.Explanation;
import stage.api.observe.Registration;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;
import stage.runtime.supervision.Observed;

/** Writes a scope down: what a page would show, and where each thread is. */
final class Dump {
  private Dump() {}

  static void write(Observed scope, Path file) throws IOException {
    Registration watch = scope.watch();
    try {
      TreeSnapshot before = scope.tree();
      Explanation explanation = new Explainer(scope).explain();
      TreeSnapshot now = scope.tree();
      TreeRates rates = TreeRates.between(before, now);
      Files.writeString(file, of(now, rates, explanation.beside(now, rates), scope) + "\n");
    } finally {
      watch.close();
    }
  }

  private static String of(TreeSnapshot tree, TreeRates rates, Explanation explanation, Observed scope) {
    String page = TreeJson.of(tree, rates, Optional.of(explanation), List.of());
    return page.substring(0, page.length() - 1) + ",\"threads\":" + threads(scope, path -> true) + "}";
  }

  /**
   * {@return where threads are, as JSON}
   *
   * @param scope whose
   * @param which of which stages, by their paths
   */
  static String threads(Observed scope, Predicate<String> which) {
    var threads = new Json();
    threads.open('[');
    for (Map.Entry<String, List<Thread>> stage : scope.threads().entrySet()) {
      if (!which.test(stage.getKey())) continue;
      for (Thread thread : stage.getValue()) put(threads.next(), stage.getKey(), thread, scope.placeOf(thread));
    }
    return threads.close(']').toString();
  }

  private static void put(Json json, String stage, Thread thread, Observed.Place place) {
    json.open('{').put("id", thread.threadId()).put("stage", stage).put("name", thread.getName())
        .put("state", place.state().name()).key("stack").open('[');
    for (StackTraceElement frame : place.stack()) json.next().quoted(frame.toString());
    json.close(']').close('}');
  }
}
