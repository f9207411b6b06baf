package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import stage.api.Overflow;
import stage.api.pipeline.plan.Crossing;
import stage.api.pipeline.plan.End;
import stage.api.pipeline.plan.Framing;
import stage.api.pipeline.plan.Node;
import stage.api.pipeline.plan.Origin;
import stage.api.pipeline.plan.Pairing;
import stage.api.pipeline.plan.Sink;
import stage.api.pipeline.plan.Site;
import stage.api.pipeline.plan.Step;
import stage.runtime.pipeline.StagePlan.Feed;
import stage.runtime.pipeline.StagePlan.Kind;
import stage.runtime.pipeline.StagePlan.Sharing;

/** Lays a description out as stages: steps in a row go into one run, as long as nothing asks for another stage. */
final class Layout {
  /**
   * The end of what has been laid out so far: which stages emit its elements, and whether the last of them is a run
   * that may take more steps.
   */
  private record Tail(List<Feed> feeds, StagePlan open, boolean isStamped, boolean isKeyTravelling, int worker) {
    static Tail of(StagePlan stage, boolean isStamped) {
      return new Tail(List.of(new Feed(stage, -1)), null, isStamped, false, stage.worker);
    }
  }

  private final List<StagePlan> stages = new ArrayList<>();          // producers before consumers
  private final Map<Object, Tail> starts = new IdentityHashMap<>();  // of branches and parts, by their identity
  private StagePlan end;

  private Layout() {}

  /** {@return the stages of a job, each after those that feed it; the last one is its sink} */
  static List<StagePlan> of(End end) {
    var layout = new Layout();
    layout.end = layout.end(end);
    layout.name();
    return layout.stages;
  }

  private StagePlan stage(Kind kind, Site site, int worker, List<Feed> feeds) {
    var stage = new StagePlan(kind, site, worker, feeds);
    stages.add(stage);
    return stage;
  }

  // ---- ends

  private StagePlan end(End end) {
    Tail tail = tail(end.input());
    return switch (end.sink()) {
      case Sink.Nothing nothing -> tail.feeds.getFirst().from();
      case Sink.To to -> stage(new Kind.To(to), end.site(), 0, plain(tail, end.site()).feeds);
      case Sink.Collect collect -> sink(tail, end, hasExpansion(tail.open) || isLimited(tail.open));
      case Sink sink -> sink(tail, end, isLimited(tail.open));
    };
  }

  private StagePlan sink(Tail tail, End end, boolean isApart) {
    StagePlan last;
    if (tail.open != null && !isApart) {
      last = new StagePlan(new Kind.End(), tail.open.site, tail.worker, tail.open.feeds);
      last.parts.addAll(tail.open.parts);
      stages.set(stages.indexOf(tail.open), last);
    } else {
      last = stage(new Kind.End(), end.site(), 0, tail.feeds);
    }
    last.isStamped = tail.isStamped;
    last.parts.add(new Part.Last(end.site(), end.sink()));
    return last;
  }

  private static boolean hasExpansion(StagePlan run) {
    return run != null && run.parts.stream().anyMatch(part -> part instanceof Part.Reducer
        || part instanceof Part.Plain plain && (plain.step() instanceof Step.FlatMap
            || plain.step() instanceof Step.MapMulti));
  }

  /**
   * {@return whether a run keeps nothing, and makes no more than one of each element} A throttle waits with an element
   * in hand, and commits what came before: what earlier steps have noted of that element would be committed with it,
   * and noted again after a crash.
   */
  private static boolean isOnlyOfFunctions(StagePlan run) {
    return run == null || run.parts.stream().allMatch(part -> switch (part) {
      case Part.Outcomes outcomes -> true;
      case Part.Plain(Site site, Step step) -> step instanceof Step.Map || step instanceof Step.Filter
          || step instanceof Step.OfType || step instanceof Step.Peek || isPolicy(step);
      default -> false;
    });
  }

  /** {@return whether a run has a time limit} That of a function that runs elsewhere is kept there. */
  private static boolean isLimited(StagePlan run) {
    return run != null && !(run.parts.getFirst() instanceof Part.Outcomes)
        && run.parts.stream().anyMatch(part -> part instanceof Part.Plain plain
            && plain.step() instanceof Step.Timeout);
  }

  private void branch(Node.Branch branch, Tail start) {
    starts.put(branch.start().identity(), start);
    end(branch.end());
  }

  // ---- nodes

  private Tail tail(Node node) {
    return switch (node) {
      case Node.Source source -> source(source);
      case Node.Fused fused -> fused(fused);
      case Node.Crossed crossed -> crossed(crossed);
      case Node.Parallel parallel -> parallel(parallel);
      case Node.Reduced reduced -> reduced(reduced);
      case Node.Merged merged -> merged(merged);
      case Node.Copied copied -> copied(copied);
      case Node.Diverted diverted -> diverted(diverted);
      case Node.MergedSorted sorted -> fanIn(sorted, tails(sorted.inputs()), true);
      case Node.Concatenated concatenated -> fanIn(concatenated, tails(concatenated.inputs()), true);
      case Node.Zipped zipped -> fanIn(zipped, tails(zipped.inputs()), false);
      case Node.Joined joined -> joined(joined);
      case Node.Enriched enriched -> fanIn(enriched, tails(enriched.inputs()), true);
    };
  }

  private Tail source(Node.Source source) {
    if (source.origin() instanceof Origin.Branch || source.origin() instanceof Origin.Part)
      return starts.get(source.identity());
    return Tail.of(stage(new Kind.Source(source.origin()), source.site(), 0, List.of()), false);
  }

  /** {@return the same, with a run that may take more steps} */
  private Tail open(Tail tail, Site site) {
    if (tail.open != null) return tail;
    StagePlan run = stage(new Kind.Run(), site, tail.worker, tail.feeds);
    run.isStamped = tail.isStamped;
    return new Tail(List.of(new Feed(run, -1)), run, tail.isStamped, tail.isKeyTravelling, tail.worker);
  }

  private static Tail closed(Tail tail) {
    return new Tail(tail.feeds, null, tail.isStamped, tail.isKeyTravelling, tail.worker);
  }

  /** {@return the same, of elements that come without envelopes} A user's stage gets them as they are. */
  private Tail plain(Tail tail, Site site) {
    boolean isPlain = tail.feeds.stream().allMatch(feed -> feed.route() < 0 && !feed.from().isCounted());
    if (!tail.isStamped && isPlain) return closed(tail);
    Tail opened = open(tail, site);
    opened.open.isStamped = false;
    opened.open.isPlain = true;
    return new Tail(opened.feeds, null, false, false, tail.worker);
  }

  private Tail fused(Node.Fused fused) {
    Tail before = tail(fused.input());
    var part = new Part.Plain(fused.site(), fused.step());
    boolean isPolicy = isPolicy(fused.step());
    if (isPolicy && before.open != null && isOfOutcomes(before.open)) {
      before.open.feeds.getFirst().from().policies.add(part);   // it covers the function that ran elsewhere
    }
    // A time limit is for the steps before it, so the steps behind it are another run's.
    boolean isBehindLimit = !isPolicy && isLimited(before.open);
    boolean isApart = isBehindLimit || fused.step() instanceof Step.Throttle && !isOnlyOfFunctions(before.open);
    Tail tail = open(isApart ? closed(before) : before, fused.site());
    tail.open.parts.add(part);
    if (!(fused.step() instanceof Step.EventTime)) return tail;
    tail.open.isStamped = true;
    return new Tail(tail.feeds, tail.open, true, false, tail.worker);
  }

  /** {@return whether a run only takes the results of a function that runs elsewhere} A time limit is kept there. */
  private static boolean isOfOutcomes(StagePlan run) {
    return run.parts.getFirst() instanceof Part.Outcomes && run.parts.stream().skip(1)
        .allMatch(part -> part instanceof Part.Plain plain && plain.step() instanceof Step.Timeout);
  }

  private static Tail buffered(Tail before, int n) {
    List<Feed> feeds = before.feeds.stream().map(feed -> feed.buffered(n)).toList();
    return new Tail(feeds, null, before.isStamped, before.isKeyTravelling, before.worker);
  }

  /** A stage of its own: it takes elements whether or not there is demand behind it. */
  private Tail dropping(Tail before, Site site, int n, Overflow.Kind overflow) {
    StagePlan stage = stage(new Kind.Run(), site, before.worker, before.feeds);
    stage.isStamped = before.isStamped;
    stage.parts.add(new Part.Buffering(site, n, overflow));
    return Tail.of(stage, before.isStamped);
  }

  private static boolean isPolicy(Step step) {
    return step instanceof Step.Guard || step instanceof Step.Recover || step instanceof Step.Timeout;
  }

  private Tail crossed(Node.Crossed crossed) {
    Tail before = tail(crossed.input());
    return switch (crossed.how()) {
      case Crossing.Async async -> closed(before);
      case Crossing.Buffer(int n, var overflow) when overflow.kind() == Overflow.Kind.BLOCK -> buffered(before, n);
      case Crossing.Buffer(int n, var overflow) -> dropping(before, crossed.site(), n, overflow.kind());
      case Crossing.Concurrent concurrent -> concurrent(crossed, concurrent, before);
      case Crossing.Via via -> Tail.of(stage(new Kind.Via(via), crossed.site(), before.worker, plain(before,
          crossed.site()).feeds), false);
    };
  }

  private Tail concurrent(Node.Crossed crossed, Crossing.Concurrent how, Tail from) {
    Tail before = from;
    if (how.order() == Crossing.Order.BY_KEY) {
      before = open(before, crossed.site());
    } else if (before.isStamped && before.feeds.size() > 1) {
      before = open(before, crossed.site());   // what it passes on of progress is that of one input
    }
    StagePlan stage = stage(new Kind.Concurrent(how), crossed.site(), before.worker, before.feeds);
    if (how.order() == Crossing.Order.BY_KEY) {
      before.open.parts.add(new Part.KeyTag(crossed.site(), how.key(), stage.policies));
    }
    stage.isStamped = before.isStamped;
    Tail after = open(Tail.of(stage, before.isStamped), crossed.site());
    after.open.parts.add(new Part.Outcomes(crossed.site()));
    return after;
  }

  private Tail parallel(Node.Parallel parallel) {
    Tail before = tail(parallel.input());
    boolean isRouted = parallel.key() != null && parallel.workers() > 1;
    // several readers of a broadcast would each get all of it, so one stage reads it for them
    if (!isRouted && parallel.workers() > 1 && before.feeds.stream().anyMatch(Layout::isShared)) {
      before = closed(open(closed(before), parallel.site()));
    }
    List<Feed> feeds = before.feeds;
    if (isRouted) feeds = routed(before, parallel.site(), parallel.key(), parallel.workers());
    List<Feed> all = new ArrayList<>();
    boolean isStamped = false;
    for (int worker = 1; worker <= parallel.workers(); worker++) {
      List<Feed> mine = isRouted ? List.of(new Feed(feeds.getFirst().from(), worker - 1)) : feeds;
      starts.put(parallel.part().identity(), new Tail(mine, null, before.isStamped, false, worker));
      Tail after = tail(parallel.result());
      // a worker without a stage of its own: nothing could tell its elements from those of another
      if (isPassedThrough(after, before, feeds)) after = open(after, parallel.site());
      after = closed(after);
      all.addAll(after.feeds);
      isStamped = after.isStamped;
    }
    return new Tail(List.copyOf(all), null, isStamped, false, 0);
  }

  private static boolean isShared(Feed feed) {
    return feed.route() >= 0 || feed.from().sharing == Sharing.TO_ALL;
  }

  private static boolean isPassedThrough(Tail after, Tail before, List<Feed> shared) {
    return Stream.concat(before.feeds.stream(), shared.stream())
        .anyMatch(feed -> after.feeds.stream().anyMatch(its -> its.from() == feed.from()));
  }

  /** {@return the feeds of workers, which share keys: a run before them says which worker gets an element} */
  private List<Feed> routed(Tail before, Site site, stage.api.pipeline.Fn<Object, Object> key, int workers) {
    Tail tail = open(before, site);
    tail.open.parts.add(new Part.KeyRoute(site, key, workers));
    tail.open.sharing = Sharing.BY_ROUTE;
    tail.open.routes = workers;
    return tail.feeds;
  }

  private Tail reduced(Node.Reduced reduced) {
    Tail before = tail(reduced.input());
    boolean isTimed = reduced.framing().isPresent();
    if (reduced.workers() == 1) {
      Tail tail = open(before, reduced.site());
      tail.open.parts.add(new Part.Reducer(reduced, tail.isKeyTravelling));
      return late(reduced.framing(), new Tail(tail.feeds, tail.open, isTimed, false, tail.worker));
    }
    List<Feed> feeds = routed(before, reduced.keySite(), reduced.key(), reduced.workers());
    List<Feed> results = new ArrayList<>();
    List<Feed> late = new ArrayList<>();
    for (int worker = 1; worker <= reduced.workers(); worker++) {
      StagePlan run = stage(new Kind.Run(), reduced.site(), worker,
          List.of(new Feed(feeds.getFirst().from(), worker - 1)));
      run.isStamped = isTimed;
      run.parts.add(new Part.Reducer(reduced, true));
      if (hasBranch(reduced.framing())) {
        routeLate(run, reduced.framing().get().site());
        results.add(new Feed(run, TestRouteLink.MAIN));
        late.add(new Feed(run, TestRouteLink.OTHER));
      } else {
        results.add(new Feed(run, -1));
      }
    }
    if (hasBranch(reduced.framing())) branch(reduced.framing().get().late().get(), new Tail(List.copyOf(late), null,
        true, false, 0));
    return new Tail(List.copyOf(results), null, isTimed, false, 0);
  }

  private static boolean hasBranch(Optional<Framing> framing) {
    return framing.isPresent() && framing.get().late().isPresent();
  }

  private static void routeLate(StagePlan run, Site site) {
    run.parts.add(new Part.LateRoute(site));
    run.sharing = Sharing.BY_ROUTE;
    run.routes = 2;
  }

  private Tail late(Optional<Framing> framing, Tail tail) {
    if (!hasBranch(framing)) return tail;
    StagePlan run = tail.open;
    routeLate(run, framing.get().site());
    branch(framing.get().late().get(), new Tail(List.of(new Feed(run, TestRouteLink.OTHER)), null, true, false, 0));
    return new Tail(List.of(new Feed(run, TestRouteLink.MAIN)), null, tail.isStamped, false, tail.worker);
  }

  private Tail merged(Node.Merged merged) {
    List<Feed> feeds = new ArrayList<>();
    boolean isStamped = true;
    for (Node input : merged.inputs()) {
      Tail tail = tail(input);
      feeds.addAll(tail.feeds);
      isStamped &= tail.isStamped;
    }
    return new Tail(List.copyOf(feeds), null, isStamped, false, 0);
  }

  private List<Tail> tails(List<Node> nodes) {
    List<Tail> tails = new ArrayList<>();
    for (Node node : nodes) tails.add(closed(tail(node)));
    return tails;
  }

  /** {@return a run that tells its inputs apart} */
  private Tail fanIn(Node node, List<Tail> inputs, boolean keepsTime) {
    List<Feed> feeds = new ArrayList<>();
    boolean isStamped = keepsTime;
    for (int side = 0; side < inputs.size(); side++) {
      for (Feed feed : inputs.get(side).feeds) feeds.add(feed.of(side));
      isStamped &= inputs.get(side).isStamped || node instanceof Node.Enriched && side > 0;
    }
    StagePlan run = stage(new Kind.Run(), node.site(), 0, feeds);
    run.parts.add(new Part.FanIn(node));
    run.isStamped = isStamped;
    return new Tail(List.of(new Feed(run, -1)), run, isStamped, false, 0);
  }

  /** Both sides share their keys out among workers in the same way. */
  private Tail joined(Node.Joined joined) {
    boolean isTimed = !(joined.pairing() instanceof Pairing.Whole);
    if (joined.workers() == 1) {
      Tail one = fanIn(joined, tails(joined.inputs()), isTimed);
      one.open.isStamped = isTimed;
      return new Tail(one.feeds, one.open, isTimed, false, 0);
    }
    List<Feed> left = routed(tail(joined.left()), joined.site(), joined.leftKey(), joined.workers());
    List<Feed> right = routed(tail(joined.right()), joined.site(), joined.rightKey(), joined.workers());
    List<Feed> results = new ArrayList<>();
    for (int worker = 1; worker <= joined.workers(); worker++) {
      List<Feed> feeds = List.of(new Feed(left.getFirst().from(), worker - 1), new Feed(right.getFirst().from(),
          worker - 1).of(1));
      StagePlan run = stage(new Kind.Run(), joined.site(), worker, feeds);
      run.parts.add(new Part.FanIn(joined));
      run.isStamped = isTimed;
      results.add(new Feed(run, -1));
    }
    return new Tail(List.copyOf(results), null, isTimed, false, 0);
  }

  private Tail copied(Node.Copied copied) {
    Tail tail = open(tail(copied.input()), copied.site());
    StagePlan run = tail.open;
    run.sharing = Sharing.TO_ALL;
    Tail rest = closed(tail);
    for (Node.Branch branch : copied.branches()) branch(branch, rest);
    return rest;
  }

  private Tail diverted(Node.Diverted diverted) {
    Tail tail = open(tail(diverted.input()), diverted.site());
    StagePlan run = tail.open;
    run.parts.add(new Part.TestRoute(diverted.site(), diverted.test()));
    run.sharing = Sharing.BY_ROUTE;
    run.routes = 2;
    branch(diverted.branch(), new Tail(List.of(new Feed(run, TestRouteLink.OTHER)), null, tail.isStamped, false, 0));
    return new Tail(List.of(new Feed(run, TestRouteLink.MAIN)), null, tail.isStamped, false, tail.worker);
  }

  // ---- names

  /** Names stages: as the user named a step, or after the kind of the first one; with a number where that is taken. */
  private void name() {
    Map<String, Integer> taken = new HashMap<>();
    for (StagePlan stage : stages) if (userName(stage) != null) taken.put(userName(stage), 1);
    for (StagePlan stage : stages) {
      String own = userName(stage);
      if (own != null) {
        stage.name = own;
        continue;
      }
      String base = baseName(stage);
      if (stage.worker > 0) base = base + "." + stage.worker;
      int number = taken.merge(base, 1, Integer::sum);
      stage.name = number == 1 ? base : base + "-" + number;
      while (number > 1 && taken.putIfAbsent(stage.name, 1) != null) stage.name = base + "-" + ++number;
    }
  }

  private static String userName(StagePlan stage) {
    return switch (stage.kind) {
      case Kind.Source(Origin.Spec(var spec)) -> spec.name();
      case Kind.Via(Crossing.Via(var spec)) -> spec.name();
      case Kind.To(Sink.To(var spec)) -> spec.name();
      default -> null;
    };
  }

  private static String baseName(StagePlan stage) {
    for (Part part : stage.parts) if (!(part instanceof Part.Outcomes) && part.site().name()
        .isPresent()) return part.site().name().get();
    if (stage.isOfLate()) return "late";
    if (stage.kind instanceof Kind.Run && stage.parts.size() == 1
        && stage.parts.getFirst() instanceof Part.Outcomes) return "results";
    for (Part part : stage.parts) if (!(part instanceof Part.Outcomes)) return part.site().label();
    return stage.site.label();
  }
}
