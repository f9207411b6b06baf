package stage.samples.bench;

import java.util.List;

/** What Stage is to show in a scenario. */
sealed interface Goal {
  /** It costs at most this many times what a rival does. */
  record Within(double times, String rival) implements Goal {}

  /** The rival costs at least this many times what it does. */
  record Faster(double times, String rival) implements Goal {}

  /** It costs at most so much, whatever the others do. */
  record AtMost(double limit, String unit) implements Goal {}

  /** It costs at most so much more than a rival. */
  record AtMostMore(double limit, String unit, String rival) implements Goal {}

  default Result.Verdict judge(List<Result.Score> scores) {
    return switch (this) {
      case Within(double times, String rival) -> {
        double measured = samples(Stages.NAME, scores).over(samples(rival, scores)).median();
        yield new Result.Verdict("at most " + number(times) + " × " + rival, measured, measured <= times);
      }
      case Faster(double times, String rival) -> {
        double measured = samples(rival, scores).over(samples(Stages.NAME, scores)).median();
        yield new Result.Verdict("at least " + number(times) + " × faster than " + rival, measured, measured >= times);
      }
      case AtMostMore(double limit, String unit, String rival) -> {
        double measured = samples(Stages.NAME, scores).median() - samples(rival, scores).median();
        yield new Result.Verdict("at most " + number(limit) + " " + unit + " more than " + rival, measured,
            measured <= limit);
      }
      case AtMost(double limit, String unit) -> {
        double measured = samples(Stages.NAME, scores).median();
        yield new Result.Verdict("at most " + number(limit) + " " + unit, measured, measured <= limit);
      }
    };
  }

  private static Samples samples(String contender, List<Result.Score> scores) {
    return scores.stream().filter(score -> score.contender().equals(contender)).findFirst().map(Result.Score::samples)
        .orElseThrow(() -> new IllegalArgumentException("no contender \"" + contender + "\"; there are: "
            + String.join(", ", scores.stream().map(Result.Score::contender).toList())));
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
