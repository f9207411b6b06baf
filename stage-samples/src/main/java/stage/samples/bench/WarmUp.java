package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Runs everybody in turn until nobody gets faster.
 *
 * <p>A first run loads classes and is interpreted, so it counts for nothing. After that a contender is warm when it has
 * had its time and its last runs were no better than the best of those before. None is waited for longer than a limit,
 * for on a busy machine figures never come to rest.
 */
final class WarmUp {
  /** So many runs in a row without progress, and a contender is warm. */
  private static final int RUNS_WITHOUT_PROGRESS = 3;

  /** A run that is better by this share or less is as good. */
  private static final double PROGRESS = 0.03;

  /** So many times the time that each has at least. */
  private static final int LONGEST = 8;

  /** Runs a contender once. */
  interface Run<C> {
    /** {@return the figure: less is better} */
    double run(C contender) throws Exception;
  }

  private final long leastNanos;
  private final long mostNanos;
  private boolean hasRun;
  private double best = Double.MAX_VALUE;
  private int withoutProgress;
  private long spentNanos;

  WarmUp(long leastNanos) {
    this.leastNanos = leastNanos;
    this.mostNanos = LONGEST * leastNanos;
  }

  /** Takes in what one run has shown. */
  void add(double figure, long nanos) {
    if (!hasRun) {
      hasRun = true;
      return;
    }
    spentNanos += nanos;
    withoutProgress = figure < best * (1 - PROGRESS) ? 0 : withoutProgress + 1;
    best = Math.min(best, figure);
  }

  /** {@return whether it has come to rest, or was given all the time there is} */
  boolean isOver() {
    return spentNanos >= leastNanos && withoutProgress >= RUNS_WITHOUT_PROGRESS || hasRun && spentNanos >= mostNanos;
  }

  /** Runs all in turn until each is warm, so that the last to come to rest does not find the others cold. */
  static <C> void all(List<C> contenders, Effort effort, Run<? super C> run) throws Exception {
    List<WarmUp> warmUps = new ArrayList<>();
    for (int i = 0; i < contenders.size(); i++) warmUps.add(new WarmUp(effort.warmUp().toNanos()));
    while (warmUps.stream().anyMatch(warmUp -> !warmUp.isOver())) {
      for (int i = 0; i < contenders.size(); i++) {
        if (warmUps.get(i).isOver()) continue;
        long start = System.nanoTime();
        double figure = run.run(contenders.get(i));
        warmUps.get(i).add(figure, System.nanoTime() - start);
      }
    }
  }
}
