package stage.samples.bench;

import java.util.List;

/**
 * What came out of a scenario.
 *
 * @param name the scenario, or the part of it
 * @param about what was done
 * @param unit what the numbers are; less is better
 * @param scores the contenders, Stage first
 * @param verdicts the goals
 */
record Result(String name, String about, String unit, List<Score> scores, List<Verdict> verdicts) {
  /**
   * One contender's numbers.
   *
   * @param contender its name
   * @param samples one per round
   */
  record Score(String contender, Samples samples) {}

  /**
   * Whether a goal is met.
   *
   * @param goal what was to be shown
   * @param measured what was measured, in the goal's own terms
   * @param isMet whether that is enough
   */
  record Verdict(String goal, double measured, boolean isMet) {}

  static Result of(String name, String about, String unit, List<Score> scores, List<Goal> goals) {
    return new Result(name, about, unit, List.copyOf(scores), goals.stream().map(goal -> goal.judge(scores)).toList());
  }
}
