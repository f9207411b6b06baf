package stage.pipeline.timed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.runtime.pipeline.operator.OperatorBug;
import stage.simulation.DailyShare;

/**
 * Jobs with event time that chance has put together come to what they must, at the time at which they must; with a bug
 * in an operator, they do not. A build makes some of four thousand jobs, others every day, and plants some of the bugs;
 * with {@code -Dstage.stress} all. {@code -Dstage.pipeline.timed=SEED} makes one job again.
 */
class TimedJobsTest {
  private static final int JOBS = 4_000;
  private static final int SEEDS = 5_000;
  private static final int DAYS = 40;

  private static List<Integer> seeds() {
    Integer one = Integer.getInteger("stage.pipeline.timed");
    if (one != null) return List.of(one);
    return DailyShare.of(IntStream.rangeClosed(1, JOBS).boxed().toList(), DAYS);
  }

  @Test
  void comeToWhatTheyMust() {
    List<Integer> seeds = seeds();
    assertThat(seeds).isNotEmpty();
    assertThat(seeds.stream().map(TimedJobSearch::wrong).filter(wrong -> wrong != null)).isEmpty();
  }

  /** {@return today's share of those that have a seed, or those whose names a pattern is found in} */
  static List<OperatorBug> bugs() throws IOException {
    String only = System.getProperty("stage.planted.only");
    Map<String, Integer> kept = kept();
    if (only == null) {
      return DailyShare.of(OperatorBug.all().stream().filter(bug -> kept.containsKey(bug.name())).toList(), 12);
    }
    var pattern = Pattern.compile(only);
    return OperatorBug.all().stream().filter(bug -> pattern.matcher(bug.name()).find()).toList();
  }

  /** The search begins with the seed that is kept of the bug; that of the table begins with 1. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("bugs")
  void findABug(OperatorBug bug) throws Exception {
    boolean isForTable = Boolean.getBoolean("stage.planted.table");
    int first = isForTable ? 1 : kept().getOrDefault(bug.name(), 1);
    int seed = (int) bug.call(TimedJobSearch.class, "search", first, SEEDS);
    assertThat(seed).as("a seed whose job is wrong with: %s", bug.name()).isPositive();
    if (isForTable) System.err.println("| " + bug.name() + " | " + seed + " |");
  }

  /** Without the bugs nothing is wrong with the seeds that are kept of them. */
  @Test
  void areRightWithoutTheBugs() throws IOException {
    Map<String, Integer> kept = kept();
    assertThat(OperatorBug.all().stream().map(OperatorBug::name).collect(Collectors.toSet()))
        .containsAll(kept.keySet());
    assertThat(kept.values().stream().distinct().map(TimedJobSearch::wrong).filter(wrong -> wrong != null)).isEmpty();
  }

  private static Map<String, Integer> kept() throws IOException {
    try (var in = TimedJobsTest.class.getResourceAsStream("kept-jobs.txt")) {
      Map<String, Integer> kept = new HashMap<>();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        int colon = line.lastIndexOf(':');
        if (line.startsWith("#")) continue;
        kept.put(line.substring(0, colon), Integer.parseInt(line.substring(colon + 1).strip()));
      }
      return kept;
    }
  }
}
