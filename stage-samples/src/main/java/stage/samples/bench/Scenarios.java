package stage.samples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import stage.api.Demand;
import stage.api.Redelivery;

/** The catalogue: who runs in what, and what Stage is to show there. */
final class Scenarios {
  private static final Demand WIDE = new Demand(1000, 500, false);
  private static final Demand MEDIUM = new Demand(64, 32, false);
  private static final Demand NARROW = new Demand(2, 1, false);

  private static final int WORKERS = 4;
  private static final int LISTENERS = 8;
  private static final int PARTITIONS = 4;
  private static final int BLOCKED = 256;

  // A publisher is faster with threads of its own than on the common pool, which on 2 cores has one thread. There it is
  // better at 2/1 only, where that one thread runs everything, and a chain of ten with blocking submits gets stuck on
  // it.
  private static final Executor PUBLISHERS_EXECUTOR = Executors.newVirtualThreadPerTaskExecutor();

  private static final Technique STAGE = new Stages();
  private static final Technique LOOP = new SingleLoop();
  private static final Technique CHUNKS = new ChunkHandOff();
  private static final Technique QUEUE = BlockingQueues.taking();
  private static final Technique DRAINED_QUEUE = BlockingQueues.draining();
  private static final Technique PUBLISHER = new Publishers(PUBLISHERS_EXECUTOR);
  private static final List<Technique> ALL = List.of(STAGE, LOOP, CHUNKS, QUEUE, DRAINED_QUEUE, PUBLISHER);

  private Scenarios() {}

  /** {@return all, in the order they run} */
  static List<Scenario> all() {
    List<Scenario> all = new ArrayList<>();
    all.add(hops(1, WIDE));
    all.add(hops(1, MEDIUM));
    all.add(hops(1, NARROW, atTwo()));
    all.add(hops(2, WIDE, new Goal.Within(1.5, CHUNKS.name()), new Goal.Faster(6, PUBLISHER.name())));
    all.add(hops(2, MEDIUM, new Goal.Within(2, CHUNKS.name())));
    all.add(hops(2, NARROW, atTwo()));
    all.add(hops(10, WIDE, new Goal.Within(1.5, CHUNKS.name())));
    all.add(hops(10, MEDIUM, new Goal.Within(2, CHUNKS.name())));
    all.add(hops(10, NARROW, atTwo()));
    all.add(race("fan-out", "a producer, " + WORKERS + " workers, each event to one of them, demand 1000/500",
        (technique, events) -> technique.fanOut(WORKERS, WIDE, events)));
    all.add(new Race("broadcast", "a producer, " + LISTENERS + " consumers, each event to all of them, demand 1000/500",
        events -> LISTENERS * Events.sum(events),
        contenders((technique, events) -> technique.broadcast(LISTENERS, WIDE, events)),
        List.of(new Goal.Within(1.5, CHUNKS.name()), new Goal.Faster(10, PUBLISHER.name()))));
    all.add(race("partition",
        "a producer, " + PARTITIONS
            + " consumers that count by key, each event to the one for its key, demand 1000/500",
        (technique, events) -> technique.partition(PARTITIONS, WIDE, events),
        new Goal.Within(1.5, CHUNKS.name()), new Goal.Faster(2, QUEUE.name())));
    all.add(blocking());
    all.add(new TimeToPeak(2, WIDE, List.of(STAGE, CHUNKS), List.of(new Goal.AtMost(1.5, "times the steady figure"))));
    all.addAll(pipelines());
    all.add(redelivery());
    all.add(watched(WIDE, 1.05));
    all.add(watched(NARROW, 1.5));
    all.add(new Explaining(List.of(new Goal.AtMost(10_000_000, "ns"))));
    all.add(new OpenPage(List.of(new Goal.AtMost(1, "% of a core"))));
    all.add(bridge());
    List<Contender> restarts = List.of(new Contender(Stages.NAME, Restarts::ofAStage),
        new Contender("a new virtual thread", Restarts::ofAThread));
    all.add(new Race("restart",
        "one stage that crashes in a message again and again, from the message to the next onStart: ns per restart",
        crashes -> crashes, restarts, List.of(new Goal.AtMost(100_000, "ns"))));
    all.add(new RestartLeak(restarts, List.of(new Goal.AtMost(1 << 20, "bytes"))));
    all.add(new PingPong(List.of(STAGE, LOOP, CHUNKS, QUEUE, PUBLISHER), List.of(new Goal.Within(1, CHUNKS.name()))));
    all.add(new FlightsRace(List.of(new Goal.Faster(1, FlightsRace.PARALLEL_STREAM))));
    all.add(allocation(WIDE, 2_000_000, new Goal.AtMost(8, "bytes")));
    all.add(allocation(MEDIUM, 500_000));
    all.add(allocation(NARROW, 100_000));
    all.add(new IdleMemory(List.of(IdleStages.maker(), IdleThreads.maker()),
        List.of(new Goal.AtMost(4.5 * 1024, "bytes"))));
    all.addAll(Growth.all());
    return all;
  }

  /** {@return the one of a name} */
  static Technique technique(String name) {
    return ALL.stream().filter(technique -> technique.name().equals(name)).findFirst().orElseThrow(
        () -> new IllegalArgumentException("no contender \"" + name + "\"; there are: "
            + String.join(", ", ALL.stream().map(Technique::name).toList())));
  }

  private interface Shape {
    long run(Technique technique, long events) throws Exception;
  }

  private static Goal[] atTwo() {
    return new Goal[] {new Goal.Faster(2, QUEUE.name()), new Goal.Within(0.6, CHUNKS.name())};
  }

  private static Scenario hops(int hops, Demand demand, Goal... goals) {
    List<Contender> contenders = contenders((technique, events) -> technique.hops(hops, demand, events));
    if (hops == 1) {
      contenders.add(1, new Contender("Stage, generator", events -> Stages.hopsFromGenerator(hops, demand, events)));
    }
    String about = switch (hops) {
      case 1 -> "producer, consumer";
      case 2 -> "producer, relay, consumer";
      default -> "producer, " + (hops - 1) + " relays, consumer";
    };
    return new Race("hops-" + hops + "-" + demand.max(), about + ", demand " + name(demand), Events::sum, contenders,
        List.of(goals));
  }

  private static Scenario blocking() {
    var blocking = new Blocking(BLOCKED);
    String bare = "bare virtual threads";
    return new Race("blocking", "each event waits for a millisecond, " + BLOCKED + " at a time", Events::sum,
        List.of(new Contender(Stages.NAME, blocking::perEvent),
            new Contender("Stage, mapConcurrent", blocking::mapConcurrent),
            new Contender(bare, blocking::ofBareThreads)),
        List.of(new Goal.Within(1.05, bare)));
  }

  private static List<Scenario> pipelines() {
    String byHand = "one map by hand";
    String clean = "none fails";
    String map = "HashMap by hand";
    String loop = "a loop by hand";
    String unanswered = "nobody answers";
    String routed = "Stage, the same stages by hand";
    String stages = "Stage, fewer stages by hand";
    String bare = "bare virtual threads";
    return List.of(
        new Race("pipeline-maps", "a job of ten maps in a row", PipelineJobs::sumOfMapped,
            List.of(new Contender(Stages.NAME, PipelineJobs::tenMaps), new Contender(byHand, PipelineJobs::oneMap)),
            List.of(new Goal.Within(1.2, byHand))),
        new Race("pipeline-failing", "a job in which one in a hundred elements fails", PipelineJobs::clean,
            List.of(new Contender(Stages.NAME, PipelineJobs::oneInAHundredFails),
                new Contender(clean, PipelineJobs::noneFails)),
            List.of(new Goal.Within(1.2, clean))),
        new Race("pipeline-count", "a job that counts by key, one worker", Events::sum,
            List.of(new Contender(Stages.NAME, PipelineJobs::countByKey),
                new Contender(map, PipelineJobs::countByHand)),
            List.of(new Goal.Within(1.5, map))),
        new Race("pipeline-workers", "a job that counts by key, " + PARTITIONS + " workers", Events::sum,
            List.of(new Contender(Stages.NAME, events -> PipelineJobs.countByKey(PARTITIONS, events)),
                new Contender(routed, events -> Stages.partitionBehindARouter(PARTITIONS, WIDE, events)),
                new Contender(stages, events -> STAGE.partition(PARTITIONS, WIDE, events))),
            List.of(new Goal.Within(1, routed), new Goal.Within(1, stages))),
        new Race("pipeline-windows", "a job that counts 1,000 keys in tumbling windows of event time",
            events -> events,
            List.of(new Contender(Stages.NAME, PipelineJobs::windows),
                new Contender(loop, PipelineJobs::windowsByHand)),
            List.of(new Goal.Within(2.5, loop))),
        new Race("pipeline-windows-100000", "a job that counts 100,000 keys in tumbling windows of event time",
            events -> events,
            List.of(new Contender(Stages.NAME, PipelineJobs::manyKeysInWindows),
                new Contender(loop, PipelineJobs::manyKeysByHand)),
            List.of(new Goal.Within(2.5, loop))),
        new HeapOfAJob(10_000_000, List.of(new Goal.AtMost(1 << 20, "bytes"))),
        new Race("pipeline-receipts", "a job whose deliveries go through two runs and are answered for", Events::sum,
            List.of(new Contender(Stages.NAME, PipelineJobs::receipts),
                new Contender(unanswered, PipelineJobs::withoutReceipts)),
            List.of(new Goal.AtMostMore(30, "ns", unanswered))),
        new Race("pipeline-concurrent", "a job with a function that waits for a millisecond, " + BLOCKED + " at a time",
            Events::sum,
            List.of(new Contender(Stages.NAME, events -> PipelineJobs.mapConcurrent(BLOCKED, events)),
                new Contender(bare, new Blocking(BLOCKED)::ofBareThreads)),
            List.of(new Goal.Within(1.05, bare))));
  }

  private static Scenario redelivery() {
    String none = "Stage, without redelivery";
    return new Race("redelivery", "producer, consumer, demand 1000/500, no crashes", Events::sum,
        List.of(new Contender(Stages.NAME, events -> Stages.hopWithRedelivery(Redelivery.DEFAULT, WIDE, events)),
            new Contender(none, events -> Stages.hopWithRedelivery(Redelivery.none(), WIDE, events))),
        List.of(new Goal.Within(1.1, none)));
  }

  private static Scenario watched(Demand demand, double limit) {
    String none = "Stage, nobody looks";
    return new Race("watched-" + demand.max(),
        "producer, relay, consumer, while a page shows them, demand " + name(demand),
        Events::sum,
        List.of(new Contender(Stages.NAME, events -> Watched.hops(demand, events)),
            new Contender(none, events -> STAGE.hops(2, demand, events))),
        List.of(new Goal.Within(limit, none)));
  }

  private static Scenario bridge() {
    String none = "Stage, without a bridge";
    return new Race("bridge", "producer, out as a publisher and in again as a subscriber, consumer, demand 1000/500",
        Events::sum,
        List.of(new Contender(Stages.NAME, events -> Stages.hopOverBridges(WIDE, events)),
            new Contender(none, events -> STAGE.hops(1, WIDE, events)),
            new Contender(PUBLISHER.name(), events -> PUBLISHER.hops(1, WIDE, events))),
        List.of(new Goal.Within(3, none), new Goal.Faster(1, PUBLISHER.name())));
  }

  private static Scenario allocation(Demand demand, long events, Goal... goals) {
    int hops = 2;
    return new Allocation("allocation-" + demand.max(),
        "what is allocated in " + hops + " hops beside the events, demand " + name(demand),
        hops, events, contenders((technique, count) -> technique.hops(hops, demand, count)), List.of(goals));
  }

  private static Scenario race(String name, String about, Shape shape, Goal... goals) {
    return new Race(name, about, Events::sum, contenders(shape), List.of(goals));
  }

  private static List<Contender> contenders(Shape shape) {
    List<Contender> contenders = new ArrayList<>();
    for (Technique technique : ALL)
      contenders.add(new Contender(technique.name(), events -> shape.run(technique, events)));
    return contenders;
  }

  private static String name(Demand demand) {
    return demand.max() + "/" + demand.min();
  }
}
