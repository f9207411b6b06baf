package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.Collection;
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
import stage.api.pipeline.plan.Reducing;
import stage.api.pipeline.plan.Sink;
import stage.api.pipeline.plan.Site;
import stage.api.pipeline.plan.Step;

/**
 * Finds deliveries that could never be answered for: those that a step keeps until others come, where others cannot
 * come because too many are unanswered; and those that a reducer keeps forever. Where what comes of a delivery, or of
 * another source, may be enough, the job may run: {@link Standstill} finds out if it is not.
 */
final class AckChecks {
  private static final long FOREVER = Long.MAX_VALUE;   // more than anything that is kept

  private final List<String> problems = new ArrayList<>();
  private final Map<Object, Node> before = new IdentityHashMap<>();   // what a branch, or a part, is given
  private final Map<Object, Long> ofOtherWorkers = new IdentityHashMap<>();   // what parts keep besides the one walked
  private Site ownBehind;   // the user's stage that elements go to; null if they do not

  private AckChecks() {}

  /**
   * What steps further down keep at least, until others come.
   *
   * @param elements how many deliveries
   * @param absorbed how many of a source whose deliveries are handled when a reducer has them
   */
  private record Kept(long elements, long absorbed) {
    static final Kept NOTHING = new Kept(0, 0);

    static Kept byReducer(long elements) {
      return new Kept(elements, 0);
    }

    Kept inLists(int n) {
      return new Kept(elements * n + n - 1, absorbed * n + n - 1);
    }

    Kept plus(long more) {
      return new Kept(elements + more, absorbed + more);
    }

    Kept minus(long others) {
      return new Kept(Math.max(0, elements - others), Math.max(0, absorbed - others));
    }

    /** How many would end it. */
    Kept below(long end) {
      return new Kept(Math.max(0, Math.min(elements, end - 1)), Math.max(0, Math.min(absorbed, end - 1)));
    }
  }

  static List<String> of(End end) {
    var checks = new AckChecks();
    checks.end(end);
    return checks.problems;
  }

  private void end(End end) {
    switch (end.sink()) {
      case Sink.Reduce reduce -> walk(end.input(), Kept.NOTHING, end.site());
      case Sink.Count count -> walk(end.input(), Kept.NOTHING, end.site());
      case Sink.Collect collect -> walk(end.input(), Kept.NOTHING, end.site());
      case Sink.ToList list -> walk(end.input(), Kept.NOTHING, end.site());
      case Sink.To to -> own(end.input(), end.site());
      case Sink.ForEach forEach -> walk(end.input(), Kept.NOTHING, null);
      case Sink.Nothing nothing -> walk(end.input(), Kept.NOTHING, null);
    }
  }

  /** A user's stage does not say which of its elements came of which. */
  private void own(Node input, Site own) {
    Site behind = ownBehind;
    ownBehind = own;
    walk(input, Kept.NOTHING, null);
    ownBehind = behind;
  }

  private void source(Site site, Settling how, Kept kept, Site reducer) {
    if (how.onAbsorb()) {
      if (how.inFlight() <= kept.absorbed) tooFew(site, how, kept.absorbed, "");
      return;
    }
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
    if (how.inFlight() <= kept.elements) {
      tooFew(site, how, kept.elements, how.inFlight() > kept.absorbed ? ", absorbed()" : "");
    }
  }

  private void tooFew(Site site, Settling how, long kept, String also) {
    problem(site, how.inFlight() + (how.inFlight() == 1 ? " delivery" : " deliveries") + " may be unanswered, but"
        + " batches, windows and joins on the way keep " + kept + " or more until others come; use Settling.inFlight("
        + (kept + 1) + ") or more" + also + ", or batchWithin");
  }

  private void problem(Site site, String what) {
    String line = site + ": " + what;
    if (!problems.contains(line)) problems.add(line);
  }

  /**
   * Walks to the sources.
   *
   * @param kept what steps further down keep
   */
  private void walk(Node node, Kept kept, Site reducer) {
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
        // one row may make all that is kept behind it, and itself stays until a later one has come on its side
        walk(joined.left(), Kept.byReducer(mayBeIdle(joined.left()) ? 0 : 1), reducer);
        walk(joined.right(), Kept.byReducer(mayBeIdle(joined.right()) ? 0 : 1), reducer);
      }
      case Node.Enriched enriched -> {
        walk(enriched.input(), kept, reducer);   // a row is handled when the table has it
      }
      case Node.Fused(Site site, Node input, Step.Batch(int n)) -> walk(input, kept.inLists(n), reducer);
      // all that is kept may have come of one delivery, and the next one may bring what is missing
      case Node.Fused(Site site, Node input, Step.FlatMap flatMap) -> walk(input, Kept.NOTHING, reducer);
      case Node.Fused(Site site, Node input, Step.MapMulti mapMulti) -> walk(input, Kept.NOTHING, reducer);
      // what is kept behind it goes on when it lets nothing more pass
      case Node.Fused(Site site, Node input, Step.Take(long n)) -> walk(input, kept.below(n), reducer);
      case Node.Fused(Site site, Node input, Step.TakeWhile test) -> walk(input, Kept.NOTHING, reducer);
      case Node.Merged merged -> walkEach(merged.inputs(), kept, reducer);
      case Node.MergedSorted merged -> walkEach(merged.inputs(), kept, reducer);
      case Node.Zipped zipped -> {
        // what is kept behind it goes on when one side has ended
        walk(zipped.left(), isEndless(zipped.right()) ? kept : Kept.NOTHING, reducer);
        walk(zipped.right(), isEndless(zipped.left()) ? kept : Kept.NOTHING, reducer);
      }
      case Node.Reduced reduced -> {
        reduced.framing().flatMap(Framing::late).ifPresent(late -> branch(late, reduced.input()));
        Kept keptBefore = reduced.framing().map(framing -> keptIn(framing, kept)).orElse(kept);
        boolean isForEver = reduced.framing().isEmpty() && isUnbounded(reduced);
        boolean isTakenIn = !(reduced.how() instanceof Reducing.Scan);
        walk(reduced.input(), isTakenIn ? Kept.byReducer(keptBefore.elements) : keptBefore,
            isForEver ? reduced.site() : reducer);
      }
      case Node.Parallel parallel -> {
        before.put(parallel.part().identity(), parallel.input());
        // all may be of one key, but who gets elements without a key is chance
        if (parallel.key() == null) {
          ofOtherWorkers.put(parallel.part().identity(), keptWithin(parallel.result(), 0) * (parallel.workers() - 1));
        }
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
  private void walkBefore(Object identity, Kept kept, Site reducer) {
    if (!before.containsKey(identity)) return;
    walk(before.get(identity), kept.plus(ofOtherWorkers.getOrDefault(identity, 0L)), reducer);
  }

  /** Goes on to inputs of which each may bring what those of the others wait for. */
  private void walkEach(List<Node> inputs, Kept kept, Site reducer) {
    for (Node input : inputs) {
      Kept its = kept;
      for (Node other : inputs) if (other != input) its = its.minus(most(other));
      walk(input, its, reducer);
    }
  }

  /** {@return how many elements an input may bring while none of its deliveries are answered for} */
  private static long most(Node node) {
    return switch (node) {
      case Node.Source(Site site, Origin.Deliveries(var source, var how), Object identity) when !how.onAbsorb() ->
          how.inFlight();
      case Node.Source(Site site, Origin.Partitioned(var source, var how), Object identity) when !how.onAbsorb() ->
          how.inFlight();
      case Node.Source(Site site, Origin.Elements(Collection<?> all), Object identity) -> all.size();
      case Node.Fused(Site site, Node input, Step.FlatMap flatMap) -> FOREVER;
      case Node.Fused(Site site, Node input, Step.MapMulti mapMulti) -> FOREVER;
      case Node.Fused(Site site, Node input, Step step) -> most(input);
      case Node.Merged(Site site, List<Node> inputs) ->
          inputs.stream().mapToLong(AckChecks::most).reduce(0, (all, more) -> all + more < 0 ? FOREVER : all + more);
      default -> FOREVER;
    };
  }

  /** {@return whether an input has no end that is known of} */
  private static boolean isEndless(Node node) {
    return switch (node) {
      case Node.Source(Site site, Origin.Deliveries deliveries, Object identity) -> true;
      case Node.Source(Site site, Origin.Partitioned partitioned, Object identity) -> true;
      case Node.Source(Site site, Origin.Tick tick, Object identity) -> true;
      case Node.Source source -> false;
      case Node.Fused(Site site, Node input, Step.Take take) -> false;
      case Node.Fused(Site site, Node input, Step.TakeWhile test) -> false;
      default -> node.inputs().stream().allMatch(AckChecks::isEndless);
    };
  }

  /** {@return whether an input may be silent without being waited for} */
  private static boolean mayBeIdle(Node node) {
    boolean isIt = node instanceof Node.Fused(Site site, Node input, Step.EventTime(var how))
        && how.silence().isPresent();
    return isIt || node.inputs().stream().anyMatch(AckChecks::mayBeIdle);
  }

  /**
   * {@return what stays at least until others come, in windows and as the results that are kept behind them} Of one
   * key; there may be more of them. How many belong to a window of time, nobody knows.
   */
  private static Kept keptIn(Framing framing, Kept keptBehind) {
    Windows windows = framing.windows();
    boolean hasEarly = framing.earlyEvents() > 0 || framing.earlyEvery().isPresent();
    Kept behind = hasEarly ? Kept.NOTHING : keptBehind;   // early panes may bring what the final ones wait for
    if (windows.shape() instanceof Windows.Shape.Count(int n)) return behind.inLists(n);
    return windows.needsEventTime() ? behind.plus(1) : behind;
  }

  private static boolean isUnbounded(Node.Reduced reduced) {
    return switch (reduced.how()) {
      case Reducing.Scan scan -> false;
      case Reducing.Batch batch -> false;
      default -> true;
    };
  }

  private static long keptWithin(Node node, long kept) {
    long all = node instanceof Node.Fused(Site site, Node input, Step.Batch(int n)) ? kept + n - 1 : kept;
    for (Node input : node.inputs()) all = Math.max(all, keptWithin(input, all));
    return all;
  }
}
