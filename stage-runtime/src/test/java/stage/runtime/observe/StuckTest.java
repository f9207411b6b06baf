package stage.runtime.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.StageActivity;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.WaitReason;
import stage.api.observe.Finding;
import stage.api.observe.TreeSnapshot;
import stage.api.supervision.Supervisor;
import stage.behaviour.support.Await;
import stage.runtime.supervision.Observed;
import stage.runtime.supervision.ObservedScope;

/** Which stage is blamed, given two trees written by hand. */
class StuckTest {
  private final List<StageSnapshot> before = new ArrayList<>();
  private final List<StageSnapshot> after = new ArrayList<>();
  private final List<SubscriptionSnapshot> lanes = new ArrayList<>();

  private static SubscriptionSnapshot full(String producer, String consumer) {
    return new SubscriptionSnapshot(1, producer, consumer, Demand.max(4), true, 4, 0, 4, 0, 4, 0, 0, 0, Duration.ZERO,
        SubscriptionSnapshot.Share.ANY, false);
  }

  private static StageActivity activity(long turns, WaitReason reason) {
    return new StageActivity(Duration.ofMinutes(1), 0, Optional.empty(), turns, Duration.ZERO, Duration.ZERO, "", "",
        Duration.ZERO, Optional.ofNullable(reason), Duration.ofMinutes(1), Map.of(), 1, 1);
  }

  private static StageSnapshot stage(String name, StageSnapshot.Status status, String dispatch, StageActivity activity,
      List<SubscriptionSnapshot> inputs, List<SubscriptionSnapshot> outputs) {
    return new StageSnapshot(name.hashCode(), name, StageSnapshot.Kind.PRODUCER_CONSUMER, status, 1, "", 0, 0, 0, 0, 0,
        0, 0, 0, activity, Optional.empty(), Optional.of(new StageSnapshot.Feed(dispatch, List.of())), inputs, outputs);
  }

  /** Has no demand, because of these. */
  private void waiting(String name, String dispatch, String... consumers) {
    List<SubscriptionSnapshot> outputs = new ArrayList<>();
    for (String consumer : consumers) outputs.add(full(name, consumer));
    both(stage(name, StageSnapshot.Status.RUNNING, dispatch, activity(5, WaitReason.DEMAND), List.of(), outputs));
  }

  private void paused(String name) {
    both(stage(name, StageSnapshot.Status.PAUSED, "demand", activity(5, WaitReason.MAIL), List.of(), List.of()));
  }

  private void moving(String name) {
    before.add(stage(name, StageSnapshot.Status.RUNNING, "demand", activity(5, null), List.of(), List.of()));
    after.add(stage(name, StageSnapshot.Status.RUNNING, "demand", activity(6, null), List.of(), List.of()));
  }

  private void both(StageSnapshot stage) {
    before.add(stage);
    after.add(stage);
  }

  private List<Finding> find() {
    try (Supervisor empty = Supervisor.open("empty")) {
      Observed nobody = ObservedScope.of(empty);
      TreeSnapshot first = new TreeSnapshot("shop", Instant.EPOCH, 0, before, lanes, List.of(), List.of());
      TreeSnapshot last = new TreeSnapshot("shop", Instant.EPOCH, 50_000_000, after, lanes, List.of(), List.of());
      return Stuck.find(new Stand(first, last, new Looks(nobody, null), StallLimit.USUAL), last);
    }
  }

  private static List<String> victims(Finding finding) {
    return ((Finding.RootCause) finding).victims().stream().map(Finding.Victim::stage).toList();
  }

  @Nested
  class AStageThatServesTwo {
    @Test
    void isNotStuckByOneOfThemIfItMayServeTheOther() {
      waiting("source", "demand", "paused", "moving");
      paused("paused");
      moving("moving");

      assertThat(find()).singleElement().satisfies(cause -> assertThat(victims(cause)).isEmpty());
    }

    @Test
    void isStuckByOneOfThemIfItMustServeBoth() {
      waiting("source", "broadcast", "paused", "moving");
      paused("paused");
      moving("moving");

      assertThat(find()).singleElement().satisfies(cause -> assertThat(victims(cause)).containsExactly("source"));
    }

    @Test
    void isNotStuckByOneOfThemIfTheOtherWaitsForWhatMoves() {
      waiting("source", "demand", "paused", "relay");
      paused("paused");
      waiting("relay", "demand", "moving");
      moving("moving");

      assertThat(find()).singleElement().satisfies(cause -> assertThat(victims(cause)).isEmpty());
    }

    @Test
    void isAVictimOfBothIfNeitherMoves() {
      waiting("source", "demand", "one", "two");
      paused("one");
      paused("two");

      assertThat(find()).hasSize(2).allSatisfy(cause -> assertThat(victims(cause)).containsExactly("source"));
    }
  }

  @Test
  void victimsComeInTheOrderOfTheirDistanceAndThenOfTheTree() {
    waiting("source", "demand", "left", "right");
    waiting("left", "demand", "paused");
    waiting("right", "demand", "paused");
    paused("paused");

    assertThat(find()).singleElement().satisfies(cause ->
        assertThat(victims(cause)).containsExactly("source", "left", "right"));
  }

  @Test
  void aCircleIsFoundOnceAndThoseBeforeItAreNotPartOfIt() {
    waiting("source", "demand", "one");
    waiting("one", "demand", "two");
    waiting("two", "demand", "one");

    assertThat(find()).singleElement().satisfies(found -> assertThat(found.sentence())
        .isEqualTo("deadlock: `one` waits for demand of `two`, `two` waits for demand of `one`"));
  }

  /** To walk from each stage to the end of its way would take some ten thousand million steps. */
  @Test
  void aVeryLongChainHasOneCulprit() throws Exception {
    int length = 20_000;
    for (int i = 0; i < length; i++) waiting("stage-" + i, "demand", "stage-" + (i + 1));
    paused("stage-" + length);

    List<Finding> found = new Await.Other<>(this::find).result();
    assertThat(found).singleElement().satisfies(cause -> {
      assertThat(((Finding.RootCause) cause).culprit()).isEqualTo("stage-" + length);
      assertThat(victims(cause)).hasSize(length).startsWith("stage-0", "stage-1");
    });
  }
}
