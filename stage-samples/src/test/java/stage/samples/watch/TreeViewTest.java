package stage.samples.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stage.api.Demand;
import stage.api.StageActivity;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.observe.Explanation;
import stage.api.observe.Finding;
import stage.api.observe.TreeRates;
import stage.api.observe.TreeSnapshot;

class TreeViewTest {
  private static final SubscriptionSnapshot ANY =
      new SubscriptionSnapshot(0, "job/one", "job/other", Demand.max(10), true, 10, 10, 0, 0,
      0, 0, 0, 0, Duration.ZERO, SubscriptionSnapshot.Share.ANY, false);

  private final List<StageSnapshot> stages = new ArrayList<>();
  private final List<SubscriptionSnapshot> edges = new ArrayList<>();
  private final Explanation stuck = new Explanation(List.of(new Finding.RootCause("job/table", Finding.Kind.PAUSED,
      Duration.ofSeconds(12), List.of(), "", List.of())));

  private void stage(String name, String... producers) {
    List<SubscriptionSnapshot> inputs = new ArrayList<>();
    for (String producer : producers) {
      inputs.add(new SubscriptionSnapshot(edges.size() + 1, "job/" + producer, "job/" + name, Demand.max(10), true, 10,
          10, 0, 0, 0, 0,
          0, 0, Duration.ZERO, SubscriptionSnapshot.Share.ANY, false));
      edges.add(inputs.getLast());
    }
    stages.add(new StageSnapshot(stages.size() + 1, "job/" + name, StageSnapshot.Kind.PRODUCER_CONSUMER,
        StageSnapshot.Status.RUNNING, 1,
        "EVENTS", 0, 0, 0, 0, 0, 0, 0, 0, StageActivity.NONE, Optional.empty(), Optional.empty(), inputs,
        name.equals("table") ? List.of() : List.of(ANY)));
  }

  private List<String> draw(boolean isColored) {
    var tree = new TreeSnapshot("job", Instant.EPOCH, 0, stages, edges, List.of(), List.of());
    return new TreeView(isColored).draw(tree, TreeRates.NONE, stuck);
  }

  private void flights(int parsers) {
    stage("reader");
    String[] names = new String[parsers];
    for (int i = 0; i < parsers; i++) {
      names[i] = "parser-" + i;
      stage(names[i], "reader");
    }
    stage("table", names);
  }

  @Test
  void drawsLayersFromLeftToRightAndFoldsThoseOfOneName() {
    flights(4);
    stage("rejects", "parser-0");
    assertThat(draw(false)).containsExactly(
        "job: 7 stages",
        "┌ reader ──────────────┐    ┌ parser-0…3 ──────────┐    ┌ ! table ─────────────┐",
        "│░░░░  0% 0/s          │ ─▸ │░░░░  0% 0/s          │ ─▸ │░░░░  0% 0/s          │",
        "└──────────────────────┘    └──────────────────────┘    └──────────────────────┘",
        "                                                        ┌ rejects ─────────────┐",
        "                                                        │░░░░  0% 0/s          │",
        "                                                        └──────────────────────┘",
        "`job/table` has been paused for 12 s");
  }

  @Test
  void goesOnBelowWhereThereAreMoreLayersThanFit() {
    stage("read");
    stage("parse.1", "read");
    stage("parse.2", "read");
    stage("sort", "parse.1", "parse.2");
    stage("join", "sort");
    stage("count", "join");
    stage("table", "count");
    assertThat(draw(false)).containsExactly(
        "job: 7 stages",
        "┌ read ──────────────┐    ┌ parse.1…2 ─────────┐    ┌ sort ──────────────┐",
        "│░░░░  0% 0/s        │ ─▸ │░░░░  0% 0/s        │ ─▸ │░░░░  0% 0/s        │ ─▸",
        "└────────────────────┘    └────────────────────┘    └────────────────────┘",
        "┌ join ──────────────┐    ┌ count ─────────────┐    ┌ ! table ───────────┐",
        "│░░░░  0% 0/s        │ ─▸ │░░░░  0% 0/s        │ ─▸ │░░░░  0% 0/s        │",
        "└────────────────────┘    └────────────────────┘    └────────────────────┘",
        "`job/table` has been paused for 12 s");
  }

  @Test
  void fitsIntoEightyColumnsAndTwentyFourLinesWhateverThereIs() {
    for (int i = 0; i < 40; i++)
      stage("a-very-long-name-of-a-stage-" + (char) ('a' + i % 26) + i, i == 0 ? new String[0]
        : new String[] {"a-very-long-name-of-a-stage-" + (char) ('a' + (i - 1) % 26) + (i - 1)});
    assertThat(draw(false)).hasSizeLessThanOrEqualTo(TreeView.LINES)
        .allMatch(line -> line.length() <= TreeView.COLUMNS);
    stages.clear();
    edges.clear();
    for (int i = 0; i < 40; i++) stage("source" + (char) ('a' + i % 26) + "x".repeat(i / 26));
    assertThat(draw(false)).hasSizeLessThanOrEqualTo(TreeView.LINES)
        .allMatch(line -> line.length() <= TreeView.COLUMNS);
  }

  @Test
  void saysHowManyThereIsNoRoomForAndShowsTheCulpritInAnyCase() {
    stage("reader");
    for (String name : "a b c d e f g table".split(" ")) stage(name, "reader");
    assertThat(draw(false)).hasSize(17).anyMatch(line -> line.contains("┌ c ─"))
        .anyMatch(line -> line.contains("┌ ! table ─")).anyMatch(line -> line.contains("┌ … and 4 more ─"))
        .noneMatch(line -> line.contains("┌ d ─"));
    for (int i = 0; i < 30; i++) stage("long-chain-" + (char) ('a' + i % 26) + "x".repeat(i / 26),
        i == 0 ? "g" : "long-chain-" + (char) ('a' + (i - 1) % 26) + "x".repeat((i - 1) / 26));
    assertThat(draw(false)).hasSize(19).anyMatch(line -> line.startsWith("! table"))
        .anyMatch(line -> line.startsWith("  … and 23 more"));
  }

  /** Names of partitions and of threads are what a program likes. */
  @Test
  void sec12_showsNamesThatWouldControlTheTerminalAsWhatTheyAre() {
    flights(2);
    String nasty = "\033[2J\u202e\r\n\u2028\ud83d\ude00";
    var tree = new TreeSnapshot("job", Instant.EPOCH, 0, stages, edges, List.of(), List.of());
    for (Finding finding : List.of(
        new Finding.RootCause("job/reader", Finding.Kind.UNCLAIMED_PARTITION, Duration.ofSeconds(1),
            List.of(new Finding.Victim("thread " + nasty, Optional.empty(), Duration.ofSeconds(1), 0)), nasty,
            List.of()),
        new Finding.Skew("job/reader", "job/table", nasty, 2, 1),
        new Finding.Deadlock(List.of(new Finding.Deadlock.Step("job/" + nasty, nasty))))) {
      String drawn = String.join("", new TreeView(false).draw(tree, TreeRates.NONE, new Explanation(List.of(finding))));
      assertThat(drawn).contains("\\u001b[2J\\u202e\\u000d\\u000a\\u2028")
          .doesNotContain("\033", "\u202e", "\r", "\n", "\u2028");
      assertThat(finding.sentence()).contains("\ud83d\ude00");
    }
  }

  @Test
  void sendsControlSequencesOnlyWhereColorsAreWanted() {
    flights(2);
    assertThat(String.join("\n", draw(false))).doesNotContain("\033");
    assertThat(String.join("\n", draw(true))).contains("\033[1;31m┌ ! table").contains("\033[0m");
  }
}
