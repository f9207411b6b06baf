package stage.samples.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;

/**
 * What steps of a pipeline cost, whole jobs against the same job with one step written by hand: ten fused maps, one
 * in a hundred elements that fail, and counting by key. Takes turns between the two, and prints the median of each
 * and their ratio.
 */
public final class FusedSteps {
  private static final int ROUNDS = 9;

  /**
   * Made once: to fill in a stack takes some microseconds, which is what the user's exceptions cost, and not what the
   * pipeline does with them.
   */
  private static final RuntimeException DIRTY = new IllegalArgumentException("dirty");

  private final List<Long> numbers;

  private FusedSteps(int events) {
    numbers = new ArrayList<>();
    for (long i = 0; i < events; i++) numbers.add(1_000 + i);
  }

  /**
   * Measures.
   *
   * @param args how many elements; a million if there is none
   * @throws Exception never
   */
  public static void main(String[] args) throws Exception {
    var bench = new FusedSteps(args.length == 0 ? 1_000_000 : Integer.parseInt(args[0]));
    bench.race("ten maps", bench::tenMaps, "one map by hand", bench::byHand);
    bench.race("1 % fail", bench::oneInAHundredFails, "none fails", bench::noneFails);
    bench.race("keyBy and count", bench::countByKey, "HashMap in a fold", bench::hashMap);
  }

  private void race(String name, Callable<Long> subject, String rivalName, Callable<Long> rival) throws Exception {
    double[] subjects = new double[ROUNDS];
    double[] rivals = new double[ROUNDS];
    for (int round = -3; round < ROUNDS; round++) {   // some to warm up
      double one = nanos(subject);
      double other = nanos(rival);
      if (round < 0) continue;
      subjects[round] = one;
      rivals[round] = other;
    }
    Arrays.sort(subjects);
    Arrays.sort(rivals);
    double ours = subjects[ROUNDS / 2];
    double theirs = rivals[ROUNDS / 2];
    System.out.printf("%-18s %6.1f ns   %-18s %6.1f ns   %.2f x%n", name, ours, rivalName, theirs, ours / theirs);
  }

  private double nanos(Callable<Long> job) throws Exception {
    long before = System.nanoTime();
    job.call();
    return (double) (System.nanoTime() - before) / numbers.size();
  }

  private long tenMaps() throws InterruptedException {
    return Pipeline.from(numbers).map(n -> n + 1).map(n -> n ^ 3).map(n -> n + 5).map(n -> n * 7).map(n -> n - 9)
        .map(n -> n + 11).map(n -> n ^ 13)
        .map(n -> n + 15).map(n -> n * 17).map(n -> n - 19).async().reduce(0L, Long::sum).run();
  }

  private long byHand() throws InterruptedException {
    return Pipeline.from(numbers).map(n -> ((((((n + 1 ^ 3) + 5) * 7 - 9 + 11) ^ 13) + 15) * 17) - 19).async()
        .reduce(0L, Long::sum).run();
  }

  private long oneInAHundredFails() throws InterruptedException {
    return Pipeline.from(numbers).map(n -> {
      if (n % 100 == 0) throw DIRTY;
      return n + 1;
    }).onFailure(OnFailure.skip()).count().run();
  }

  private long noneFails() throws InterruptedException {
    return Pipeline.from(numbers).map(n -> {
      if (n < 0) throw DIRTY;
      return n + 1;
    }).onFailure(OnFailure.skip()).count().run();
  }

  private long countByKey() throws InterruptedException {
    return Pipeline.from(numbers).keyBy(n -> n % 1_000).count().reduce(0L, (sum, row) -> sum + row.value()).run();
  }

  private long hashMap() throws InterruptedException {
    Map<Long, long[]> counts = new HashMap<>();
    return Pipeline.from(numbers).reduce(0L, (sum, n) -> {
      counts.computeIfAbsent(n % 1_000, key -> new long[1])[0]++;
      return sum;
    }).run() + counts.size();
  }
}
