package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import stage.api.pipeline.plan.TablePlan;

/**
 * Finds what only a whole description can show to be wrong: walks it from its end to its sources, and its branches
 * from theirs. Each problem is a line that says which step, what is wrong, why, and what would be right.
 */
final class Checks {
  private final List<String> problems = new ArrayList<>();
  // sources, by identity: which step reached them first
  private final Map<Object, Site> seen = new IdentityHashMap<>();
  // starts of branches and parts: whether their elements have a time
  private final Map<Object, Boolean> known = new IdentityHashMap<>();
  private final Map<String, Site> names = new HashMap<>();

  private Checks() {}

  /** {@return a line for each problem; empty if there is none} */
  static List<String> of(End end) {
    var checks = new Checks();
    checks.end(end);
    checks.problems.addAll(AckChecks.of(end));
    return List.copyOf(checks.problems);
  }

  private void problem(Site site, String what) {
    String line = site + ": " + what;
    if (!problems.contains(line)) problems.add(line);
  }

  private void named(Site site, String name) {
    Site other = names.putIfAbsent(name, site);
    if (other != null && other != site) {
      problem(site, "its name is taken by " + other
          + ", and a name stands for one step in failures, reports and paths; give one of them another");
    }
  }

  private void end(End end) {
    isTimed(end.input(), end.site());
    if (end.sink() instanceof Sink.To(var spec)) named(end.site(), spec.name());
  }

  private void branch(Site site, Node.Branch branch, boolean isTimed) {
    known.put(branch.start().identity(), isTimed);
    if (!reaches(branch.end().input(), branch.start())) {
      problem(site, "its branch returns a job that does not come of what the branch was given (" + branch.end().site()
          + "), so that nothing would read its elements; begin with the branch's parameter");
    }
    end(branch.end());
  }

  private static boolean reaches(Node node, Node.Source start) {
    if (node instanceof Node.Source source) return source.identity() == start.identity();
    return node.inputs().stream().anyMatch(input -> reaches(input, start));
  }

  /** {@return whether a node's elements have a time} Checks it, and what comes before it. */
  private boolean isTimed(Node node, Site reader) {
    node.site().name().ifPresent(name -> named(node.site(), name));
    return switch (node) {
      case Node.Source source -> source(source, reader);
      case Node.Fused fused -> isTimed(fused.input(), fused.site()) || fused.step() instanceof Step.EventTime;
      case Node.Crossed crossed -> crossed(crossed);
      case Node.Parallel parallel -> parallel(parallel);
      case Node.Reduced reduced -> reduced(reduced);
      case Node.Merged merged -> allTimed(merged.inputs(), merged.site());
      case Node.MergedSorted sorted -> selective(sorted, "waits until each input has an element")
          && allTimed(sorted.inputs(), sorted.site());
      case Node.Concatenated all -> selective(all, "reads a later input only when the ones before it have ended")
          && allTimed(all.inputs(), all.site());
      case Node.Zipped zipped -> {
        selective(zipped, "takes from both inputs by turns");
        allTimed(zipped.inputs(), zipped.site());
        yield false;
      }
      case Node.Joined joined -> joined(joined);
      case Node.Enriched enriched -> enriched(enriched);
      case Node.Copied copied -> {
        boolean isTimed = isTimed(copied.input(), copied.site());
        for (Node.Branch branch : copied.branches()) branch(copied.site(), branch, isTimed);
        yield isTimed;
      }
      case Node.Diverted diverted -> {
        boolean isTimed = isTimed(diverted.input(), diverted.site());
        branch(diverted.site(), diverted.branch(), isTimed);
        yield isTimed;
      }
    };
  }

  private boolean allTimed(List<Node> inputs, Site site) {
    boolean all = true;
    for (Node input : inputs) all &= isTimed(input, site);
    return all;
  }

  private boolean source(Node.Source source, Site reader) {
    if (source.origin() instanceof Origin.Spec(var spec)) named(source.site(), spec.name());
    Site other = seen.putIfAbsent(source.identity(), reader);
    if (other != null) {
      problem(source.site(), "it is read twice, by " + other + " and by " + reader
          + ", but a description has one reader for each of its pipelines; share elements out with alsoTo, divertTo"
          + " or broadcastTo");
    }
    boolean isInner = source.origin() instanceof Origin.Branch || source.origin() instanceof Origin.Part;
    if (isInner && !known.containsKey(source.identity())) {
      problem(reader, "it reads what " + source.site()
          + " gives to one of its own steps, outside of it; use a pipeline only where it was handed in");
    }
    return known.getOrDefault(source.identity(), false);
  }

  private boolean crossed(Node.Crossed crossed) {
    boolean isTimed = isTimed(crossed.input(), crossed.site());
    if (!(crossed.how() instanceof Crossing.Via(var spec))) return isTimed;
    named(crossed.site(), spec.name());
    return false;   // a user's stage makes elements of its own
  }

  private boolean parallel(Node.Parallel parallel) {
    boolean isTimed = isTimed(parallel.input(), parallel.site());
    known.put(parallel.part().identity(), isTimed);
    boolean isOwn = onlyReads(parallel.result(), parallel.part());
    if (!isOwn) {
      problem(parallel.site(),
          "its part reads a pipeline from outside, which each of its workers would have to read for itself;"
          + " make the part of nothing but its parameter, and merge or join before or after it");
      return isTimed;
    }
    if (parallel.result() == parallel.part()) return isTimed;
    seen.remove(parallel.part().identity());
    return isTimed(parallel.result(), parallel.site());
  }

  private static boolean onlyReads(Node node, Node.Source part) {
    if (node instanceof Node.Source source) return source.identity() == part.identity();
    return node.inputs().stream().allMatch(input -> onlyReads(input, part));
  }

  // ---- windows

  private boolean reduced(Node.Reduced reduced) {
    boolean isTimed = isTimed(reduced.input(), reduced.site());
    Optional<Framing> framing = reduced.framing();
    if (framing.isEmpty()) return false;
    Windows windows = framing.get().windows();
    Site site = framing.get().site();
    if (windows.needsEventTime() && !isTimed) {
      problem(site,
          "its windows are of event time, but its elements have none; put eventTime(…) before it, on each source,"
          + " or use Windows.count or Windows.byClock");
    }
    boolean isSession = windows.shape() instanceof Windows.Shape.Sessions;
    if (isSession && (framing.get().earlyEvents() > 0 || framing.get().earlyEvery().isPresent())) {
      problem(site,
          "early panes of a session would be of a window that may still grow together with another; leave early out,"
              + " or use tumbling windows");
    }
    boolean grows = isSession || windows.shape() instanceof Windows.Shape.Sliding;
    if (grows && reduced.how() instanceof Reducing.Aggregate aggregate && aggregate.merge() == null) {
      problem(reduced.site(), (isSession ? "sessions grow together" : "sliding windows are put together of panes")
          + ", so two accumulated values must become one; use aggregate(zero, fold, merge) or an Aggregation");
    }
    framing.get().late().ifPresent(late -> branch(site, late, isTimed));
    return true;
  }

  // ---- several inputs

  private boolean joined(Node.Joined joined) {
    boolean left = isTimed(joined.left(), joined.site());
    boolean right = isTimed(joined.right(), joined.site());
    boolean needsTime = !(joined.pairing() instanceof Pairing.Whole);
    if (needsTime && !(left && right)) {
      problem(joined.site(), "it compares times, but the elements on the " + (left ? "right" : right ? "left"
          : "left and on the right")
          + " have none; put eventTime(…) on each source, or use whole(…)");
    }
    return needsTime;
  }

  private boolean enriched(Node.Enriched enriched) {
    TablePlan table = enriched.table();
    if (table.reading() != TablePlan.Reading.LATEST) {
      selective(enriched, table.reading() == TablePlan.Reading.LOADED_FIRST
          ? "reads its table to the end first" : "waits until its table has got as far as an element");
    }
    boolean isTimed = isTimed(enriched.input(), enriched.site());
    boolean isTableTimed = isTimed(table.input(), table.site());
    if (table.reading() == TablePlan.Reading.AS_OF && !(isTimed && isTableTimed)) {
      problem(enriched.site(), "it looks up what was valid at an element's time, but "
          + (isTimed ? "the rows of its table have none" : isTableTimed ? "its elements have none"
              : "neither its elements nor the rows of its table have one")
          + "; put eventTime(…) on each source, or use latest()");
    }
    return isTimed;
  }

  /**
   * A step that waits for one input by name is stuck if what feeds that one waits for room on another. Answers true.
   */
  private boolean selective(Node node, String how) {
    List<Node> inputs = node.inputs();
    for (int i = 0; i < inputs.size(); i++) {
      for (int j = i + 1; j < inputs.size(); j++) {
        Optional<Site> shared = shared(inputs.get(i), inputs.get(j));
        if (shared.isPresent()) {
          problem(node.site(), "two of its inputs come from " + shared.get() + ", but it " + how
              + ": one may be full while the other is empty, and then nothing moves; read two sources,"
              + " or put a buffer(n) on one of them that holds as much as the two may be apart");
        }
      }
    }
    return true;
  }

  private static Optional<Site> shared(Node one, Node other) {
    Map<Object, Site> origins = new IdentityHashMap<>();
    origins(one, origins);
    Map<Object, Site> others = new IdentityHashMap<>();
    origins(other, others);
    return origins.entrySet().stream().filter(origin -> others.containsKey(origin.getKey())).map(Map.Entry::getValue)
        .findFirst();
  }

  /** Where a node's elements come from without a buffer in between, which lets one input run ahead of the other. */
  private static void origins(Node node, Map<Object, Site> all) {
    if (node instanceof Node.Crossed crossed && crossed.how() instanceof Crossing.Buffer) return;
    if (node instanceof Node.Source source) {
      all.put(source.origin() instanceof Origin.Ref(var ref) ? ref : source.identity(), source.site());
    }
    node.inputs().forEach(input -> origins(input, all));
  }
}
