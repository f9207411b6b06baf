package stage.api.observe;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Why a tree of stages is stuck or slow, or that nothing is wrong with it.
 *
 * @param findings what was found, the worst first; never empty
 * @since 0.1
 */
public record Explanation(List<Finding> findings) {
  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there is no finding
   */
  public Explanation {
    findings = List.copyOf(findings);
    if (findings.isEmpty()) {
      throw new IllegalArgumentException("an explanation has at least 1 finding, but there were none;"
          + " use Finding.Healthy if nothing is wrong");
    }
  }

  /** {@return whether nothing is stuck} A scope that has a bottleneck is not stuck: every scope has one under load. */
  public boolean isFlowing() {
    return findings.stream().noneMatch(Finding::isStuck);
  }

  /** {@return the sentences of all findings, a line each} */
  @Override
  public String toString() {
    return findings.stream().map(Finding::sentence).collect(Collectors.joining("\n"));
  }
}
