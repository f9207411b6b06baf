package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What many restarts leave behind: growth of the heap after collections, and of the number of threads. As many as there
 * are idle pipelines.
 *
 * @param contenders who restarts, and answers how often
 * @param goals what Stage is to show
 */
record RestartLeak(List<Contender> contenders, List<Goal> goals) implements Scenario {
  @Override
  public String name() {
    return "restart-leak";
  }

  @Override
  public String about() {
    return "restarts of one stage: what the heap has more of afterwards, in all";
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    int crashes = effort.idlePipelines();
    for (Contender contender : contenders) contender.work().run(crashes / 10);
    List<Samples> samples =
        Rounds.alternate(contenders, effort.idleRounds(), contender -> bytesLeft(contender, crashes));
    List<Result.Score> scores = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) scores.add(new Result.Score(contenders.get(i).name(), samples.get(i)));
    return List.of(Result.of(name(), String.format("%,d ", crashes) + about(), "bytes", scores, goals));
  }

  private double bytesLeft(Contender contender, int crashes) throws Exception {
    long before = Heap.bytesHeld();
    int threads = Thread.activeCount();
    WrongResult.ensure(name(), contender.name(), contender.work().run(crashes), crashes, crashes);
    int left = Thread.activeCount() - threads;
    if (left > 0) throw new IllegalStateException(left + " threads are left after " + crashes + " restarts");
    return Math.max(0, Heap.bytesHeld() - before);
  }
}
