package stage.runtime.observe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import stage.api.LastCrash;
import stage.api.RunSnapshot;
import stage.api.StageActivity;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.WaitReason;
import stage.api.observe.BlockedCall;
import stage.api.observe.Finding;
import stage.api.observe.TreeSnapshot;
import stage.runtime.supervision.Observed.Place;

/**
 * Says of each stage how it stands, from two snapshots of its tree. Nothing is said of one that has moved between them.
 */
final class Stand {
  /** A source that has a timer is about to emit, unless it has been about to for so long. */
  private static final Duration SILENT_WITH_TIMER = Duration.ofSeconds(1);

  private static final Duration SILENT = Duration.ofMillis(250);

  /** From so many events on, not one of which it was given, a stage is told that nothing is meant for it. */
  private static final long MANY = 100;

  private final Map<String, StageSnapshot> before = new HashMap<>();
  private final Map<String, StageSnapshot> now = new HashMap<>();
  private final Map<String, BlockedCall> calls = new HashMap<>();   // by the path of the stage that is blocked
  private final Map<String, Standing> standings = new HashMap<>();  // filled as they are asked for
  private final Map<String, List<Place>> places = new HashMap<>();  // as well
  private final Function<String, List<Place>> look;
  private final Duration between;
  private final boolean isFrozen;

  /**
   * @param first the earlier snapshot
   * @param last the later one; the same one if nothing can move
   * @param look finds what the threads of a stage do: its own first
   */
  Stand(TreeSnapshot first, TreeSnapshot last, Function<String, List<Place>> look) {
    first.stages().forEach(stage -> before.put(stage.path(), stage));
    last.stages().forEach(stage -> now.put(stage.path(), stage));
    last.calls().forEach(call -> calls.put(call.caller(), call));
    this.look = look;
    this.between = Duration.ofNanos(last.nanos() - first.nanos());
    this.isFrozen = first == last;
  }

  StageSnapshot stage(String path) {
    return now.get(path);
  }

  Standing of(String path) {
    Standing known = standings.get(path);
    if (known != null) return known;
    Standing found = find(path);
    standings.put(path, found);
    return found;
  }

  private Standing find(String path) {
    StageSnapshot stage = now.get(path);
    if (stage == null) return new Standing.Culprit(Finding.Kind.ELSEWHERE, between, "", List.of());
    Standing found = isStill(stage) ? findStill(stage) : Standing.FINE;
    return found instanceof Standing.Fine ? heldBack(stage) : found;
  }

  /** It may handle events all the time, but its windows cannot end before the input that is behind has spoken. */
  private Standing heldBack(StageSnapshot stage) {
    if (!keepsWindows(stage)) return Standing.FINE;
    String behind = stage.run().get().heldBackBy().get();
    StageSnapshot input = now.get(behind);
    if (input == null || !isStill(input)) return Standing.FINE;
    return waiting(behind, "waits for progress of `" + behind + "`");
  }

  /** {@return whether windows of a stage wait for one of its inputs, and have all the time} */
  private boolean keepsWindows(StageSnapshot stage) {
    StageSnapshot old = before.get(stage.path());
    if (old == null || old.run().isEmpty() || stage.run().isEmpty()) return false;
    RunSnapshot run = stage.run().get();
    return run.openWindows() > 0 && run.heldBackBy().isPresent() && run.watermark().equals(old.run().get().watermark())
        && run.heldBackBy().equals(old.run().get().heldBackBy());
  }

  /** {@return how many windows of a stage that does not stand still cannot end; 0 if it stands still} */
  long heldWindows(StageSnapshot stage) {
    return keepsWindows(stage) && heldBack(stage).equals(of(stage.path())) ? stage.run().get().openWindows() : 0;
  }

  // ---- whether it has moved

  private boolean isStill(StageSnapshot stage) {
    if (isFrozen) return true;
    StageSnapshot old = before.get(stage.path());
    if (old == null || old.id() != stage.id() || old.incarnation() != stage.incarnation()) return false;
    StageActivity then = old.activity();
    StageActivity activity = stage.activity();
    return old.status() == stage.status() && then.turns() == activity.turns() && then.callback()
        .equals(activity.callback())
        && then.waitsFor().equals(activity.waitsFor()) && old.eventsEmitted() == stage.eventsEmitted()
        && settled(old.inputs()) == settled(stage.inputs()) && sent(old.outputs()) == sent(stage.outputs());
  }

  private static long settled(List<SubscriptionSnapshot> lanes) {
    long settled = 0;
    for (SubscriptionSnapshot lane : lanes) settled += lane.sent() - lane.inFlight();
    return settled;
  }

  private static long sent(List<SubscriptionSnapshot> lanes) {
    long sent = 0;
    for (SubscriptionSnapshot lane : lanes) sent += lane.sent();
    return sent;
  }

  // ---- one that has not

  private Standing findStill(StageSnapshot stage) {
    BlockedCall call = calls.get(stage.path());
    boolean isInOurCode = stage.activity().callback().isEmpty() && !hasTasks(stage);
    if (call != null && !isInOurCode) {
      return waiting(call.target(), "is inside " + call.method() + " of `" + call.target() + "`");
    }
    return switch (stage.status()) {
      case PAUSED -> stage.activity().isInCallback() ? inCallback(stage) : culprit(Finding.Kind.PAUSED, stage, "");
      case BACKING_OFF -> culprit(Finding.Kind.BACKING_OFF, stage, crash(stage));
      case HELD -> held(stage);
      case STARTING -> stage.activity().isInCallback() ? inCallback(stage) : starved(stage);
      case RUNNING, DRAINING -> stage.activity().isInCallback() ? inCallback(stage) : between(stage);
      case ENDED -> Standing.FINE;
    };
  }

  private static String crash(StageSnapshot stage) {
    Optional<LastCrash> last = stage.activity().lastCrash();
    return last.isEmpty() ? "" : "after " + last.get().cause() + " in " + last.get().during();
  }

  /** Its thread is between two turns. */
  private Standing between(StageSnapshot stage) {
    Optional<WaitReason> reason = stage.activity().waitsFor();
    if (reason.isEmpty()) return starved(stage);
    Standing found = switch (reason.get()) {
      case EVENTS -> withoutEvents(stage);
      case DEMAND -> withoutDemand(stage);
      case SETTLEMENT -> waiting(stage.outputs().stream().filter(lane -> lane.inFlight() > 0).toList(), true,
          "waits until `", "` has settled its events");
      case MAIL -> stage.inputs().isEmpty() && stage.kind() != StageSnapshot.Kind.PRODUCER && stage.run().isEmpty()
          ? culprit(Finding.Kind.NO_SUBSCRIPTION, stage, "") : Standing.FINE;
      case BACKOFF, RELEASE, PROCESSOR -> Standing.FINE;
    };
    return found instanceof Standing.Fine && isRunnable(stage) ? starved(stage) : found;
  }

  private Standing withoutEvents(StageSnapshot stage) {
    if (hasTasks(stage)) return inTask(stage);
    List<SubscriptionSnapshot> empty = new ArrayList<>();
    List<SubscriptionSnapshot> unasked = new ArrayList<>();
    boolean hasSome = false;
    for (SubscriptionSnapshot lane : stage.inputs()) {
      if (!lane.isOpen()) continue;
      if (lane.inFlight() > 0 && !lane.demand().isManual()) hasSome = true;
      if (lane.inFlight() == 0) (lane.outstanding() > 0 ? empty : unasked).add(lane);
    }
    // It has some, and is about to take them, unless it is a step that needs some of each input.
    boolean needsEach = stage.run().isPresent() && stage.activity().waiting().compareTo(SILENT) >= 0;
    if (hasSome && (!needsEach || empty.isEmpty())) return Standing.FINE;
    if (empty.isEmpty() && unasked.isEmpty()) return Standing.FINE;
    if (empty.isEmpty()) {
      boolean isGated = unasked.stream().anyMatch(SubscriptionSnapshot::isGated);
      return culprit(isGated ? Finding.Kind.SUBSCRIBER_SILENT : Finding.Kind.NOT_REQUESTED, stage, "");
    }
    for (SubscriptionSnapshot lane : empty) {
      StageSnapshot producer = now.get(lane.producer());
      if (producer == null || isStill(producer)) continue;
      // else it moves, and they will come
      return isPassedOver(lane, producer) ? passedOver(stage, lane) : Standing.FINE;
    }
    return waiting(empty, false, "waits for events of `", "`");
  }

  /**
   * {@return whether its producer emits and emits, and a selector turns all of it down} A partition may well be empty:
   * that of what is malformed, for instance.
   */
  private boolean isPassedOver(SubscriptionSnapshot lane, StageSnapshot producer) {
    StageSnapshot old = before.get(producer.path());
    return lane.share().isSelective() && lane.sent() == 0 && producer.eventsEmitted() >= MANY && old != null
        && producer.eventsEmitted() > old.eventsEmitted();
  }

  private Standing passedOver(StageSnapshot stage, SubscriptionSnapshot lane) {
    return culprit(Finding.Kind.NOTHING_SELECTED, stage,
        "its selector has turned down all that `" + lane.producer() + "` has emitted");
  }

  private Standing withoutDemand(StageSnapshot stage) {
    if (hasTasks(stage) && inTask(stage) instanceof Standing.Culprit task) return task;
    if (stage.kind() == StageSnapshot.Kind.CONSUMER) return culprit(Finding.Kind.SUBSCRIBER_SILENT, stage, "");
    List<SubscriptionSnapshot> open = stage.outputs().stream().filter(SubscriptionSnapshot::isOpen).toList();
    List<String> unclaimed = stage.feed().map(StageSnapshot.Feed::unclaimed).orElse(List.of());
    if (open.isEmpty()) return culprit(Finding.Kind.NOBODY_SUBSCRIBES, stage, "");
    boolean isShared = stage.feed().map(feed -> feed.dispatch().equals("demand")).orElse(false);
    List<SubscriptionSnapshot> withheld = open.stream().filter(lane -> lane.outstanding() == 0).toList();
    boolean isWanted = isShared ? withheld.size() < open.size() : withheld.isEmpty();
    if (!isWanted) return waiting(withheld, true, "waits for demand of `", "`");
    if (stage.backlog() > 0 && !unclaimed.isEmpty()) {
      return culprit(Finding.Kind.UNCLAIMED_PARTITION, stage, "\"" + unclaimed.getFirst() + "\"");
    }
    if (stage.kind() != StageSnapshot.Kind.PRODUCER || stage.backlog() > 0) return Standing.FINE;
    if (stage.run().map(RunSnapshot::hasAllDeliveriesOpen).orElse(false)) return withAllOpen(stage);
    Duration waiting = stage.activity().waiting();
    boolean hasTimer = stage.awaiting().endsWith("timer");
    boolean isSilent = isFrozen || waiting.compareTo(hasTimer ? SILENT_WITH_TIMER : SILENT) >= 0;
    return isSilent ? culprit(Finding.Kind.SOURCE_SILENT, stage, "") : Standing.FINE;
  }

  /** Its deliveries are answered for when all that came of them has been handled, by those that have some and stand. */
  private Standing withAllOpen(StageSnapshot source) {
    List<Standing.Edge> edges = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>(List.of(source.path()));
    List<StageSnapshot> left = new ArrayList<>(List.of(source));
    while (!left.isEmpty()) {
      for (SubscriptionSnapshot lane : left.removeFirst().outputs()) {
        StageSnapshot consumer = now.get(lane.consumer());
        if (consumer == null || !seen.add(consumer.path())) continue;
        left.add(consumer);
        if (!isStill(consumer)) return Standing.FINE;
        if (lane.inFlight() > 0) {
          edges.add(new Standing.Edge(consumer.path(), "waits until `" + consumer.path()
              + "` has settled deliveries"));
        }
      }
    }
    long open = source.run().map(RunSnapshot::openDeliveries).orElse(0L);
    return edges.isEmpty() ? culprit(Finding.Kind.DELIVERIES_OPEN, source, Long.toString(open))
        : new Standing.Waiting(edges);
  }

  /** Those that its group still waits for are in a callback that does not end. */
  private Standing held(StageSnapshot stage) {
    String group = stage.path().substring(0, stage.path().lastIndexOf('/') + 1);
    List<Standing.Edge> edges = new ArrayList<>();
    for (StageSnapshot other : now.values()) {
      boolean isOfTheGroup = other.path().startsWith(group) && other.status() != StageSnapshot.Status.HELD;
      if (isOfTheGroup && other.activity().isInCallback() && isStill(other)) {
        edges.add(new Standing.Edge(other.path(), "waits until `" + other.path()
            + "` lets the restart of their group begin"));
      }
    }
    return edges.isEmpty() ? culprit(Finding.Kind.HELD, stage, crash(stage)) : new Standing.Waiting(edges);
  }

  private Standing waiting(String to, String reason) {
    return new Standing.Waiting(List.of(new Standing.Edge(to, reason)));
  }

  private Standing waiting(List<SubscriptionSnapshot> lanes, boolean forConsumers, String reason, String end) {
    List<Standing.Edge> edges = new ArrayList<>();
    for (SubscriptionSnapshot lane : lanes) {
      String to = forConsumers ? lane.consumer() : lane.producer();
      edges.add(new Standing.Edge(to, reason + to + end));
    }
    return edges.isEmpty() ? Standing.FINE : new Standing.Waiting(edges);
  }

  private Standing culprit(Finding.Kind kind, StageSnapshot stage, String detail) {
    Duration lasted = switch (kind) {
      case PAUSED, BACKING_OFF, HELD, STARTING -> stage.activity().inStatus();
      case IN_CALLBACK -> stage.activity().inCallback();
      case NO_CARRIER, ELSEWHERE -> between;
    case DELIVERIES_OPEN, NOBODY_SUBSCRIBES, UNCLAIMED_PARTITION, SOURCE_SILENT, NO_SUBSCRIPTION, NOTHING_SELECTED,
        NOT_REQUESTED,
          SUBSCRIBER_SILENT -> stage.activity().waiting();
    };
    return new Standing.Culprit(kind, longer(lasted, between), detail, List.of());
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  // ---- in user code, or about to run

  private Standing inCallback(StageSnapshot stage) {
    List<Place> there = places(stage.path());
    if (there.isEmpty()) return Standing.FINE;   // it has just ended
    Place place = there.getFirst();
    if (isRunnable(stage) && Frames.isUncarried(place.stack())) return starved(stage);
    if (Frames.isWaitingForALock(place.stack())) {
      List<Standing.Edge> holders = holders(stage);
      if (holders.size() == 1) return new Standing.Waiting(holders);
    }
    return inside(stage, stage.activity().callback(), place.stack());
  }

  private Standing inTask(StageSnapshot stage) {
    List<Place> there = places(stage.path());
    if (there.size() < 2) return Standing.FINE;
    return inside(stage, "a task", there.get(1).stack());
  }

  private Standing inside(StageSnapshot stage, String callback, List<StackTraceElement> stack) {
    var kind = stage.status() == StageSnapshot.Status.STARTING ? Finding.Kind.STARTING : Finding.Kind.IN_CALLBACK;
    var found = (Standing.Culprit) culprit(kind, stage, Frames.place(stack, callback));
    return new Standing.Culprit(kind, found.lasted(), found.detail(), stack);
  }

  private static boolean hasTasks(StageSnapshot stage) {
    return stage.activity().threads() > 1;
  }

  /**
   * Nobody can be asked who holds a lock. If just one other stage is stuck in user code without waiting for one, it is
   * taken for the holder.
   */
  private List<Standing.Edge> holders(StageSnapshot waiter) {
    List<Standing.Edge> holders = new ArrayList<>();
    for (StageSnapshot other : now.values()) {
      if (other == waiter || !other.activity().isInCallback() || !isStill(other)) continue;
      List<Place> there = places(other.path());
      if (!there.isEmpty() && !Frames.isWaitingForALock(there.getFirst().stack())) {
        holders.add(new Standing.Edge(other.path(), "waits for a lock that `" + other.path() + "` seems to hold"));
      }
    }
    return holders;
  }

  /** It could run, and does not: others hold the threads that carry virtual threads. */
  private Standing starved(StageSnapshot stage) {
    if (!isRunnable(stage)) return Standing.FINE;
    List<Standing.Edge> edges = new ArrayList<>();
    for (StageSnapshot other : now.values()) {
      if (other != stage && isSpinning(other)) {
        edges.add(new Standing.Edge(other.path(), "waits for a processor, which `" + other.path()
            + "` does not let go of"));
      }
    }
    return edges.isEmpty() ? culprit(Finding.Kind.NO_CARRIER, stage, "") : new Standing.Waiting(edges);
  }

  private boolean isSpinning(StageSnapshot stage) {
    if (!stage.activity().isInCallback() || !isStill(stage) || !isRunnable(stage)) return false;
    return !Frames.isUncarried(places(stage.path()).getFirst().stack());
  }

  private boolean isRunnable(StageSnapshot stage) {
    List<Place> there = places(stage.path());
    return !there.isEmpty() && there.getFirst().state() == Thread.State.RUNNABLE;
  }

  private List<Place> places(String path) {
    List<Place> known = places.get(path);
    if (known != null) return known;
    List<Place> found = look.apply(path);
    places.put(path, found);
    return found;
  }
}
