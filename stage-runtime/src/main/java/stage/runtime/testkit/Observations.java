package stage.runtime.testkit;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which stages there were in the runs of a simulation, so that a rule for one that there never was can be told. Used
 * only by the running simulated thread.
 */
final class Observations {
  private static final int MOST_NAMES = 30;

  private final Set<String> paths = new HashSet<>();
  private final Set<String> probes = new TreeSet<>();   // those of the paths that are spared

  /** {@return whether it is the first time} */
  boolean isNew(String path) {
    return paths.add(path);
  }

  /** The stage is a probe. */
  void isProbe(String path) {
    probes.add(path);
  }

  /** {@return what is wrong with rules for stages that there were not, a line each; empty if nothing is} */
  List<String> problemsOf(List<CrashRule> rules) {
    List<String> problems = new ArrayList<>();
    for (CrashRule rule : rules) {
      if (!(rule instanceof CrashRule.Every(var stage, var every))) continue;
      List<String> named = paths.stream().filter(path -> isIt(stage, path)).toList();
      if (!probes.containsAll(named)) continue;
      problems.add(rule + (named.isEmpty() ? " names a stage that was in no run"
          : " names a probe, and those never crash")
          + "; there were: " + names());
    }
    return problems;
  }

  private String names() {
    if (paths.isEmpty()) return "none";
    String names = new TreeSet<>(paths).stream().limit(MOST_NAMES)
        .map(path -> probes.contains(path) ? path + " (a probe)" : path).collect(Collectors.joining(", "));
    return paths.size() <= MOST_NAMES ? names : names + ", and " + (paths.size() - MOST_NAMES) + " more";
  }

  /** {@return whether a stage is the one of this name, or of this end of its path} */
  static boolean isIt(String stage, String path) {
    return path.equals(stage) || path.endsWith("/" + stage);
  }
}
