package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Runs everybody in turn until nobody gets faster.
 *
 * <p>A first run loads classes and is interpreted, so it counts for nothing. After that a contender is warm when for
 * some time no run was better than the best of those before: and for some runs, for a single one on a busy machine says
 * little. None is waited for longer than a limit, for on such a machine figures never come to rest.
 */
final class WarmUp {
  /** After this many runs in a row without progress, a contender is warm. */
  private static final int RUNS_WITHOUT_PROGRESS = 3;

  /** A run that is better by this share or less is as good. */
  private static final double PROGRESS = 0.03;

  /** How many times as long must have brought no progress. */
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
  private long withoutProgressNanos;
  private long spentNanos;

  /** For one contender, which is warm when it has made no progress for so long. */
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
    boolean isProgress = figure < best * (1 - PROGRESS);
    withoutProgress = isProgress ? 0 : withoutProgress + 1;
    withoutProgressNanos = isProgress ? 0 : withoutProgressNanos + nanos;
    best = Math.min(best, figure);
  }

  /** {@return whether it has settled down, or has used all the time there is} */
  boolean isOver() {
    boolean isAtRest = withoutProgressNanos >= leastNanos && withoutProgress >= RUNS_WITHOUT_PROGRESS;
    return isAtRest || hasRun && spentNanos >= mostNanos;
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
