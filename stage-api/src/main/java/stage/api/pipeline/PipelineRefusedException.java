package stage.api.pipeline;

import java.util.List;

/**
 * A description cannot be run as it is: thrown once, by the call that was to run it, with everything that is wrong.
 *
 * @since 0.1
 */
public final class PipelineRefusedException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** A line for each problem. */
  private final String[] problems;

  /**
   * Makes one.
   *
   * @param job the job's name
   * @param problems a line for each: {@code step "zip" (Weblog.java:31): what, why, what would be right}
   */
  public PipelineRefusedException(String job, List<String> problems) {
    super("job \"" + job + "\" cannot run: " + (problems.size() == 1 ? problems.getFirst() : "\n  "
        + String.join("\n  ", problems)));
    this.problems = problems.toArray(String[]::new);
  }

  /** {@return a line for each problem} */
  public List<String> problems() {
    return List.of(problems);
  }
}
