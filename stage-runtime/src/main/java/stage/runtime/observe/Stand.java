package stage.runtime.observe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import stage.api.FailedAnswer;
import stage.api.LastCrash;
import stage.api.RunSnapshot;
import stage.api.StageActivity;
import stage.api.StageSnapshot;
import stage.api.SubscriptionSnapshot;
import stage.api.WaitReason;
import stage.api.observe.BlockedCall;
import stage.api.observe.Finding;
import stage.api.observe.SupervisorSnapshot;
import stage.api.observe.TreeSnapshot;
import stage.runtime.supervision.Observed.Place;

/**
 * Finds from two snapshots of a tree how each of its stages stands. A stage that has moved between them is fine.
 */
final class Stand {
  /** A source with a timer counts as about to emit, unless it has been so for this long. */
  private static final Duration SILENT_WITH_TIMER = Duration.ofSeconds(1);

  private static final Duration SILENT = Duration.ofMillis(250);

  /** Before JDK 24, a virtual thread that waits for a monitor pins its carrier thread. */
  private static final boolean MONITORS_PIN = Runtime.version().feature() < 24;

  /** Once this many events have passed a stage by, it is said that none is meant for it. */
  private static final long MANY = 100;

  private final Map<String, StageSnapshot> before;
  private final Map<String, StageSnapshot> now;
  private final Map<String, BlockedCall> calls = new HashMap<>();   // by the path of the stage that is blocked
  private final Looks looks;
  private final StallLimit limits;
  private final StoodStill stoodStill;
  private final Duration between;
  private final boolean isFrozen;
  private final Set<String> closing = new HashSet<>();   // the paths of supervisors

  /**
   * @param first the earlier snapshot
   * @param last the later one; the same one if nothing can move
   * @param looks finds what the threads of a stage do
   * @param limit how long anything may stand still
   */
  Stand(TreeSnapshot first, TreeSnapshot last, Looks looks, Duration limit) {
    this.now = byPath(last);
    this.before = first == last ? now : byPath(first);
    last.calls().forEach(call -> calls.put(call.caller(), call));
    for (SupervisorSnapshot each : last.supervisors()) if (each.closesIn().isPresent()) closing.add(each.path());
    this.looks = looks;
    this.between = Duration.ofNanos(last.nanos() - first.nanos());
    this.isFrozen = first == last;
    this.limits = new StallLimit(limit, looks, isFrozen);
    this.stoodStill = new StoodStill(now, between);
  }

  /** {@return which of the stages asked for are slow, or not known to be stuck yet} */
  StallLimit limits() {
    return limits;
  }

  StageSnapshot stage(String path) {
    return now.get(path);
  }

  /** {@return how long a stage has been in its callback, or in the call that this makes, as far as is known} */
  Duration lastedInCallback(StageSnapshot stage) {
    BlockedCall call = calls.get(stage.path());
    Duration lasted = stoodStill.inUserCode(stage);
    return call == null ? lasted : StoodStill.longer(call.blocked(), lasted);
  }

  private static Map<String, StageSnapshot> byPath(TreeSnapshot tree) {
    Map<String, StageSnapshot> stages = HashMap.newHashMap(tree.stages().size());
    for (StageSnapshot stage : tree.stages()) stages.put(stage.path(), stage);
    return stages;
  }

  /** {@return how a stage stands} To be called once for each stage, since it may take a stack. */
  Standing of(String path) {
    StageSnapshot stage = now.get(path);
    if (stage == null) return elsewhere(path);
    Standing found = isStill(stage) ? findStill(stage) : Standing.FINE;
    return found instanceof Standing.Fine ? heldBack(stage) : found;
  }

  private Standing elsewhere(String path) {
    if (looks.isForDeadLetters(path)) return Standing.FINE;
    Duration lasted = stoodStill.elsewhere(path);
    if (!limits.isOver(null, lasted)) return Standing.FINE;
    // A source there may have nothing to say; one that is called, or asked for demand, should answer.
    boolean isCalled = calls.values().stream().anyMatch(call -> call.target().equals(path));
    var kind = isCalled || stoodStill.isWantedDemandOf(path) ? Finding.Kind.ELSEWHERE : Finding.Kind.SILENT_ELSEWHERE;
    return new Standing.Culprit(kind, lasted, "", List.of());
  }

  /** It may handle events all the time, but its windows cannot end before the input that lags has moved on. */
  private Standing heldBack(StageSnapshot stage) {
    if (!keepsWindows(stage)) return Standing.FINE;
    String behind = stage.run().get().heldBackBy().get();
    StageSnapshot input = now.get(behind);
    if (input == null || !isStill(input)) return Standing.FINE;
    return waiting(behind, "waits for progress of ", "");
  }

  /** {@return whether windows of a stage wait for one of its inputs, and did so all the time} */
  private boolean keepsWindows(StageSnapshot stage) {
    StageSnapshot old = before.get(stage.path());
    if (old == null || old.run().isEmpty() || stage.run().isEmpty()) return false;
    RunSnapshot run = stage.run().get();
    return run.openWindows() > 0 && run.heldBackBy().isPresent() && run.watermark().equals(old.run().get().watermark())
        && run.heldBackBy().equals(old.run().get().heldBackBy());
  }

  /**
   * {@return how many windows of a stage cannot end, if it waits for nothing else; otherwise 0}
   *
   * @param stage which
   * @param standing how it stands
   */
  long heldWindows(StageSnapshot stage, Standing standing) {
    return keepsWindows(stage) && heldBack(stage).equals(standing) ? stage.run().get().openWindows() : 0;
  }

  // ---- whether it has moved

  /** {@return whether nothing is known that would show a stage to move} It may belong to another scope. */
  private boolean isStill(String path) {
    StageSnapshot stage = now.get(path);
    return stage == null || isStill(stage);
  }

  private boolean isStill(StageSnapshot stage) {
    if (isFrozen) return true;
    StageSnapshot old = before.get(stage.path());
    if (old == null || old.id() != stage.id() || old.incarnation() != stage.incarnation()) return false;
    return old.status() == stage.status() && (isInSameTurn(old, stage) || isAnsweringInVain(old, stage)
        || hasAllOpen(old) && hasAllOpen(stage))
        && old.eventsEmitted() == stage.eventsEmitted()
        && settled(old.inputs()) == settled(stage.inputs()) && sent(old.outputs()) == sent(stage.outputs());
  }

  private static boolean isInSameTurn(StageSnapshot old, StageSnapshot stage) {
    StageActivity then = old.activity();
    StageActivity activity = stage.activity();
    return then.turns() == activity.turns() && then.callback().equals(activity.callback())
        && then.waitsFor().equals(activity.waitsFor()) && progress(old) == progress(stage);
  }

  private static long progress(StageSnapshot stage) {
    return stage.run().map(RunSnapshot::progress).orElse(0L);
  }

  /** {@return whether a source is only given answers again and again that it fails to take} */
  private static boolean isAnsweringInVain(StageSnapshot old, StageSnapshot stage) {
    return hasFailedAnswer(old) && hasFailedAnswer(stage)
        && old.run().get().openDeliveries() == stage.run().get().openDeliveries();
  }

  /** {@return whether all deliveries of a source are open, so that it only checks now and then for finished ones} */
  private static boolean hasAllOpen(StageSnapshot stage) {
    return stage.run().map(RunSnapshot::hasAllDeliveriesOpen).orElse(false);
  }

  private static boolean hasFailedAnswer(StageSnapshot stage) {
    return stage.run().flatMap(RunSnapshot::failedAnswer).filter(answer -> answer.deliveries() > 0).isPresent();
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

  // ---- a stage that has not moved

  private Standing findStill(StageSnapshot stage) {
    BlockedCall call = calls.get(stage.path());
    if (hasFailedAnswer(stage) && !isInOneTurn(stage)) return unanswered(stage);
    boolean isInOurCode = stage.activity().callback().isEmpty() && !hasTasks(stage);
    if (call != null && !isInOurCode) {
      // A stage that moves will answer.
      return isStill(call.target()) ? waiting(call.target(), "is inside " + call.method() + " of ", "")
          : Standing.FINE;
    }
    return switch (stage.status()) {
      case PAUSED -> stage.activity().isInCallback() ? inCallback(stage) : culprit(Finding.Kind.PAUSED, stage, "");
      // These two are entered before onStop of the last incarnation.
      case BACKING_OFF -> stage.activity().isInCallback() ? inCallback(stage)
          : culprit(Finding.Kind.BACKING_OFF, stage, untilRestart(stage));
      case HELD -> stage.activity().isInCallback() ? inCallback(stage) : held(stage);
      case STARTING -> stage.activity().isInCallback() ? inCallback(stage) : starved(stage);
      case RUNNING, DRAINING -> stage.activity().isInCallback() ? inCallback(stage) : between(stage);
      case ENDED -> Standing.FINE;
    };
  }

  /** {@return whether a stage is in a callback that it has been in all the time} */
  private boolean isInOneTurn(StageSnapshot stage) {
    return stage.activity().isInCallback() && isInSameTurn(before.get(stage.path()), stage);
  }

  private Standing unanswered(StageSnapshot source) {
    FailedAnswer answer = source.run().get().failedAnswer().get();
    long done = answer.deliveries();
    return culprit(Finding.Kind.ANSWERS_FAIL, source, (done == 1 ? "1 delivery" : done + " deliveries") + ", because "
        + answer.function() + " has thrown " + answer.cause()
        + (answer.times() == 1 ? "" : " " + answer.times() + " times") + " and is called again");
  }

  private static String crash(StageSnapshot stage) {
    Optional<LastCrash> last = stage.activity().lastCrash();
    return last.isEmpty() ? "" : "after " + last.get().cause() + " in " + last.get().during();
  }

  /** {@return how long a stage backs off, and after what} */
  private String untilRestart(StageSnapshot stage) {
    Optional<Duration> left = looks.untilRestartOf(stage.path());
    String crash = crash(stage);
    return left.map(time -> "for another " + TimeLeft.of(time) + ", ").orElse("") + "until its restart"
        + (crash.isEmpty() ? "" : ", " + crash);
  }

  /** How a stage stands whose thread is between two turns. */
  private Standing between(StageSnapshot stage) {
    Optional<WaitReason> reason = stage.activity().waitsFor();
    if (reason.isEmpty()) return starved(stage);
    Standing found = switch (reason.get()) {
      case EVENTS -> withoutEvents(stage);
      case DEMAND -> withoutDemand(stage);
      case SETTLEMENT -> waiting(stage.outputs().stream().filter(lane -> lane.inFlight() > 0
          && isStill(lane.consumer())).toList(), true, false, "waits until ", " has settled its events");
      case MAIL -> stage.inputs().isEmpty() && stage.kind() != StageSnapshot.Kind.PRODUCER && stage.run().isEmpty()
          ? culprit(Finding.Kind.NO_SUBSCRIPTION, stage, looks.lastProducerOf(stage.path())) : Standing.FINE;
      case BACKOFF, RELEASE, PROCESSOR -> Standing.FINE;
    };
    return looks.isRunnable(stage.path()) ? starved(stage) : found;   // it has been woken and no longer waits
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
    // It has events and is about to take them, unless it is a step that needs some from each input.
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
      // otherwise it moves, and events will come
      return isPassedOver(lane, producer) ? passedOver(stage, lane) : Standing.FINE;
    }
    return waiting(empty, false, !needsEach, "waits for events of ", "");
  }

  /**
   * {@return whether its producer keeps emitting and a selector turns everything down} A partition may rightly be
   * empty: that of malformed lines, for instance.
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
    int open = 0;
    List<SubscriptionSnapshot> withheld = new ArrayList<>();
    for (SubscriptionSnapshot lane : stage.outputs()) {
      if (!lane.isOpen()) continue;
      open++;
      if (lane.outstanding() == 0) withheld.add(lane);
    }
    if (open == 0) return culprit(Finding.Kind.NOBODY_SUBSCRIBES, stage, looks.lastConsumerOf(stage.path()));
    boolean isShared = stage.feed().isPresent() && stage.feed().get().dispatch().equals("demand");
    boolean isWanted = isShared ? withheld.size() < open : withheld.isEmpty();
    if (!isWanted) {
      // Those that move will want more. If any of them gets what there is, one is enough.
      int all = withheld.size();
      withheld.removeIf(lane -> !isStill(lane.consumer()));
      if (isShared && withheld.size() < all) return Standing.FINE;
      return waiting(withheld, true, isShared, "waits for demand of ", "");
    }
    List<String> unclaimed = stage.feed().isPresent() ? stage.feed().get().unclaimed() : List.of();
    if (stage.backlog() > 0 && !unclaimed.isEmpty()) {
      return culprit(Finding.Kind.UNCLAIMED_PARTITION, stage, "\"" + unclaimed.getFirst() + "\"");
    }
    if (stage.kind() != StageSnapshot.Kind.PRODUCER || stage.backlog() > 0) return Standing.FINE;
    if (hasAllOpen(stage)) return withAllOpen(stage);
    Duration waiting = stage.activity().waiting();
    boolean hasTimer = StallLimit.hasTimer(stage);
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
          edges.add(new Standing.Edge(consumer.path(), "waits until ", " has settled deliveries"));
        }
      }
    }
    if (!edges.isEmpty()) return new Standing.Waiting(edges, false);
    long open = source.run().map(RunSnapshot::openDeliveries).orElse(0L);
    String deliveries = open == 1 ? "1 delivery" : open + " deliveries";
    StageSnapshot timed = source;
    boolean areForWindows = false;
    for (String path : seen) {
      StageSnapshot stage = now.get(path);
      if (StallLimit.hasTimer(stage)) timed = stage;
      if (stage.run().map(RunSnapshot::openWindows).orElse(0L) == 0) continue;
      areForWindows = true;
      deliveries += ", some of them for windows that `" + path + "` has not ended";
    }
    // A batch that is not full ends with its time, but a window with the time of the events that come.
    if (!areForWindows && !limits.isOver(timed, source.activity().waiting())) return Standing.FINE;
    return culprit(Finding.Kind.DELIVERIES_OPEN, source, deliveries);
  }

  /** Stages that its group still waits for are in a callback that does not end, which may be their onStop. */
  private Standing held(StageSnapshot stage) {
    String group = stage.path().substring(0, stage.path().lastIndexOf('/') + 1);
    List<Standing.Edge> edges = new ArrayList<>();
    for (StageSnapshot other : now.values()) {
      boolean isAnother = other != stage && other.path().startsWith(group);
      if (isAnother && other.activity().isInCallback() && isStill(other)) {
        edges.add(new Standing.Edge(other.path(), "waits until ", " lets the restart of their group begin"));
      }
    }
    if (!edges.isEmpty()) return new Standing.Waiting(edges, false);
    StageSnapshot first = lastCrashed(group);
    return first == null || first == stage ? culprit(Finding.Kind.HELD, stage, crash(stage))
        : waiting(first.path(), "waits for the restart of their group, which ", " has made necessary");
  }

  /** {@return which stage of a held group crashed last and so made the others wait; null if none has} */
  private StageSnapshot lastCrashed(String group) {
    StageSnapshot last = null;
    Duration least = null;
    for (StageSnapshot stage : now.values()) {
      Optional<LastCrash> crash = stage.activity().lastCrash();
      if (!stage.path().startsWith(group) || stage.status() != StageSnapshot.Status.HELD || crash.isEmpty()) continue;
      if (last != null && crash.get().ago().compareTo(least) >= 0) continue;
      last = stage;
      least = crash.get().ago();
    }
    return last;
  }

  private static Standing waiting(String to, String before, String after) {
    return new Standing.Waiting(List.of(new Standing.Edge(to, before, after)), false);
  }

  private static Standing waiting(List<SubscriptionSnapshot> lanes, boolean forConsumers, boolean isForAny,
      String before, String after) {
    List<Standing.Edge> edges = new ArrayList<>(lanes.size());
    for (SubscriptionSnapshot lane : lanes) {
      edges.add(new Standing.Edge(forConsumers ? lane.consumer() : lane.producer(), before, after));
    }
    return edges.isEmpty() ? Standing.FINE : new Standing.Waiting(edges, isForAny);
  }

  private Standing culprit(Finding.Kind kind, StageSnapshot stage, String detail) {
    Duration lasted = switch (kind) {
      case PAUSED, BACKING_OFF, HELD, STARTING -> stage.activity().inStatus();
      case IN_CALLBACK, AWAITS_INPUT, THROTTLED -> stoodStill.inUserCode(stage);
      case ANSWERS_FAIL -> stage.run().get().failedAnswer().get().lasting();
      case NO_CARRIER, ELSEWHERE, SILENT_ELSEWHERE -> between;
      case DELIVERIES_OPEN, NOBODY_SUBSCRIBES, UNCLAIMED_PARTITION, SOURCE_SILENT, NO_SUBSCRIPTION, NOTHING_SELECTED,
          NOT_REQUESTED, SUBSCRIBER_SILENT -> stage.activity().waiting();
    };
    lasted = StoodStill.longer(lasted, between);
    boolean mayGoOn = switch (kind) {
      case DELIVERIES_OPEN, NOT_REQUESTED, SUBSCRIBER_SILENT, NO_CARRIER, HELD -> true;
      case IN_CALLBACK, STARTING, AWAITS_INPUT, THROTTLED, PAUSED, BACKING_OFF, ANSWERS_FAIL, NOBODY_SUBSCRIBES,
          UNCLAIMED_PARTITION, SOURCE_SILENT, NO_SUBSCRIPTION, NOTHING_SELECTED, ELSEWHERE, SILENT_ELSEWHERE -> false;
    };
    if (mayGoOn && !limits.isOver(kind == Finding.Kind.DELIVERIES_OPEN ? null : stage, lasted)) return Standing.FINE;
    return new Standing.Culprit(kind, lasted, detail, List.of());
  }

  // ---- in user code, or about to run

  private Standing inCallback(StageSnapshot stage) {
    List<Place> there = looks.places(stage.path());
    if (there.isEmpty()) return Standing.FINE;   // it has just ended
    Place place = there.getFirst();
    if (isRunnable(place) && Frames.isUncarried(place.stack())) return starved(stage);
    if (Frames.isWaitingForALock(place)) {
      List<Standing.Edge> holders = holders(stage);
      if (holders.size() == 1) return new Standing.Waiting(holders, false);
    }
    if (Frames.isThrottling(there)) return culprit(Finding.Kind.THROTTLED, stage, "");
    // A stage that was told to end has no reason to wait.
    if (stage.inputs().isEmpty() && !isClosing(stage) && Frames.isAwaitingInput(place)) {
      return withoutInput(stage, place.stack());
    }
    if (Frames.isReading(place.stack())) return unread(stage);
    return inside(stage, itself(stage), place, what(stage));
  }

  /** Its reader takes no more, and is not to be found: it may be any thread. */
  private Standing unread(StageSnapshot stream) {
    Duration lasted = stoodStill.inUserCode(stream);
    if (!limits.isOverInUserCode(stream, lasted)) return Standing.FINE;
    return new Standing.Culprit(Finding.Kind.SUBSCRIBER_SILENT, lasted,
        "a stream whose reader has not come to the end of a batch", List.of());
  }

  private boolean isClosing(StageSnapshot stage) {
    return stage.status() == StageSnapshot.Status.DRAINING
        || closing.contains(stage.path().substring(0, stage.path().lastIndexOf('/')));
  }

  private static String itself(StageSnapshot stage) {
    return stage.run().map(run -> "its steps `" + run.steps() + "`")
        .orElseGet(() -> "its callback `" + stage.activity().callback() + "`");
  }

  /** {@return what it has spent its time in, such as {@code onEvents, longer than any recent callback}} */
  private String what(StageSnapshot stage) {
    String callback = stage.activity().callback();
    if (callback.equals("generate")) return stage.eventsEmitted() > 0 ? "generate since it last emitted" : "generate";
    if (callback.equals("a bridge")) callback = "one call";   // of what a source is given to do
    boolean hasDone = settled(stage.inputs()) > 0 || stage.eventsEmitted() > 0 || stage.activity().restarts() > 0;
    if (!hasDone && (callback.equals("onEvents") || callback.equals("onDemand"))) return "its first " + callback;
    return limits.isKnownOf(stage) ? callback + ", longer than any recent callback" : callback;
  }

  /** Whether there should be any, only those who have written the source know. */
  private Standing withoutInput(StageSnapshot source, List<StackTraceElement> stack) {
    if (stoodStill.inUserCode(source).compareTo(SILENT) < 0) return Standing.FINE;
    var found = (Standing.Culprit) culprit(Finding.Kind.AWAITS_INPUT, source, Frames.place(stack, itself(source)));
    return new Standing.Culprit(found.kind(), found.lasted(), found.detail(), stack);
  }

  private Standing inTask(StageSnapshot stage) {
    List<Place> there = looks.places(stage.path());
    if (there.size() < 2) return Standing.FINE;
    return inside(stage, "a task", there.get(1), "the oldest of its tasks");
  }

  private Standing inside(StageSnapshot stage, String itself, Place place, String what) {
    if (!limits.isOverInUserCode(stage, stoodStill.inUserCode(stage))) return Standing.FINE;
    boolean isStarting = stage.status() == StageSnapshot.Status.STARTING;
    var kind = isStarting ? Finding.Kind.STARTING : Finding.Kind.IN_CALLBACK;
    String where = Frames.doing(place) + Frames.place(place.stack(), itself);
    var found = (Standing.Culprit) culprit(kind, stage, isStarting ? where : what + ", " + where);
    return new Standing.Culprit(kind, found.lasted(), found.detail(), place.stack());
  }

  private static boolean hasTasks(StageSnapshot stage) {
    return stage.activity().threads() > 1;
  }

  /**
   * The JDK does not say which thread holds a lock. If exactly one other stage is stuck in user code without waiting
   * for a lock, it is taken for the holder.
   */
  private List<Standing.Edge> holders(StageSnapshot waiter) {
    List<Standing.Edge> holders = new ArrayList<>();
    for (StageSnapshot other : now.values()) {
      if (other == waiter || !other.activity().isInCallback() || !isStill(other)) continue;
      List<Place> there = looks.places(other.path());
      if (!there.isEmpty() && !Frames.isWaitingForALock(there.getFirst())) {
        holders.add(new Standing.Edge(other.path(), "waits for a lock that ", " seems to hold"));
      }
    }
    return holders;
  }

  /** It is runnable and does not run: other virtual threads hold all carriers. */
  private Standing starved(StageSnapshot stage) {
    if (!looks.isStillRunnable(stage.path())) return Standing.FINE;
    List<Standing.Edge> edges = new ArrayList<>();
    for (StageSnapshot other : now.values()) {
      if (other != stage && keepsItsCarrier(other)) {
        edges.add(new Standing.Edge(other.path(), "waits for a processor, which ", " does not let go of"));
      }
    }
    return edges.isEmpty() ? culprit(Finding.Kind.NO_CARRIER, stage, "") : new Standing.Waiting(edges, false);
  }

  /** {@return whether the thread of a stage spins, or waits for a monitor where that pins it} */
  private boolean keepsItsCarrier(StageSnapshot stage) {
    if (!stage.activity().isInCallback() || !isStill(stage)) return false;
    List<Place> there = looks.places(stage.path());
    if (there.isEmpty()) return false;
    Place place = there.getFirst();
    return isRunnable(place) ? !Frames.isUncarried(place.stack())
        : MONITORS_PIN && place.state() == Thread.State.BLOCKED;
  }

  private static boolean isRunnable(Place place) {
    return place.state() == Thread.State.RUNNABLE;
  }
}
