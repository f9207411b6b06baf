package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Lets everybody run in every round, in turned order each time, so that what the machine does meanwhile meets all
 * alike.
 */
final class Rounds {
  /** Measures one run of a contender. */
  interface Measurement<C> {
    double measure(C contender) throws Exception;
  }

  private Rounds() {}

  /** {@return the samples, in the order of the contenders} */
  static <C> List<Samples> alternate(List<C> contenders, int rounds, Measurement<? super C> measurement)
      throws Exception {
    double[][] values = new double[contenders.size()][rounds];
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < contenders.size(); i++) {
        int turn = round % 2 == 0 ? i : contenders.size() - 1 - i;
        values[turn][round] = measurement.measure(contenders.get(turn));
      }
    }
    List<Samples> samples = new ArrayList<>();
    for (double[] ofOne : values) samples.add(new Samples(ofOne));
    return samples;
  }
}
