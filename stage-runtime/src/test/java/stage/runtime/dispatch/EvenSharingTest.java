package stage.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import stage.api.DispatchRule;

/** The shares of the ranking are those of the rule that looks at all lanes. */
class EvenSharingTest {
  private final CountingLane.Visits visits = new CountingLane.Visits();

  private record Seen(List<CountingLane> lanes) implements DispatchRule.Subscriptions {
    @Override
    public int count() {
      return lanes.size();
    }

    @Override
    public long demand(int index) {
      return lanes.get(index).demand();
    }

    @Override
    public int weight(int index) {
      return 1;
    }
  }

  @Test
  void sharesAsTheRuleHoweverLanesJoinLeaveAndAsk() {
    for (long seed = 0; seed < 2000; seed++) play(new Random(seed), seed);
  }

  private void play(Random random, long seed) {
    var sharing = new EvenSharing<Integer>();
    List<CountingLane> lanes = new ArrayList<>();   // in the order in which they joined
    for (int step = 0; step < 40; step++) {
      switch (random.nextInt(5)) {
        case 0 -> {
          var lane = new CountingLane(visits, null, random.nextInt(10));
          lanes.add(lane);
          sharing.join(lane);
        }
        case 1 -> {
          if (!lanes.isEmpty()) sharing.leave(lanes.remove(random.nextInt(lanes.size())));
        }
        case 2 -> {
          if (lanes.isEmpty()) continue;
          CountingLane lane = lanes.get(random.nextInt(lanes.size()));
          lane.request(1 + random.nextInt(20));
          sharing.heard(lane);
        }
        default -> share(sharing, lanes, 1 + random.nextInt(30), seed);
      }
      long wanted = lanes.stream().mapToLong(CountingLane::demand).sum();
      assertThat(sharing.wanted()).as("seed %d", seed).isEqualTo(wanted);
    }
  }

  private static void share(EvenSharing<Integer> sharing, List<CountingLane> lanes, int events, long seed) {
    var expected = new int[lanes.size()];
    long wanted = lanes.stream().mapToLong(CountingLane::demand).sum();
    if (wanted > 0) new EvenRule().share((int) Math.min(events, wanted), new Seen(lanes), expected);
    int[] before = lanes.stream().mapToInt(CountingLane::received).toArray();
    int planned = sharing.plan(events);
    assertThat(planned).as("seed %d", seed).isEqualTo((int) Math.min(events, wanted));
    if (planned > 0) sharing.publish(new Object[planned], 0);
    for (int i = 0; i < expected.length; i++) {
      assertThat(lanes.get(i).received() - before[i]).as("seed %d, lane %d", seed, i).isEqualTo(expected[i]);
    }
  }

  @Test
  void aPlanThatIsForgottenHasChangedNothing() {
    var sharing = new EvenSharing<Integer>();
    List<CountingLane> lanes = new ArrayList<>();
    for (int i = 0; i < 5; i++) lanes.add(new CountingLane(visits, null, 3));
    lanes.forEach(sharing::join);
    assertThat(sharing.plan(2)).isEqualTo(2);
    sharing.forgetPlan();
    assertThat(sharing.wanted()).isEqualTo(15);
    assertThat(sharing.plan(15)).isEqualTo(15);
    sharing.publish(new Object[15], 0);
    assertThat(lanes).allMatch(lane -> lane.received() == 3);
  }
}
