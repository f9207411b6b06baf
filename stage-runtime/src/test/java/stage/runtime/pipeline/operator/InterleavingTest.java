package stage.runtime.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.pipeline.Windows;
import stage.api.pipeline.plan.Reducing;

/**
 * Two sources, each stamped; merged; worked on out of order; dealt to lanes; put into windows. However all that
 * interleaves, with crashes, little room and threads that are replaced on the way, there is one result per input. More
 * runs: {@code -Dstage.interleaving.runs=200}.
 */
class InterleavingTest {
  private static final int INPUTS = Integer.getInteger("stage.interleaving.inputs", 200);
  private static final int RUNS = Integer.getInteger("stage.interleaving.runs", 40);
  private static final long GAP = 10;
  private static final long BOUND = 4;

  private record Event(long id, int key, long t, long w) {}

  /** On a lane: an event, or what its producer vouches for. */
  private record Item(Event event, long vouched) {}

  private static List<Event> source(int number, Random random) {
    List<Event> events = new ArrayList<>();
    long now = random.nextInt(20);
    long latest = Times.NEVER;
    for (int i = 0; i < 40; i++) {
      now += random.nextInt(5);
      long t = Math.max(0, now - (random.nextInt(4) == 0 ? random.nextInt(18) : random.nextInt(4)));
      events.add(new Event(number * 1_000 + i, random.nextInt(2), t, Times.minus(latest, BOUND)));
      latest = Math.max(latest, t);
    }
    return events;
  }

  /**
   * Merges the sources, holds up to six events back, deals them out, and vouches now and then for what has not gone out
   * yet.
   */
  private static List<List<Item>> lanes(List<List<Event>> sources, int count, Random random) {
    List<List<Item>> lanes = new ArrayList<>();
    for (int i = 0; i < count; i++) lanes.add(new ArrayList<>());
    int[] taken = new int[sources.size()];
    long[] vouched = new long[sources.size()];
    Arrays.fill(vouched, Times.NEVER);
    List<Event> held = new ArrayList<>();
    int left = sources.stream().mapToInt(List::size).sum();
    while (left > 0 || !held.isEmpty()) {
      if (left > 0 && held.size() < 6 && random.nextBoolean()) {
        int source;
        do source = random.nextInt(taken.length); while (taken[source] == sources.get(source).size());
        held.add(sources.get(source).get(taken[source]++));
        left--;
        vouched[source] = taken[source] == sources.get(source).size() ? Times.FOREVER
            : sources.get(source).get(taken[source]).w();
      } else if (!held.isEmpty()) {
        lanes.get(random.nextInt(count)).add(new Item(held.remove(random.nextInt(held.size())), 0));
      }
      if (random.nextInt(4) > 0) continue;
      long c = Math.min(Arrays.stream(vouched).min().orElseThrow(),
          held.stream().mapToLong(Event::w).min().orElse(Times.FOREVER));
      if (c == Times.NEVER || c == Times.FOREVER) continue;
      for (List<Item> lane : lanes) if (random.nextInt(3) > 0) lane.add(new Item(null, c));
    }
    return lanes;
  }

  private static String result(Windows windows, List<List<Item>> lanes, Random random, boolean hasTrouble) {
    return result(windows, TestWindows.LIST, lanes, random, hasTrouble);
  }

  private static String result(Windows windows, Reducing how, List<List<Item>> lanes, Random random,
      boolean hasTrouble) {
    var rig = new OperatorRig(TestWindows.of(windows, how), hasTrouble ? random : null);
    var inputs = new Inputs(IntStream.range(0, lanes.size()).boxed().toList());
    int[] taken = new int[lanes.size()];
    int left = lanes.stream().mapToInt(List::size).sum();
    for (int i = 0; i < taken.length; i++) if (lanes.get(i).isEmpty()) inputs.completed(i);
    while (left > 0) {
      int lane;
      do lane = random.nextInt(taken.length); while (taken[lane] == lanes.get(lane).size());
      Item item = lanes.get(lane).get(taken[lane]++);
      left--;
      if (item.event() == null) inputs.progress(lane, item.vouched(), false);
      else rig.element(item.event().key(), item.event().id(), item.event().t(), item.event().w());
      if (taken[lane] == lanes.get(lane).size()) inputs.completed(lane);
      if (left > 0) rig.progress(inputs.current());
    }
    rig.end();
    assertThat(rig.refused("late after idle")).as("no source was idle").isEmpty();
    List<String> panes = TestWindows.panes(rig);
    return panes.stream().sorted().toList() + " late " + rig.late().stream().map(id -> (Long) id).sorted().toList();
  }

  private static void oneResultForEach(Windows windows, int sourceCount, boolean hasTrouble, int inputs, int runs) {
    for (int input = 0; input < inputs; input++) {
      var random = new Random(input);
      List<List<Event>> sources = new ArrayList<>();
      for (int i = 0; i < sourceCount; i++) sources.add(source(i, random));
      Set<String> results = new HashSet<>();
      for (int run = 0; run < runs; run++) {
        var choices = new Random(input * 7919L + run);
        // sliding windows by themselves, and put together of panes
        Reducing how = run % 2 == 0 ? TestWindows.LIST : TestWindows.FOLDED_LIST;
        results.add(result(windows, how, lanes(sources, 1 + choices.nextInt(4), choices), choices, hasTrouble));
        assertThat(results).as("results of input %d by run %d", input, run).hasSize(1);
      }
    }
  }

  private static void slidingWindowsHaveOneResultForEach(boolean hasTrouble, int inputs, int runs) {
    int[][] shapes = {{10, 4, 3}, {7, 5, 0}, {9, 3, 2}, {12, 1, 0}};   // size, every, lateness
    for (int[] shape : shapes) {
      oneResultForEach(Windows.sliding(TestWindows.nanos(shape[0]), TestWindows.nanos(shape[1]))
          .lateness(TestWindows.nanos(shape[2])), 2, hasTrouble, inputs, runs);
    }
  }

  /** A few of all, for those who plant bugs. */
  static void some() {
    for (boolean hasTrouble : new boolean[] {false, true}) {
      oneResultForEach(Windows.tumbling(TestWindows.nanos(10)).lateness(TestWindows.nanos(3)), 2, hasTrouble, 10, 8);
      oneResultForEach(Windows.sessions(TestWindows.nanos(GAP)).lateness(TestWindows.nanos(3)), 2, hasTrouble, 10, 8);
      slidingWindowsHaveOneResultForEach(hasTrouble, 4, 6);
    }
  }

  @Nested
  class HoweverLanesInterleave {
    @Test
    void tumblingWindowsHaveOneResult() {
      oneResultForEach(Windows.tumbling(TestWindows.nanos(10)), 2, false, INPUTS, RUNS);
    }

    @Test
    void sessionsHaveOneResult() {
      oneResultForEach(Windows.sessions(TestWindows.nanos(GAP)), 2, false, INPUTS, RUNS);
    }

    @Test
    void slidingWindowsHaveOneResult() {
      slidingWindowsHaveOneResultForEach(false, INPUTS / 16, RUNS / 4);
    }
  }

  @Nested
  class WithCrashesAndLittleRoom {
    @Test
    void tumblingWindowsHaveOneResult() {
      oneResultForEach(Windows.tumbling(TestWindows.nanos(10)), 2, true, INPUTS / 4, RUNS / 4);
    }

    @Test
    void sessionsHaveOneResult() {
      oneResultForEach(Windows.sessions(TestWindows.nanos(GAP)), 2, true, INPUTS / 4, RUNS / 4);
    }

    @Test
    void slidingWindowsHaveOneResult() {
      slidingWindowsHaveOneResultForEach(true, INPUTS / 16, RUNS / 4);
    }
  }

  @Nested
  class Sessions {
    /** The definition: of what is not late, elements of a key that are less than a gap apart belong together. */
    private static String byDefinition(List<Event> events) {
      List<Long> late = new ArrayList<>();
      TreeMap<Integer, List<Event>> byKey = new TreeMap<>();
      for (Event event : events) {
        if (event.t() < event.w()) late.add(event.id());
        else byKey.computeIfAbsent(event.key(), key -> new ArrayList<>()).add(event);
      }
      List<String> sessions = new ArrayList<>();
      byKey.forEach((key, ofKey) -> {
        ofKey.sort(Comparator.comparingLong(Event::t));
        for (int from = 0, to; from < ofKey.size(); from = to) {
          to = from + 1;
          while (to < ofKey.size() && ofKey.get(to).t() < ofKey.get(to - 1).t() + GAP) to++;
          List<String> ids = ofKey.subList(from, to).stream().map(event -> String.valueOf(event.id()))
              .sorted(Comparator.comparingInt(String::length).thenComparing(id -> id)).collect(Collectors.toList());
          sessions.add(key + "@[" + ofKey.get(from).t() + "," + (ofKey.get(to - 1).t() + GAP) + ")=" + ids);
        }
      });
      return sessions.stream().sorted().toList() + " late " + late.stream().sorted().toList();
    }

    @Test
    void areTheConnectedComponentsOfWhatWasAccepted() {
      for (int input = 0; input < 300; input++) {
        List<Event> events = source(0, new Random(input));
        var random = new Random(input);
        assertThat(result(Windows.sessions(TestWindows.nanos(GAP)), lanes(List.of(events), 3, random), random, true))
            .as("input %d", input).isEqualTo(byDefinition(events));
      }
    }
  }
}
