package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * What a job that goes on and on has on the heap: how much more after all its events than after a tenth of them.
 *
 * @param events how many
 * @param goals what Stage is to show
 */
record HeapOfAJob(long events, List<Goal> goals) implements Scenario {
  private static final int KEYS = 100_000;

  /** A job some of whose elements have the heap looked at. */
  private interface Job {
    long run(int keys, long events, LongConsumer first) throws Exception;
  }

  private record Counting(String name, Job job) {}

  @Override
  public String name() {
    return "pipeline-heap";
  }

  @Override
  public String about() {
    return "a job that counts 100,000 keys in windows: what the heap has more of at its end than after a tenth";
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    long some = (long) (events * effort.allocations());
    long first = Math.max(some / 10 / KEYS, 1) * KEYS;   // after as much of a window as the last one has
    long last = Math.max(some / KEYS, 2) * KEYS;
    List<Counting> all = List.of(new Counting(Stages.NAME, PipelineJobs::windows),
        new Counting("a loop by hand", PipelineJobs::windowsByHand));
    List<Samples> samples = Rounds.alternate(all, effort.idleRounds(), each -> growth(each, first, last));
    List<Result.Score> scores = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) scores.add(new Result.Score(all.get(i).name(), samples.get(i)));
    return List.of(Result.of(name(), String.format("%,d events of ", last) + about(), "bytes", scores, goals));
  }

  private double growth(Counting who, long first, long last) throws Exception {
    long[] held = new long[2];
    long counted = who.job.run(KEYS, last, n -> {
      if (n == first - 1) held[0] = Heap.bytesHeld();
      if (n == last - 1) held[1] = Heap.bytesHeld();
    });
    WrongResult.ensure(name(), who.name, counted, last, last);
    return Math.max(0, held[1] - held[0]);
  }
}
