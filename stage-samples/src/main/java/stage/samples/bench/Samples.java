package stage.samples.bench;

import java.util.Arrays;

/**
 * What was measured in each round, in the order of the rounds.
 *
 * @param values one per round, at least one
 */
record Samples(double... values) {
  /** Checks that there is something. */
  Samples {
    if (values.length == 0) throw new IllegalArgumentException("there must be at least 1 sample, but there is none");
    values = values.clone();
  }

  double median() {
    return quantile(0.5);
  }

  /** {@return the value below which a share of the samples lies} Between two samples it is interpolated. */
  double quantile(double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /** {@return how often this is the other, round by round} What disturbs one round disturbs both. */
  Samples over(Samples other) {
    double[] ratios = new double[values.length];
    Arrays.setAll(ratios, i -> values[i] / other.values[i]);
    return new Samples(ratios);
  }
}
