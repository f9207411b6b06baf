package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What a pipeline holds on to when it has nothing to do.
 *
 * <p>All that the heap has more of, after collections, when there are many of them: refs, names and what the JDK keeps
 * for each thread included. They have carried a few events, several times.
 *
 * @param makers who makes the pipelines
 * @param goals what Stage is to show
 */
record IdleMemory(List<IdlePipelines.Maker> makers, List<Goal> goals) implements Scenario {
  private static final int A_FEW = 3;
  private static final int BURSTS = 3;
  private static final int WARM_UP = 2000;

  @Override
  public String name() {
    return "idle";
  }

  @Override
  public String about() {
    return "pipelines of two stages that have carried a few events: heap after GC";
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    for (var maker : makers) {
      try (var pipelines = maker.open(Math.min(WARM_UP, effort.idlePipelines()))) {
        for (int i = 0; i < 20; i++) pipelines.carry(A_FEW);
      }
    }
    List<Samples> samples =
        Rounds.alternate(makers, effort.idleRounds(), maker -> bytesPerPipeline(maker, effort.idlePipelines()));
    List<Result.Score> scores = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) scores.add(new Result.Score(makers.get(i).name(), samples.get(i)));
    String size = String.format("%,d ", effort.idlePipelines());
    return List.of(Result.of(name(), size + about(), "bytes per pipeline", scores, goals));
  }

  private static double bytesPerPipeline(IdlePipelines.Maker maker, int count) throws Exception {
    long before = Heap.bytesHeld();
    try (var pipelines = maker.open(count)) {
      for (int i = 0; i < BURSTS; i++) pipelines.carry(A_FEW);
      long held = Heap.bytesHeld() - before;
      return (double) held / count;
    }
  }
}
