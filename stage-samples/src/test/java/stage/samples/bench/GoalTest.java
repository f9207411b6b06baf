package stage.samples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class GoalTest {
  private static final List<Result.Score> SCORES = List.of(
      new Result.Score("Stage", new Samples(10)), new Result.Score("faster", new Samples(5)),
      new Result.Score("slower", new Samples(60)));

  @Test
  void withinIsAboutHowOftenTheRivalFitsIn() {
    assertThat(new Goal.Within(2, "faster").judge(SCORES)).isEqualTo(new Result.Verdict("at most 2 × faster", 2, true));
    assertThat(new Goal.Within(1.9, "faster").judge(SCORES))
        .isEqualTo(new Result.Verdict("at most 1.9 × faster", 2, false));
  }

  @Test
  void fasterIsAboutHowOftenStageFitsIn() {
    assertThat(new Goal.Faster(6, "slower").judge(SCORES))
        .isEqualTo(new Result.Verdict("at least 6 × faster than slower", 6, true));
    assertThat(new Goal.Faster(7, "slower").judge(SCORES).isMet()).isFalse();
  }

  @Test
  void atMostIsAboutStageAlone() {
    assertThat(new Goal.AtMost(10, "bytes").judge(SCORES)).isEqualTo(new Result.Verdict("at most 10 bytes", 10, true));
    assertThat(new Goal.AtMost(9, "bytes").judge(SCORES).isMet()).isFalse();
  }

  @Test
  void atMostMoreIsAboutTheDifference() {
    assertThat(new Goal.AtMostMore(5, "ns", "faster").judge(SCORES))
        .isEqualTo(new Result.Verdict("at most 5 ns more than faster", 5, true));
    assertThat(new Goal.AtMostMore(4, "ns", "faster").judge(SCORES).isMet()).isFalse();
  }

  @Test
  void namesTheContendersThereAreIfTheRivalIsNone() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Goal.Within(2, "nobody").judge(SCORES))
        .withMessage("no contender \"nobody\"; there are: Stage, faster, slower");
  }
}
