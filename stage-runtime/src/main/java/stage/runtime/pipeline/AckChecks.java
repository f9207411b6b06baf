package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;
import stage.api.pipeline.plan.End;
import stage.api.pipeline.plan.Node;
import stage.api.pipeline.plan.Origin;
import stage.api.pipeline.plan.Sink;
import stage.api.pipeline.plan.Site;
import stage.api.pipeline.plan.Step;

/**
 * Finds deliveries that could never be answered for: those that a step keeps until others come, where others cannot
 * come because too many are unanswered; and those that a reducer keeps for ever.
 */
final class AckChecks {
  private final List<String> problems = new ArrayList<>();

  private AckChecks() {}

  static List<String> of(End end) {
    var checks = new AckChecks();
    checks.end(end, 0, null);
    return checks.problems;
  }

  private void end(End end, long keptBehind, Site reducerBehind) {
    boolean isReducer = switch (end.sink()) {
      case Sink.Reduce reduce -> true;
      case Sink.Count count -> true;
      case Sink.Collect collect -> true;
      case Sink.ToList list -> true;
      case Sink.ForEach forEach -> false;
      case Sink.To to -> false;
      case Sink.Nothing nothing -> false;
    };
    walk(end.input(), keptBehind, isReducer ? end.site() : reducerBehind);
  }

  /** Walks to the sources: what steps on the way keep adds up. */
  private void walk(Node node, long kept, Site reducer) {
    switch (node) {
      case Node.Source(Site site, Origin.Deliveries(var source, var how), Object identity) -> {
        if (reducer != null && !how.onAbsorb()) {
          problems.add(site + ": its deliveries are answered for when the result of " + reducer
              + " is handled, which is when all have come, and no more than " + how.inFlight()
              + " may be unanswered; use Settling.inFlight(n).absorbed(), or windows");
        }
        if (how.inFlight() <= kept && !how.onAbsorb()) {
          problems.add(site + ": " + how.inFlight()
              + " deliveries may be unanswered, but batches on the way keep up to " + kept
              + " until more come; use Settling.inFlight(" + (kept + 1) + ") or more, or batchWithin");
        }
      }
      case Node.Fused(Site site, Node input, Step.Batch(int n)) -> walk(input, kept + n - 1, reducer);
      case Node.Reduced reduced -> walk(reduced.input(), kept, reduced.framing().isEmpty() && isUnbounded(reduced)
          ? reduced.site() : reducer);
      case Node.Parallel parallel -> {
        long inside = keptWithin(parallel.result(), 0) * parallel.workers();
        walk(parallel.input(), kept + inside, reducer);
      }
      case Node.Copied copied -> {
        for (Node.Branch branch : copied.branches()) end(branch.end(), 0, null);
        walk(copied.input(), kept, reducer);
      }
      case Node.Diverted diverted -> {
        end(diverted.branch().end(), 0, null);
        walk(diverted.input(), kept, reducer);
      }
      default -> node.inputs().forEach(input -> walk(input, kept, reducer));
    }
  }

  private static boolean isUnbounded(Node.Reduced reduced) {
    return switch (reduced.how()) {
      case stage.api.pipeline.plan.Reducing.Scan scan -> false;
      case stage.api.pipeline.plan.Reducing.Batch batch -> false;
      default -> true;
    };
  }

  private static long keptWithin(Node node, long kept) {
    long all = node instanceof Node.Fused(Site site, Node input, Step.Batch(int n)) ? kept + n - 1 : kept;
    for (Node input : node.inputs()) all = Math.max(all, keptWithin(input, all));
    return all;
  }
}
