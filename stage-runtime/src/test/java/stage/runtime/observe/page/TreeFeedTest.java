package stage.runtime.observe.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What those who follow a page are sent, and when. The clock is an argument. */
class TreeFeedTest {
  private static final long TICK = 500_000_000;
  private static final long SECOND = 1_000_000_000;

  private long now = 7 * SECOND;
  private List<TreePart> stages = List.of(stage(1, "a", 60_000), stage(2, "b", 0));
  private List<TreePart> edges = List.of();
  private String findings = "[]";
  private String supervisors = "[]";
  private final TreeFeed feed = new TreeFeed(this::tree);
  private final TreeFeed.Position client = new TreeFeed.Position();

  private TreeText tree() {
    return new TreeText(now, "\"nanos\":" + now, stages, edges, findings, supervisors, "whole at " + now);
  }

  private static TreePart stage(long id, String says, double age) {
    return new TreePart(id, "{" + id + says + age + "}", "{" + id + says + "}", List.of(age));
  }

  private List<TreeFeed.Message> next(TreeFeed.Position position) {
    return feed.next(position, now);
  }

  private List<TreeFeed.Message> afterATick() {
    now += TICK;
    return next(client);
  }

  private List<TreeFeed.Message> whole() {
    return List.of(new TreeFeed.Message("tree", "whole at " + now));
  }

  private List<TreeFeed.Message> change(String... keys) {
    String text = Arrays.stream(keys).map(key -> "," + key).collect(Collectors.joining());
    return List.of(new TreeFeed.Message("change", "{\"nanos\":" + now + text + "}"));
  }

  @Nested
  class AClientThatConnects {
    @Test
    void isSentTheWholeTree() {
      assertThat(next(client)).isEqualTo(whole());
    }

    @Test
    void isSentTheTreeThatOthersHaveIfThatIsNew() {
      next(client);
      now += TICK / 2;
      assertThat(next(new TreeFeed.Position())).containsExactly(
          new TreeFeed.Message("tree", "whole at " + (now - TICK / 2)));
    }
  }

  @Nested
  class AClientThatKnowsTheTree {
    @BeforeEach
    void connect() {
      next(client);
    }

    @Test
    void isSentNoPartThatHasOnlyGrownOlder() {
      stages = List.of(stage(1, "a", 60_500), stage(2, "b", 0));
      assertThat(afterATick()).isEqualTo(change("\"stages\":[]", "\"edges\":[]"));
    }

    @Test
    void isSentAStageThatHasChanged() {
      stages = List.of(stage(1, "a", 60_500), stage(2, "c", 0));
      assertThat(afterATick()).isEqualTo(change("\"stages\":[{2c0.0}]", "\"edges\":[]"));
    }

    @Test
    void isSentAStageWhoseAgeHasBegunAnewOrBegun() {
      stages = List.of(stage(1, "a", 200), stage(2, "b", 0));
      assertThat(afterATick()).isEqualTo(change("\"stages\":[{1a200.0}]", "\"edges\":[]"));
      stages = List.of(stage(1, "a", 700), stage(2, "b", 500));
      assertThat(afterATick()).isEqualTo(change("\"stages\":[{2b500.0}]", "\"edges\":[]"));
    }

    @Test
    void isSentAStageWhoseAgeDriftsBeforeThatCanBeSeen() {
      List<String> sent = new ArrayList<>();
      double age = 60_000;
      for (int tick = 1; tick <= 4; tick++) {
        age += 500 + 40;
        stages = List.of(stage(1, "a", age), stage(2, "b", 0));
        sent.add(afterATick().getFirst().data().contains("{1a") ? "sent" : "kept");
      }
      assertThat(sent).containsExactly("kept", "kept", "sent", "kept");
    }

    @Test
    void isSentWhichThereAreWhenOneIsAddedAndWhenOneIsGone() {
      stages = List.of(stage(1, "a", 60_500), stage(9, "new", 0), stage(2, "b", 0));
      assertThat(afterATick()).isEqualTo(change("\"stageIds\":[1,9,2]", "\"stages\":[{9new0.0}]", "\"edges\":[]"));
      stages = List.of(stage(9, "new", 0), stage(2, "b", 0));
      assertThat(afterATick()).isEqualTo(change("\"stageIds\":[9,2]", "\"stages\":[]", "\"edges\":[]"));
    }

    @Test
    void isSentSubscriptionsLikeStages() {
      edges = List.of(stage(4, "lane", 0));
      stages = List.of(stage(1, "a", 60_500), stage(2, "b", 0));
      assertThat(afterATick()).isEqualTo(change("\"stages\":[]", "\"edgeIds\":[4]", "\"edges\":[{4lane0.0}]"));
    }

    @Test
    void isSentFindingsAndSupervisorsOnceTheyChange() {
      stages = List.of(stage(2, "b", 0));
      afterATick();
      findings = "[1]";
      supervisors = "[2]";
      assertThat(afterATick())
          .isEqualTo(change("\"stages\":[]", "\"edges\":[]", "\"findings\":[1]", "\"supervisors\":[2]"));
      assertThat(afterATick()).isEqualTo(change("\"stages\":[]", "\"edges\":[]"));
    }

    @Test
    void isSentTheWholeTreeAfterTenSecondsAgain() {
      for (int tick = 1; tick < 20; tick++) {
        assertThat(afterATick()).as("tick %d", tick).extracting(TreeFeed.Message::event).containsExactly("change");
      }
      assertThat(afterATick()).isEqualTo(whole());
      assertThat(afterATick()).extracting(TreeFeed.Message::event).containsExactly("change");
    }

    @Test
    void isSentNothingBeforeThereIsANewerTree() {
      now += TICK / 2;
      assertThat(next(client)).isEmpty();
    }
  }

  @Nested
  class SeveralClients {
    private final TreeFeed.Position other = new TreeFeed.Position();

    @BeforeEach
    void connect() {
      next(client);
      next(other);
    }

    @Test
    void areSentTheSameChange() {
      stages = List.of(stage(2, "c", 0));
      List<TreeFeed.Message> first = afterATick();
      assertThat(next(other)).isEqualTo(first);
      assertThat(next(other)).isEmpty();
    }

    @Test
    void areSentAllChangesThatTheyMissedInTheirOrder() {
      stages = List.of(stage(2, "c", 0));
      TreeFeed.Message first = afterATick().getFirst();
      stages = List.of(stage(2, "d", 0));
      TreeFeed.Message second = afterATick().getFirst();
      assertThat(next(other)).containsExactly(first, second);
    }

    @Test
    void areSentAWholeTreeWhereTheyMissedTooMuch() {
      for (int tick = 0; tick < 4; tick++) afterATick();
      assertThat(next(other)).hasSize(4);
      for (int tick = 0; tick < 5; tick++) afterATick();
      assertThat(next(other)).isEqualTo(whole());
    }
  }
}
