package stage.pipeline;

import java.util.function.Supplier;
import stage.runtime.testkit.CrashRule;
import stage.runtime.testkit.SimulatedRuntime;

/**
 * What finds planted bugs of receipts: the simulations, with few seeds. Without JUnit, which a changed engine lacks.
 */
public final class DeliveryChecks {
  private static final int SEEDS = 6;

  private DeliveryChecks() {}

  /** {@return which job is the first to be wrong, with which seed, and what was wrong; null if none is} */
  public static String firstToFail() {
    for (DeliverySimulationTest.Case each : DeliverySimulationTest.cases().toList()) {
      for (int workers : new int[] {1, 3}) {
        String wrong = wrong(() -> DeliverySimulationTest.run(each, 4 * workers, 1, workers));
        if (wrong != null) return each.name() + ", " + wrong;
      }
    }
    for (boolean isLost : new boolean[] {false, true}) {
      String wrong = wrong(() -> {
        var topic = new TestTopic(3, PartitionSimulationTest.SIZE);
        topic.revokeEvery = isLost ? 40 : 6;
        topic.isLost = isLost;
        return PartitionSimulationTest.run(topic, 10, 1, 2);
      });
      if (wrong != null) return "partitions, " + wrong;
    }
    String wrong = FailingAnswersTest.firstWrong(SEEDS);
    return wrong == null ? null : "answers that fail, " + wrong;
  }

  /** {@return the seed with which a job was wrong, and what was; null if it never was} */
  private static String wrong(Supplier<String> job) {
    String[] wrong = {null};
    for (int seed = 1; seed <= SEEDS; seed++) {
      try {
        SimulatedRuntime.withSeeds(seed, 1).with(CrashRule.anywhere(0.01)).run(simulated -> wrong[0] = job.get());
      } catch (AssertionError stuck) {
        wrong[0] = stuck.toString();
      }
      if (wrong[0] != null) return "seed " + seed + ": " + wrong[0];
    }
    return null;
  }
}
