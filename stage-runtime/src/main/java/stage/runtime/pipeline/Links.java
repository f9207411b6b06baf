package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import stage.api.pipeline.Action;
import stage.api.pipeline.Criterion;
import stage.api.pipeline.Fn;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.plan.Node;
import stage.api.pipeline.plan.Origin;
import stage.api.pipeline.plan.Reducing;
import stage.api.pipeline.plan.Sink;
import stage.api.pipeline.plan.Site;
import stage.api.pipeline.plan.Step;
import stage.runtime.pipeline.operator.Operators;
import stage.runtime.time.Time;

/** Makes the links of a run from its parts, and says which policy each step has. */
final class Links {
  /** A user's look at elements as a function. A record, because the compiler trusts its fields to be constant. */
  private record Looking(Action<Object> action) implements Fn<Object, Object> {
    @Override
    public Object apply(Object value) throws Exception {
      action.run(value);
      return value;
    }
  }

  /** A type as a condition. */
  private record OfType(Class<?> type) implements Criterion<Object> {
    @Override
    public boolean test(Object value) {
      return type.isInstance(value);
    }
  }

  private final StagePlan stage;
  private final Counted counted;
  private final List<Supplier<Link>> links = new ArrayList<>();
  private final List<Integer> firstSteps = new ArrayList<>();   // of each link
  private final List<Site> sites = new ArrayList<>();
  private final List<Policy> policies = new ArrayList<>();
  private List<Fn<Object, Object>> functions = new ArrayList<>();   // of the loop that is being made
  private List<Criterion<Object>> tests = new ArrayList<>();
  private int covered;      // the first step that no policy covers yet
  private int coveredLink;  // the first link of those
  private long timeoutNanos;
  private boolean isCollecting;
  private long idleAfterNanos;

  private Links(StagePlan stage) {
    this.stage = stage;
    this.counted = new Counted(stage.takesCounted());
  }

  /** {@return what a run's chain is made of} Each of its results goes to this many consumers. */
  static ChainPlan of(StagePlan stage, int consumers) {
    var made = new Links(stage);
    for (Part part : stage.parts) made.add(part);
    made.closeLoop();
    boolean hasEnd = !stage.parts.isEmpty() && switch (stage.parts.getLast()) {
      case Part.KeyRoute route -> true;
      case Part.KeyTag tag -> true;
      case Part.TestRoute route -> true;
      case Part.LateRoute route -> true;
      case Part.Last last -> true;
      default -> false;
    };
    boolean isStamped = stage.isStamped;
    if (!hasEnd) made.link(() -> new OutLink(isStamped));
    made.cover(OnFailure.ofDefault(), null, stage.site);
    boolean isRaw = stage.feeds.stream().allMatch(feed -> feed.route() < 0 && !feed.from().isStamped);
    int copies = stage.isCounted() ? consumers : 0;
    List<Supplier<Link>> links = List.copyOf(made.links);
    List<Integer> firstSteps = List.copyOf(made.firstSteps);
    return new ChainPlan(stage.name, () -> {
      List<Link> all = new ArrayList<>();
      for (int i = 0; i < links.size(); i++) {
        Link link = links.get(i).get();
        link.step = firstSteps.get(i);
        all.add(link);
      }
      return all;
    }, List.copyOf(made.sites), List.copyOf(made.policies), isRaw, stage.takesCounted(), copies, made.isCollecting,
        made.sides(), made.feeds(),
        made.lanes(), stage.feeds.stream().map(feed -> feed.from().timeSources()).toList(), made.idleAfterNanos);
  }

  private Map<String, Integer> sides() {
    Map<String, Integer> sides = new HashMap<>();
    if (stage.parts.isEmpty() || !(stage.parts.getFirst() instanceof Part.FanIn)) return sides;
    for (StagePlan.Feed feed : stage.feeds) sides.put(producer(feed), feed.side());
    return sides;
  }

  private Map<String, Integer> lanes() {
    Map<String, Integer> lanes = new HashMap<>();
    for (StagePlan.Feed feed : stage.feeds) lanes.put(producer(feed), lanes.size());
    return lanes;
  }

  /** {@return by what a subscription's producer is known: the name of a stage of the job, the path of a foreign one} */
  private static String producer(StagePlan.Feed feed) {
    return feed.from().kind instanceof StagePlan.Kind.Source(Origin.Ref(var ref)) ? ref.path() : feed.from().name;
  }

  private List<Integer> feeds() {
    List<Integer> feeds = new ArrayList<>();
    for (StagePlan.Feed feed : stage.feeds) {
      while (feeds.size() <= feed.side()) feeds.add(0);
      feeds.set(feed.side(), feeds.get(feed.side()) + 1);
    }
    return List.copyOf(feeds);
  }

  private void link(Supplier<Link> link) {
    closeLoop();
    links.add(link);
    firstSteps.add(sites.size());
  }

  /** Adds a link of one step. */
  private void link(Site site, Supplier<Link> link) {
    link(link);
    sites.add(site);
  }

  private void loop(Site site, Fn<Object, Object> function, Criterion<Object> test) {
    if (functions.size() == LoopSteps.MOST) closeLoop();
    functions.add(function);
    tests.add(test);
    sites.add(site);
  }

  private void closeLoop() {
    if (functions.isEmpty()) return;
    var steps = new LoopSteps(functions, tests);
    int first = sites.size() - steps.size();
    functions = new ArrayList<>();
    tests = new ArrayList<>();
    links.add(() -> new LoopLink(steps));
    firstSteps.add(first);
  }

  /** Says what happens to elements that the steps so far fail on, but for those that have a policy. */
  private void cover(OnFailure how, Fn<stage.api.pipeline.Failed, Object> recover, Site site) {
    closeLoop();
    for (; covered < sites.size(); covered++) policies.add(new Policy(how, recover, coveredLink, links.size(), site,
        timeoutNanos));
    coveredLink = links.size();
    timeoutNanos = 0;
  }

  private void add(Part part) {
    switch (part) {
      case Part.Plain(Site site, Step step) -> add(site, step);
      case Part.Outcomes(Site site) -> link(site, OutcomeLink::new);
      case Part.FanIn(Node node) -> fanIn(node);
      case Part.Reducer(Node.Reduced node, boolean isKeyTravelling) -> reducer(node, isKeyTravelling);
      case Part.KeyRoute(Site site, Fn<Object, Object> key, int workers) -> link(site, () -> new KeyRouteLink(key));
      case Part.Buffering(Site site, int most, var overflow) -> link(site, () -> new BufferLink(most, overflow));
      case Part.KeyTag tag -> keyTag(tag);
      case Part.TestRoute(Site site, Criterion<Object> test) -> link(site, () -> new TestRouteLink(test));
      case Part.LateRoute(Site site) -> link(site, LateRouteLink::new);
      case Part.Last(Site site, Sink sink) -> sink(site, sink);
    }
  }

  /** A policy that covers the function covers its keys, too. */
  private void keyTag(Part.KeyTag tag) {
    cover(OnFailure.ofDefault(), null, stage.site);
    link(tag.site(), () -> new KeyTagLink(tag.key()));
    for (Part.Plain policy : tag.policies()) {
      if (policy.step() instanceof Step.Guard(OnFailure how)) {
        cover(how, null, policy.site());
        return;
      }
    }
  }

  private void add(Site site, Step step) {
    switch (step) {
      case Step.Map(var fn) -> loop(site, fn, null);
      case Step.Filter(var test) -> loop(site, null, test);
      case Step.OfType(var type) -> loop(site, null, new OfType(type));
      case Step.Peek(var action) -> loop(site, new Looking(action), null);
      case Step.FlatMap(var fn) -> link(site, () -> new FlatMapLink(fn));
      case Step.MapMulti(var fn) -> link(site, () -> new MultiLink(fn));
      case Step.Take(long n) -> link(site, () -> new TakeLink(n));
      case Step.Drop(long n) -> link(site, () -> new DropLink(n));
      case Step.TakeWhile(var test) -> link(site, () -> new TakeWhileLink(test));
      case Step.Scan(var zero, var fold) -> link(site, () -> new ScanLink(zero, fold));
      case Step.Distinct(var key, int remembered) -> link(site, () -> new DistinctLink(key, remembered));
      case Step.Batch(int n) -> link(site, () -> new BatchLink(n, null, Long.MAX_VALUE));
      case Step.BatchWeighted(long most, var weight, var within) ->
          link(site, () -> new BatchLink(most, weight, Time.toNanos(within)));
      case Step.Throttle(int events, var per, int burst) ->
          link(site, () -> new ThrottleLink(events, Time.toNanos(per), burst));
      case Step.Sample(var period) -> link(site, () -> new SampleLink(Time.toNanos(period)));
      case Step.EventTime(var how) -> {
        how.silence().ifPresent(silence -> idleAfterNanos = Time.toNanos(silence));
        link(site, () -> new TimeLink(how));
      }
      case Step.Guard(var policy) -> cover(policy, null, site);
      case Step.Recover(var fn) -> cover(OnFailure.ofDefault(), fn, site);
      case Step.Timeout(var limit) -> {
        boolean isElsewhere = stage.parts.getFirst() instanceof Part.Outcomes;   // it is kept there
        if (!isElsewhere) timeoutNanos = Time.toNanos(limit);
      }
    }
  }

  private <L extends OperatorLink<?>> L counted(L link) {
    link.isCounted = stage.takesCounted();
    return link;
  }

  private void fanIn(Node node) {
    if (node instanceof Node.Concatenated) {
      link(node.site(), ConcatLink::new);
      return;
    }
    link(node.site(), () -> switch (node) {
      case Node.Zipped zipped -> counted(new SidesLink(List.of(), -1, false,
          Operators.zipping(counted.function(zipped.fn()))));
      case Node.MergedSorted sorted -> counted(new SidesLink(List.of(), -1, false,
          Operators.mergingSorted(sorted.inputs().size(), counted.order(sorted.order()))));
      case Node.Joined joined -> counted(new SidesLink(List.of(joined.leftKey(), joined.rightKey()), -1, true,
          Operators.joining(joined.pairing(), joined.unmatched(), counted.function(joined.fn()))));
      case Node.Enriched enriched -> counted(new SidesLink(List.of(enriched.key(), enriched.table().key()), 1, false,
          Operators.lookingUp(enriched.table().reading(), enriched.table().bound(),
              counted.function(enriched.fn()))));
      default -> throw new IllegalStateException(node.site() + " has no inputs that are told apart");
    });
    sites.add(node.site());
  }

  private void reducer(Node.Reduced node, boolean isKeyTravelling) {
    isCollecting |= node.how() instanceof Reducing.Collect;
    var keeping = KeyedLink.Keeping.of(node.how(), node.framing().isPresent());
    link(node.keySite(), () -> counted(new KeyedLink(node.key(), isKeyTravelling, keeping,
        counted.operator(node.how(), node.framing()))));
    sites.add(node.site());
  }

  private void sink(Site site, Sink sink) {
    switch (sink) {
      case Sink.ForEach(var action) -> link(site, () -> new ForEachLink(action));
      case Sink.Reduce(var zero, var fold) -> link(site, () -> new FoldLink(zero, fold));
      case Sink.Count count -> link(site, CountLink::new);
      case Sink.ToList list -> link(site, ListLink::new);
      case Sink.Collect(var collector) -> {
        isCollecting = true;
        link(site, () -> new CollectLink(collector));
      }
      case Sink.To to -> throw new IllegalStateException("a user's stage is no step of a run");
      case Sink.Nothing nothing -> throw new IllegalStateException("nothing is no step of a run");
    }
  }
}
