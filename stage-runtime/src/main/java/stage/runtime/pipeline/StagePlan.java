package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import stage.api.Demand;
import stage.api.pipeline.plan.Crossing;
import stage.api.pipeline.plan.Origin;
import stage.api.pipeline.plan.Sink;
import stage.api.pipeline.plan.Site;
import stage.api.pipeline.plan.Step;

/** A stage as it is planned: filled in while the description is walked, and then only read. */
final class StagePlan {
  /** What a stage is. */
  sealed interface Kind {
    /**
     * It emits what the user has.
     *
     * @param origin where from
     */
    record Source(Origin origin) implements Kind {}

    /** It does the user's steps, and emits. */
    record Run() implements Kind {}

    /** It does the user's steps, and ends the pipeline. */
    record End() implements Kind {}

    /**
     * It runs a function in threads of their own.
     *
     * @param how how
     */
    record Concurrent(Crossing.Concurrent how) implements Kind {}

    /**
     * It is the user's, in the middle.
     *
     * @param how which
     */
    record Via(Crossing.Via how) implements Kind {}

    /**
     * It is the user's, at the end.
     *
     * @param how which
     */
    record To(Sink.To how) implements Kind {}
  }

  /** How what it emits is shared out. */
  enum Sharing { BY_DEMAND, TO_ALL, BY_ROUTE }

  /**
   * Where its elements come from.
   *
   * @param from which stage
   * @param route which of its routes; -1 if it has none
   * @param side which of several inputs that are told apart; 0 if they are not
   * @param buffer how many of its elements may wait; 0 for as many as the job's demand says
   */
  record Feed(StagePlan from, int route, int side, int buffer) {
    Feed(StagePlan from, int route) {
      this(from, route, 0, 0);
    }

    Feed of(int side) {
      return new Feed(from, route, side, buffer);
    }

    Feed buffered(int buffer) {
      return new Feed(from, route, side, buffer);
    }

    /** {@return whether these are the elements that are late for their windows} */
    boolean isLate() {
      return route == TestRouteLink.OTHER && !from.parts.isEmpty() && from.parts.getLast() instanceof Part.LateRoute;
    }
  }

  private static final Demand BY_KEY = new Demand(4 * Demand.DEFAULT.max(), 4 * Demand.DEFAULT.min(), false);

  final Kind kind;
  final Site site;
  final int worker;            // from 1; 0 if there is only one
  final List<Feed> feeds;
  final List<Part> parts = new ArrayList<>();
  final List<Part.Plain> policies = new ArrayList<>();   // of a concurrent function
  Sharing sharing = Sharing.BY_DEMAND;
  int routes;
  boolean isPlain;             // its elements go to a user's stage, and answer for nothing any more
  boolean isStamped;           // whether its elements have a time
  private Boolean takesCounted;   // null until someone wants to know
  private Set<StagePlan> timeSources;   // null until someone wants to know
  String name;                 // once all stages are there

  /** {@return whether elements that it emits may answer for deliveries} */
  boolean isCounted() {
    if (kind instanceof Kind.Source(Origin origin)) {
      return origin instanceof Origin.Deliveries || origin instanceof Origin.Partitioned;
    }
    return !(kind instanceof Kind.Via) && !isPlain && takesCounted();
  }

  /** {@return whether elements that it takes may answer for deliveries} */
  boolean takesCounted() {
    if (takesCounted == null) takesCounted = feeds.stream().anyMatch(feed -> feed.from().isCounted());
    return takesCounted;
  }

  /** {@return which stages the times of its elements come from, this one among them if it gives them their time} */
  Set<StagePlan> timeSources() {
    if (timeSources == null) {
      timeSources = new HashSet<>();
      for (Feed feed : feeds) timeSources.addAll(feed.from().timeSources());
      if (parts.stream().anyMatch(part -> part instanceof Part.Plain plain && plain.step() instanceof Step.EventTime)) {
        timeSources.add(this);
      }
    }
    return timeSources;
  }

  StagePlan(Kind kind, Site site, int worker, List<Feed> feeds) {
    this.kind = kind;
    this.site = site;
    this.worker = worker;
    this.feeds = List.copyOf(feeds);
  }

  /** {@return whether it begins a branch of elements that are late for their windows} */
  boolean isOfLate() {
    return !feeds.isEmpty() && feeds.stream().allMatch(Feed::isLate);
  }

  /** {@return whether workers share its elements by key} */
  boolean isSharedByKey() {
    return sharing == Sharing.BY_ROUTE && parts.getLast() instanceof Part.KeyRoute;
  }

  /**
   * {@return how much it asks for at a time, by what its job says} By default more where elements have keys, whose
   * turns cost more than others: a reducer commits each key that its turn has changed, and a turn that is shared out by
   * key falls apart into one part for each worker, of which the first that wants no more ends it.
   */
  Demand demand(Demand ofJob) {
    boolean hasKeys = isSharedByKey() || feeds.stream().anyMatch(feed -> feed.from().isSharedByKey())
        || parts.stream().anyMatch(part -> part instanceof Part.Reducer reducer && reducer.node().key() != null);
    return hasKeys && ofJob.equals(Demand.DEFAULT) ? BY_KEY : ofJob;
  }

  boolean isRun() {
    return kind instanceof Kind.Run || kind instanceof Kind.End;
  }
}
