package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import stage.api.pipeline.Settling;
import stage.api.pipeline.Windows;
import stage.api.pipeline.plan.Crossing;
import stage.api.pipeline.plan.End;
import stage.api.pipeline.plan.Framing;
import stage.api.pipeline.plan.Node;
import stage.api.pipeline.plan.Origin;
import stage.api.pipeline.plan.Pairing;
import stage.api.pipeline.plan.Sink;
import stage.api.pipeline.plan.Site;
import stage.api.pipeline.plan.Step;

/**
 * Finds deliveries that could never be answered for: those that a step keeps until others come, where others cannot
 * come because too many are unanswered; and those that a reducer keeps for ever.
 */
final class AckChecks {
  private final List<String> problems = new ArrayList<>();
  private final Map<Object, Node> before = new IdentityHashMap<>();   // what a branch, or a part, is given
  private final Map<Object, Long> ofOtherWorkers = new IdentityHashMap<>();   // what parts keep besides the one walked
  private Site ownBehind;   // the user's stage that elements go to; null if they do not

  private AckChecks() {}

  static List<String> of(End end) {
    var checks = new AckChecks();
    checks.end(end);
    return checks.problems;
  }

  private void end(End end) {
    switch (end.sink()) {
      case Sink.Reduce reduce -> walk(end.input(), 0, end.site());
      case Sink.Count count -> walk(end.input(), 0, end.site());
      case Sink.Collect collect -> walk(end.input(), 0, end.site());
      case Sink.ToList list -> walk(end.input(), 0, end.site());
      case Sink.To to -> own(end.input(), end.site());
      case Sink.ForEach forEach -> walk(end.input(), 0, null);
      case Sink.Nothing nothing -> walk(end.input(), 0, null);
    }
  }

  /** A user's stage does not say which of its elements came of which. */
  private void own(Node input, Site own) {
    Site behind = ownBehind;
    ownBehind = own;
    walk(input, 0, null);
    ownBehind = behind;
  }

  private void source(Site site, Settling how, long kept, Site reducer) {
    if (how.onAbsorb()) return;
    if (ownBehind != null) {
      problem(site, "its deliveries would be answered for when " + ownBehind
          + " has handled them, but a stage of your own does not say when that is; use"
          + " Settling.inFlight(n).absorbed(), with which they are handled when it has got them, or forEach");
      return;
    }
    if (reducer != null) {
      problem(site, "its deliveries are answered for when the result of " + reducer
          + " is handled, which is when all have come, and no more than " + how.inFlight()
          + " may be unanswered; use Settling.inFlight(n).absorbed(), or windows");
    }
    if (how.inFlight() <= kept) {
      problem(site, how.inFlight() + (how.inFlight() == 1 ? " delivery" : " deliveries") + " may be unanswered, but"
          + " batches, windows and joins on the way keep " + kept + " or more until others come; use Settling.inFlight("
          + (kept + 1) + ") or more, absorbed(), or batchWithin");
    }
  }

  private void problem(Site site, String what) {
    String line = site + ": " + what;
    if (!problems.contains(line)) problems.add(line);
  }

  /**
   * Walks to the sources.
   *
   * @param kept how many deliveries steps further down keep at least, until others come
   */
  private void walk(Node node, long kept, Site reducer) {
    switch (node) {
      case Node.Source(Site site, Origin.Deliveries(var source, var how), Object identity) ->
          source(site, how, kept, reducer);
      case Node.Source(Site site, Origin.Partitioned(var source, var how), Object identity) ->
          source(site, how, kept, reducer);
      case Node.Crossed(Site site, Node input, Crossing.Via via) -> own(input, site);
      case Node.Joined joined when joined.pairing() instanceof Pairing.Whole -> {
        walk(joined.left(), kept, joined.site());
        walk(joined.right(), kept, joined.site());
      }
      case Node.Joined joined -> {
        walk(joined.left(), kept + 1, reducer);   // a row stays until a later one has come on its side
        walk(joined.right(), kept + 1, reducer);
      }
      case Node.Enriched enriched -> {
        walk(enriched.input(), kept, reducer);   // a row is handled when the table has it
      }
      case Node.Fused(Site site, Node input, Step.Batch(int n)) -> walk(input, kept * n + n - 1, reducer);
      // all that is kept may have come of one delivery
      case Node.Fused(Site site, Node input, Step.FlatMap flatMap) -> walk(input, Math.min(kept, 1), reducer);
      case Node.Fused(Site site, Node input, Step.MapMulti mapMulti) -> walk(input, Math.min(kept, 1), reducer);
      case Node.Reduced reduced -> {
        reduced.framing().flatMap(Framing::late).ifPresent(late -> branch(late, reduced.input()));
        long keptBefore = reduced.framing().map(Framing::windows).map(windows -> keptIn(windows, kept)).orElse(kept);
        boolean isForEver = reduced.framing().isEmpty() && isUnbounded(reduced);
        walk(reduced.input(), keptBefore, isForEver ? reduced.site() : reducer);
      }
      case Node.Parallel parallel -> {
        before.put(parallel.part().identity(), parallel.input());
        ofOtherWorkers.put(parallel.part().identity(), keptWithin(parallel.result(), 0) * (parallel.workers() - 1));
        walk(parallel.result(), kept, reducer);
      }
      case Node.Copied copied -> {
        for (Node.Branch branch : copied.branches()) branch(branch, copied.input());
        walk(copied.input(), kept, reducer);
      }
      case Node.Diverted diverted -> {
        branch(diverted.branch(), diverted.input());
        walk(diverted.input(), kept, reducer);
      }
      case Node.Source(Site site, Origin.Branch branch, Object identity) -> walkBefore(identity, kept, reducer);
      case Node.Source(Site site, Origin.Part part, Object identity) -> walkBefore(identity, kept, reducer);
      default -> node.inputs().forEach(input -> walk(input, kept, reducer));
    }
  }

  private void branch(Node.Branch branch, Node input) {
    before.put(branch.start().identity(), input);
    end(branch.end());
  }

  /** Goes on before the step that hands elements to a branch or a part; nowhere if the description is broken. */
  private void walkBefore(Object identity, long kept, Site reducer) {
    if (!before.containsKey(identity)) return;
    walk(before.get(identity), kept + ofOtherWorkers.getOrDefault(identity, 0L), reducer);
  }

  /**
   * {@return how many elements stay at least until others come, in windows and as the results that are kept behind
   * them} Of one key; there may be more of them. How many belong to a window of time, nobody knows.
   */
  private static long keptIn(Windows windows, long keptBehind) {
    if (windows.shape() instanceof Windows.Shape.Count(int n)) return keptBehind * n + n - 1;
    return windows.needsEventTime() ? keptBehind + 1 : keptBehind;
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
