package stage.pipeline;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import stage.api.Demand;
import stage.api.Redelivery;
import stage.api.pipeline.Bound;
import stage.api.pipeline.Job;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Report;
import stage.api.pipeline.WhenFull;
import stage.api.pipeline.Windows;
import stage.api.supervision.Intensity;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * What finds planted bugs of output that goes on over turns, of buffers, and of functions that run at once for several
 * keys: small jobs, seed by seed. Without JUnit, which a changed engine lacks.
 */
public final class LinkSearch {
  private static final int SEEDS = 5_000;
  private static final int SIZE = 30;
  private static final int LONG = 2_500;   // results of one element: more than belong to a turn
  private static final List<Integer> NUMBERS = IntStream.range(0, SIZE).boxed().toList();
  private static final List<Integer> IN_PAIRS =
      NUMBERS.stream().filter(n -> n % 3 != 1).flatMap(n -> Stream.of(n, -n)).toList();
  private static final Demand[] DEMANDS = {new Demand(1, 0, false), new Demand(10, 0, false),
      new Demand(1000, 500, false)};

  /** A job, and what its result must be like. */
  private record Check<R>(Job<R> job, Predicate<R> isRight) {
    boolean holds(int seed) {
      Demand demand = DEMANDS[seed % DEMANDS.length];
      // An element that is hit by crash after crash would rightly be given up.
      Job<R> demanding = job.withDemand(demand).withIntensity(Intensity.of(1_000_000, Duration.ofSeconds(5)))
          .withRedelivery(Redelivery.attempts(1_000));
      boolean[] isRightHere = {false};
      try {
        SimulatedRuntime.withSeeds(seed, 1).with(CrashRule.anywhere(0.01))
            .run(simulated -> isRightHere[0] = isRight.test(demanding.run()));
        return isRightHere[0];
      } catch (AssertionError stuck) {
        return false;
      }
    }
  }

  /** Crashes the stage while a list is on its way behind the element that has filled it. */
  private static final class CrashOnce {
    private boolean hasCrashed;   // in this run

    List<Integer> on(List<Integer> list) {
      if (list.contains(0)) hasCrashed = false;
      if (!list.contains(9) || hasCrashed) return list;
      hasCrashed = true;
      throw new StackOverflowError("once");
    }
  }

  private LinkSearch() {}

  /** {@return after how many seeds a job was wrong; -1 if none was} */
  public static int search() {
    return search(SEEDS);
  }

  static int search(int seeds) {
    List<Check<?>> checks = checks();
    for (int seed = 1; seed <= seeds; seed++) {
      for (Check<?> check : checks) if (!check.holds(seed)) return seed;
    }
    return -1;
  }

  private static List<Check<?>> checks() {
    List<Integer> expanded = Stream.of(0, 1, 1, 2, 3).flatMap(n -> expanded(n).stream()).toList();
    return List.of(
        new Check<>(Pipeline.from(NUMBERS).<Integer>mapMulti((n, out) -> {
          out.accept(n);
          out.accept(-n);
        }).map(LinkSearch::notMinusAThird).onFailure(OnFailure.skip()).async().toList(), LinkSearch.IN_PAIRS::equals),
        new Check<>(Pipeline.of(0, 1, 2, 3).<Integer>mapMulti((n, out) -> {
          out.accept(n);
          if (n == 1) out.accept(n);
        }).flatMap(LinkSearch::expanded).async().toList(), expanded::equals),
        new Check<>(Pipeline.of(0, 1, 2, 3).<Integer>mapMulti((n, out) -> {
          out.accept(n);
          if (n == 1) out.accept(n);
        }).batch(1).flatMap(list -> expanded(list.getFirst())).async().toList(), expanded::equals),
        new Check<>(Pipeline.of(0, 1, 1, 2, 3).flatMap(LinkSearch::expanded).map(LinkSearch::notTheOneBeforeTheEnd)
            .onFailure(OnFailure.skip()).async().toList(), LinkSearch::isWithoutTheRest),
        new Check<>(Pipeline.from(NUMBERS).buffer(4, WhenFull.DROP_OLDEST).toList(), LinkSearch::isRisingToTheEnd),
        new Check<>(Pipeline.from(NUMBERS).buffer(4, WhenFull.DROP_NEWEST).toList(),
            found -> isRising(found) && found.subList(0, 2).equals(List.of(0, 1))),
        new Check<>(Pipeline.from(NUMBERS).buffer(4, WhenFull.DROP_OLDEST).forEach(n -> {}), LinkSearch::isComplete),
        new Check<>(Pipeline.from(NUMBERS).buffer(4, WhenFull.DROP_NEWEST).forEach(n -> {}), LinkSearch::isComplete),
        new Check<>(Pipeline.from(NUMBERS).flatMap(n -> List.of(n, -n)).map(LinkSearch::notMinusAThird)
            .onFailure(OnFailure.skip()).async().toList(), LinkSearch.IN_PAIRS::equals),
        new Check<>(Pipeline.from(NUMBERS).batch(4).async().batch(2).flatMap(lists -> lists).flatMap(list -> list)
            .async().toList(), NUMBERS::equals),
        new Check<>(Pipeline.from(NUMBERS).batch(4).map(new CrashOnce()::on).flatMap(list -> list).async().toList(),
            NUMBERS::equals),
        new Check<>(Pipeline.from(NUMBERS).map(n -> 9 * (n % 2) + n)
            .eventTime(Instant::ofEpochSecond, Duration.ofSeconds(9)).buffer(1_000, WhenFull.DROP_OLDEST).map(n -> n)
            .window(Windows.tumbling(Duration.ofSeconds(3))).count()
            .reduce(0L, (sum, pane) -> sum + pane.value()), found -> found == SIZE),
        new Check<>(Pipeline.from(NUMBERS).flatMap(List::of).join(Pipeline.from(NUMBERS).map(n -> n).flatMap(List::of))
            .on(l -> l, r -> r).workers(2).whole(Bound.rows(100)).inner((l, r) -> l).count(), found -> found == SIZE),
        new Check<>(Pipeline.from(NUMBERS).mapConcurrentByKey(4, n -> n % 3, n -> n).toList(),
            LinkSearch::isRisingByKey));
  }

  private static List<Integer> expanded(int n) {
    return n == 1 ? IntStream.range(0, LONG).map(i -> 1_000 + i).boxed().toList() : List.of(n);
  }

  /** Fails when most results are published already. */
  private static int notTheOneBeforeTheEnd(int n) {
    if (n == 1_000 + LONG - 2) throw new IllegalArgumentException("the one before the end");
    return n;
  }

  private static int notMinusAThird(int n) {
    if (n < 0 && -n % 3 == 1) throw new IllegalArgumentException("the second of its pair");
    return n;
  }

  /** What was published before stays, but nothing comes behind it. */
  private static boolean isWithoutTheRest(List<Integer> found) {
    return found.stream().filter(n -> n < 1_000).toList().equals(List.of(0, 2, 3))
        && found.stream().noneMatch(n -> n >= 1_000 + LONG - 2);
  }

  private static boolean isRising(List<Integer> found) {
    return IntStream.range(1, found.size()).allMatch(i -> found.get(i - 1) < found.get(i));
  }

  /** What comes last is older than nothing: it is never dropped. */
  private static boolean isRisingToTheEnd(List<Integer> found) {
    return isRising(found) && found.getLast() == SIZE - 1;
  }

  private static boolean isComplete(Report report) {
    return report.out() + report.dropped() == SIZE && report.runs().stream().allMatch(Report.Run::isBalanced);
  }

  private static boolean isRisingByKey(List<Integer> found) {
    Map<Integer, List<Integer>> byKey = new HashMap<>();
    for (int n : found) byKey.computeIfAbsent(n % 3, key -> new ArrayList<>()).add(n);
    List<Integer> sorted = new ArrayList<>(found);
    Collections.sort(sorted);
    return sorted.equals(NUMBERS) && byKey.values().stream().allMatch(LinkSearch::isRising);
  }
}
