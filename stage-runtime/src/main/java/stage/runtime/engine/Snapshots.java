package stage.runtime.engine;

import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import stage.api.Dispatcher;
import stage.api.LastCrash;
import stage.api.RunSnapshot;
import stage.api.StageActivity;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.WaitReason;
import stage.runtime.lane.Lane;
import stage.runtime.time.WaitState;
import stage.runtime.time.WaitTimes;

/** Reads the numbers of a cell. Any thread; waits for no stage. */
final class Snapshots {
  private static final Map<WaitState.Kind, WaitReason> REASONS = new EnumMap<>(Map.of(
      WaitState.Kind.EVENTS, WaitReason.EVENTS,
      WaitState.Kind.DEMAND, WaitReason.DEMAND,
      WaitState.Kind.MAIL, WaitReason.MAIL,
      WaitState.Kind.SETTLEMENT, WaitReason.SETTLEMENT,
      WaitState.Kind.BACKOFF, WaitReason.BACKOFF,
      WaitState.Kind.RELEASE, WaitReason.RELEASE,
      WaitState.Kind.READY, WaitReason.PROCESSOR));   // ready, and others are let go first

  private static final WaitState.Kind[] KINDS = WaitState.Kind.values();
  private static final Map<WaitState.Kind, Optional<WaitReason>> WAITS_FOR = optional(REASONS);

  private Snapshots() {}

  static StageSnapshot of(Cell<?> cell) {
    long now = cell.graph().time().nanos();
    return of(cell, now, new LanesAt(now));
  }

  private record LanesAt(long now) implements Function<Lane<?>, SubscriptionSnapshot> {
    @Override
    public SubscriptionSnapshot apply(Lane<?> lane) {
      return lane.snapshot(now);
    }
  }

  /** As {@link #of(Cell)}, with subscriptions that may have been read already. */
  static StageSnapshot of(Cell<?> cell, long now, Function<Lane<?>, SubscriptionSnapshot> lanes) {
    ConsumerHalf consumers = cell.consumerHalf();
    List<SubscriptionSnapshot> inputs = consumers == null
        ? List.of()
        : inputs(consumers.inlets(), lanes);
    ProducerHalf<?> half = cell.producerHalf();
    boolean alive = cell.isAlive();
    Supplier<RunSnapshot> of = cell.run();
    Optional<RunSnapshot> run = of == null ? Optional.empty() : Optional.ofNullable(of.get());
    if (half == null) {
      return new StageSnapshot(cell.id(), cell.path(), cell.kind(), cell.status(), cell.incarnation(), awaited(cell),
          cell.mailSize(), 0, 0, 0, 0, cell.deadLettered(), 0, 0, activity(cell, now), run, Optional.empty(),
          inputs,
              List.of());
    }
    List<SubscriptionSnapshot> outputs = outputs(half.lanes(), lanes);
    return new StageSnapshot(cell.id(), cell.path(), cell.kind(), cell.status(), cell.incarnation(), awaited(cell),
        cell.mailSize(), alive ? half.counts().waiting() : 0, half.counts().emitted(), half.counts().dropped(),
            half.counts().skipped(),
        cell.deadLettered(), half.counts().returned(), alive ? 0 : half.counts().waiting(), activity(cell, now), run,
        Optional.of(feed(half.dispatch(), outputs)), inputs, outputs);
  }

  // In loops: a snapshot of a thousand stages is taken several times for one explanation.

  private static List<SubscriptionSnapshot> inputs(LaneInlet<?>[] inlets,
      Function<Lane<?>, SubscriptionSnapshot> lanes) {
    var read = new SubscriptionSnapshot[inlets.length];
    for (int i = 0; i < read.length; i++) read[i] = lanes.apply(inlets[i].lane());
    return List.of(read);
  }

  private static List<SubscriptionSnapshot> outputs(Lane<?>[] open, Function<Lane<?>, SubscriptionSnapshot> lanes) {
    var read = new SubscriptionSnapshot[open.length];
    for (int i = 0; i < read.length; i++) read[i] = lanes.apply(open[i]);
    return List.of(read);
  }

  /** {@return for how long it has waited, by reason; nothing has been added up while nobody watched} */
  private static Map<WaitReason, Duration> waited(long[] totals) {
    WaitReason only = null;   // most have waited for one thing since somebody has watched
    Duration first = null;
    Map<WaitReason, Duration> waited = null;
    for (WaitState.Kind what : KINDS) {
      WaitReason reason = REASONS.get(what);
      if (totals[what.ordinal()] <= 0 || reason == null) continue;
      Duration time = Duration.ofNanos(totals[what.ordinal()]);
      if (only == null) {
        only = reason;
        first = time;
        continue;
      }
      if (waited == null) waited = new EnumMap<>(Map.of(only, first));
      Duration before = waited.get(reason);
      waited.put(reason, before == null ? time : before.plus(time));
    }
    if (waited != null) return waited;
    return only == null ? Map.of() : Map.of(only, first);
  }

  private static Map<WaitState.Kind, Optional<WaitReason>> optional(Map<WaitState.Kind, WaitReason> reasons) {
    Map<WaitState.Kind, Optional<WaitReason>> optional = new EnumMap<>(WaitState.Kind.class);
    for (WaitState.Kind kind : KINDS) optional.put(kind, Optional.ofNullable(reasons.get(kind)));
    return optional;
  }

  private static String awaited(Cell<?> cell) {
    WaitState awaiting = cell.driver().awaiting();
    if (awaiting == WaitState.Kind.READY) return "RUNNING";
    return awaiting instanceof WaitState.Timer timer ? timer.what() + " or a timer" : awaiting.toString();
  }

  private static StageActivity activity(Cell<?> cell, long now) {
    WaitTimes.Reading waits = cell.driver().waits(now);
    Map<WaitReason, Duration> waited = waited(waits.totals());
    Handover handover = cell.incarnations().handover();
    CallbackTimes times = handover.callbackTimes();
    Lifecycle.Crash crash = cell.lifecycle().lastCrash();
    Optional<LastCrash> lastCrash = crash == null
        ? Optional.empty()
        : Optional.of(new LastCrash(crash.cause(), crash.during().text(), crash.incarnation(),
            between(crash.atNanos(), now)));
    String callback = handover.callback();
    long since = handover.sinceNanos();
    Thread thread = cell.driver().thread();
    return new StageActivity(between(cell.statusSinceNanos(), now), cell.lifecycle().restarts(), lastCrash,
        handover.callbacks(),
        Duration.ofNanos(times.totalNanos()), Duration.ofNanos(times.longest().nanos()),
        times.longest().callback(), callback,
        callback.isEmpty() || since == 0 ? Duration.ZERO : between(since, now),
        waits.awaiting() == WaitState.Kind.READY ? Optional.empty() : WAITS_FOR.get(WaitTimes.nowOf(waits.awaiting())),
        Duration.ofNanos(waits.waitingNanos()), waited,
        cell.threads().count(), thread == null ? 0 : thread.threadId());
  }

  private static Duration between(long sinceNanos, long now) {
    return Duration.ofNanos(Math.max(0, now - sinceNanos));
  }

  private static StageSnapshot.Feed feed(Dispatcher<?> dispatch, List<SubscriptionSnapshot> outputs) {
    if (dispatch instanceof Dispatcher.ByDemand<?>) return new StageSnapshot.Feed("demand", List.of());
    if (dispatch instanceof Dispatcher.Shared<?>) return new StageSnapshot.Feed("shared", List.of());
    if (dispatch instanceof Dispatcher.Broadcast<?>) return new StageSnapshot.Feed("broadcast", List.of());
    var partition = (Dispatcher.Partition<?>) dispatch;
    Set<String> unclaimed = new LinkedHashSet<>(partition.partitions());
    for (SubscriptionSnapshot lane : outputs)
      if (lane.share().partition().isPresent()) unclaimed.remove(lane.share().partition().get());
    return new StageSnapshot.Feed("partition", List.copyOf(unclaimed));
  }
}
