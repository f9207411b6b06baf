package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import stage.simulation.DailyShare;
import stage.simulation.PlantedBug;

/**
 * Bugs that output over several turns, buffers, functions by key, and what stages vouch for could have, each planted in
 * a copy of the engine and found within 5,000 seeds; at which, docs/testing-the-engine.md says.
 */
class PlantedLinkBugsTest {
  private static final String FLAT_MAP = "pipeline/FlatMapLink.java";
  private static final String BUFFER = "pipeline/BufferLink.java";
  private static final String TASKS = "engine/Tasks.java";
  private static final String KEYS = "engine/TaskKeys.java";

  private static List<PlantedBug> all() {
    return List.of(
        new PlantedBug("a crash loses the place in what a flatMap makes", FLAT_MAP,
            "for (long i = 0; i < rest.made && all.hasNext(); i++) all.next();", ""),
        new PlantedBug("a result of a flatMap counts twice", FLAT_MAP, "left.set(0, rest.with(made));",
            "left.set(0, rest.with(made + 1));"),
        new PlantedBug("each turn of a flatMap counts anew", FLAT_MAP,
            "expand(all, rest.value, rest.t, rest.w, rest.made);", "expand(all, rest.value, rest.t, rest.w, 0);"),
        new PlantedBug("an element overtakes the rest of the one before", FLAT_MAP,
            "} else if (hasRest()) {", "} else if (hasRest() && value == null) {"),
        new PlantedBug("the oldest is dropped and not counted", BUFFER, "chain.forgotten();", ""),
        new PlantedBug("the newest is dropped and not counted", BUFFER, "chain.overflown();", ""),
        new PlantedBug("a buffer that drops the oldest drops the newest", BUFFER,
            "chain.forgotten();", "chain.overflown(); if (most > 0) return;"),
        new PlantedBug("what is left in a buffer is out of order", BUFFER, "chain.forgotten();",
            "KeptElements.Element first = kept.poll();\n          kept.add(first.value(), first.t(), first.w());\n"
                + "          chain.forgotten();"),
        new PlantedBug("a buffer does not roll back", BUFFER, "kept.rollback();", "kept.commit();"),
        new PlantedBug("an element is marked behind its first output", "pipeline/ElementMark.java",
            "results.mark();", ""),
        new PlantedBug("a list that has gone on stays", "pipeline/BatchLink.java",
            "held.set(Open.EMPTY);\n    made(open);", "made(open);"),
        new PlantedBug("lists that wait do not roll back", "pipeline/ReadyResults.java", "results.rollback();",
            "results.commit();"),
        new PlantedBug("a buffer vouches for its newest element", "pipeline/operator/KeptElements.java",
            "least[0] = Math.min(least[0], element.w())", "least[0] = element.w()"),
        new PlantedBug("one side of a join has another hash", "pipeline/KeyRouteLink.java", "hash = Keys.hash(its);",
            "hash = Keys.hash(its) + step * 512;"),
        new PlantedBug("events of one key run at once", TASKS, "keyed == null ? null : keyed.keyOf(event)",
            "null"),
        new PlantedBug("a key's queue is forgotten at its end", KEYS, "else startable.add(others.poll());",
            "else {\n      startable.add(others.poll());\n      busy.put(task.key, new TaskQueue<>());\n    }"),
        new PlantedBug("the newest of a key begins first", KEYS, "else startable.add(others.poll());",
            "else {\n      var newest = others.peek();\n      while (newest.later != null) newest = newest.later;\n"
                + "      while (others.peek() != newest) others.add(others.poll());\n"
                + "      startable.add(others.poll());\n    }"),
        new PlantedBug("an event that is tried again keeps no place in its key", TASKS,
            "task.isGivenUp()) {\n        run(task);",
            "task.isGivenUp()) {\n        keys.isOver(task);\n        run(task);"));
  }

  /** Those that show in what windows and joins come to, or behind workers. */
  private static List<PlantedBug> inTime() {
    return List.of(
        new PlantedBug("each worker takes as many as all should", "pipeline/Layout.java",
            "    Tail tail = open(isApart ? closed(before) : before, fused.site());\n",
            "    if (fused.step() instanceof Step.Take && before.open == null && before.feeds.size() > 1) {\n"
                + "      for (Feed feed : before.feeds) feed.from().parts.add(part);\n      return before;\n    }\n"
                + "    Tail tail = open(isApart ? closed(before) : before, fused.site());\n"),
        new PlantedBug("functions that run at once vouch for the newest of their events", "engine/TaskRole.java",
            "if (!inlet.isProgressDue()) return;", "if (inlet.seenProgress() == null) return;"),
        new PlantedBug("a list vouches for more than it holds", "pipeline/BatchLink.java",
            "return open.size == 0 ? c : Math.min(c, open.w);", "return c;"),
        new PlantedBug("progress overtakes what waits for demand", "dispatch/CommonBacklog.java",
            "if (backlog.isEmpty()) tell(progress);\n    else pending().add(progress, backlog.size());",
            "tell(progress);"));
  }

  /** {@return today's share, or those whose names a pattern is found in} */
  private static List<PlantedBug> share(List<PlantedBug> all) {
    String only = System.getProperty("stage.planted.only");
    if (only == null) return DailyShare.of(all, 6);
    var pattern = Pattern.compile(only);
    return all.stream().filter(bug -> pattern.matcher(bug.name()).find()).toList();
  }

  static Stream<Arguments> bugs() {
    return Stream.concat(share(all()).stream().map(bug -> Arguments.of(bug, LinkSearch.class)),
        share(inTime()).stream().map(bug -> Arguments.of(bug, TimeSearch.class)));
  }

  @Test
  void allFitTheirSources() {
    assertThat(Stream.concat(all().stream(), inTime().stream())).allSatisfy(PlantedBug::ensureIsThere);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bugs")
  void areFound(PlantedBug bug, Class<?> search) throws Exception {
    int seeds = bug.find(search);
    assertThat(seeds).as("seeds until this is found: %s", bug.name()).isPositive();
    if (Boolean.getBoolean("stage.planted.table")) System.err.println("| " + bug.name() + " | " + seeds + " |");
  }

  /** Nothing but the bugs makes them fail. */
  @Test
  void areTheOnlyOnes() {
    assertThat(LinkSearch.search(10)).isEqualTo(-1);
    assertThat(TimeSearch.search(Integer.getInteger("stage.pipeline.seeds", 4))).isEqualTo(-1);
  }
}
