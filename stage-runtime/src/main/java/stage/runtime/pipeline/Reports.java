package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import stage.api.StageRef;
import stage.api.pipeline.Report;
import stage.runtime.pipeline.StagePlan.Kind;

/** Adds up what the runs of a job have counted. */
final class Reports {
  private Reports() {}

  static Report of(List<StagePlan> stages, Map<StagePlan, Tally.Board> boards, Map<StagePlan, StageRef<?>> refs,
      List<Report.Deliveries> deliveries) {
    List<Report.Run> runs = new ArrayList<>();
    long in = 0;
    long out = 0;
    long filtered = 0;
    long deadLettered = 0;
    long late = 0;
    long lateAfterIdle = 0;
    long dropped = 0;
    long retried = 0;
    int restarts = 0;
    for (StagePlan stage : stages) {
      StageRef<?> ref = refs.get(stage);
      restarts += Math.max(0, ref.snapshot().incarnation() - 1);
      if (!stage.isRun()) continue;
      Report.Run run = withLost(boards.get(stage).committed(), ref.snapshot().eventsDeadLettered());
      runs.add(run);
      if (isFedBySource(stage)) in += run.in();
      if (stage.kind instanceof Kind.End) out += run.out();
      filtered += run.filtered();
      deadLettered += run.deadLettered();
      late += run.late();
      lateAfterIdle += run.lateAfterIdle();
      dropped += run.dropped();
      retried += run.retried();
    }
    return new Report(in, out, filtered, deadLettered, late, lateAfterIdle, dropped, retried, restarts, runs,
        deliveries);
  }

  /** {@return the same, with events that the engine has given up on because each time they crashed the stage} */
  private static Report.Run withLost(Report.Run run, long deadLettered) {
    long lost = Math.max(0, deadLettered - run.deadLettered());
    if (lost == 0) return run;
    return new Report.Run(run.stage(), run.in() + lost, run.handled(), run.filtered(), run.deadLettered() + lost,
        run.late(), run.lateAfterIdle(),
        run.dropped(), run.retried(), run.out());
  }

  /** {@return whether its elements come from a source, if only through functions that ran elsewhere} */
  private static boolean isFedBySource(StagePlan stage) {
    return stage.feeds.stream().map(StagePlan.Feed::from).anyMatch(from -> from.kind instanceof Kind.Source
        || from.kind instanceof Kind.Concurrent && isFedBySource(from));
  }
}
