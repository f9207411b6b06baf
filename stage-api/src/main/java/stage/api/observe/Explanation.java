package stage.api.observe;

import java.util.List;
import java.util.Objects;
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
    findings = List.copyOf(Objects.requireNonNull(findings, "findings must not be null"));
    if (findings.isEmpty()) {
      throw new IllegalArgumentException("an explanation has at least 1 finding, but there were none;"
          + " use Finding.Healthy if nothing is wrong");
    }
  }

  /** {@return whether nothing is stuck} A scope that has a bottleneck is not stuck: every scope has one under load. */
  public boolean isFlowing() {
    return findings.stream().noneMatch(Finding::isStuck);
  }

  /**
   * {@return the same explanation, adjusted to be shown beside these rates} An explanation measures over a short time
   * of its own, the rates over a longer one. Where a stage has handled more in the longer time than the explanation
   * says it can, its capacity is taken from the rates; where nothing is wrong, so is the rate that it states.
   *
   * @param tree the snapshot at the end of that longer span
   * @param rates the rates of that span
   */
  public Explanation beside(TreeSnapshot tree, TreeRates rates) {
    Objects.requireNonNull(tree, "tree must not be null");
    Objects.requireNonNull(rates, "rates must not be null; use TreeRates.NONE");
    return new Explanation(findings.stream().map(finding -> switch (finding) {
      case Finding.Bottleneck bottleneck -> bottleneck.beside(tree, rates);
      case Finding.Healthy healthy when rates.seconds() > 0 -> new Finding.Healthy(tree.stages().size(),
          tree.stages().stream().mapToDouble(stage -> rates.of(stage).in()).sum());
      case Finding.Healthy healthy -> finding;
      case Finding.Deadlock deadlock -> finding;
      case Finding.RootCause cause -> finding;
      case Finding.Skew skew -> finding;
      case Finding.Closing closing -> finding;
    }).toList());
  }

  /** {@return the sentences of all findings, a line each} */
  @Override
  public String toString() {
    return findings.stream().map(Finding::sentence).collect(Collectors.joining("\n"));
  }
}
