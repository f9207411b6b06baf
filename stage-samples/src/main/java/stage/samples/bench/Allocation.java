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
 * @param events how many events a long run has
 * @param contenders who runs
 * @param goals what Stage is to show
 */
record Allocation(String name, String about, int hops, long events, List<Contender> contenders, List<Goal> goals)
    implements Scenario {
  private static final long FEWEST_EVENTS = 10_000;
  private static final int MOST_ROUNDS = 5;   // they differ little

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    long most = Math.max(FEWEST_EVENTS, (long) (events * effort.allocations()));
    for (int i = 0; i < 5; i++) for (Contender contender : contenders) contender.work().run(most / 5);
    List<Samples> samples =
        Rounds.alternate(contenders, Math.min(effort.rounds(), MOST_ROUNDS), who -> bytesPerEventAndHop(who, most));
    List<Result.Score> scores = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) scores.add(new Result.Score(contenders.get(i).name(), samples.get(i)));
    return List.of(Result.of(name, about, "bytes per event and hop", scores, goals));
  }

  private double bytesPerEventAndHop(Contender contender, long most) throws Exception {
    for (long many = most; many >= FEWEST_EVENTS; many /= 2) {
      long few = many / 10;
      long bytesForMany = bytesAllocated(contender, many);
      long bytesForFew = bytesAllocated(contender, few);
      if (bytesForMany < 0 || bytesForFew < 0) continue;   // too many to go without a collection
      return (double) (bytesForMany - bytesForFew) / (many - few) / hops;
    }
    throw new IllegalStateException(
        "the collector ran in each run of " + contender.name() + ", however short; give java a larger -Xms");
  }

  private static long bytesAllocated(Contender contender, long events) throws Exception {
    return Heap.bytesAllocated(() -> contender.work().run(events));
  }
}
