package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What a contender allocates for each event and hop, beside the events themselves, which are there already.
 *
 * <p>The difference between a long run and a short one, so that what is allocated once does not count.
 *
 * @param name its name, for {@code --only}
 * @param about what is done, in a line
 * @param hops how many hops the contenders make
 * @param contenders who runs
 * @param goals what Stage is to show
 */
record Allocation(String name, String about, int hops, List<Contender> contenders, List<Goal> goals) implements Scenario {
  private static final long WARM_UP = 100_000;
  private static final long MOST_EVENTS = 2_000_000;
  private static final long FEWEST_EVENTS = 10_000;

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    for (int i = 0; i < 5; i++) for (Contender contender : contenders) contender.work().run(WARM_UP);
    List<Samples> samples = Rounds.alternate(contenders, effort.rounds(), this::bytesPerEventAndHop);
    List<Result.Score> scores = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) scores.add(new Result.Score(contenders.get(i).name(), samples.get(i)));
    return List.of(Result.of(name, about, "bytes per event and hop", scores, goals));
  }

  private double bytesPerEventAndHop(Contender contender) throws Exception {
    for (long events = MOST_EVENTS; events >= FEWEST_EVENTS; events /= 2) {
      long many = bytesAllocated(contender, events);
      long few = bytesAllocated(contender, events / 10);
      if (many < 0 || few < 0) continue;   // too many to go without a collection
      return (double) (many - few) / (events - events / 10) / hops;
    }
    throw new IllegalStateException("the collector ran in each run of " + contender.name() + ", however short; give java a larger -Xms");
  }

  private static long bytesAllocated(Contender contender, long events) throws Exception {
    return Heap.bytesAllocated(() -> contender.work().run(events));
  }
}
