package stage.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import stage.api.DeadLetter;
import stage.api.StageSnapshot;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSnapshot;
import stage.api.observe.StageEvent;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.StragglersException;
import stage.api.supervision.Strategy;
import stage.runtime.engine.Cell;
import stage.runtime.engine.Peek;

/** Says what must hold after any run, whatever harm was done in it. */
final class Oracle {
  private static final int MOST_AHEAD = 1024;   // as Tasks says
  private static final long TOO_LONG_NANOS = 3_600_000_000_000L;

  private final World world;
  private final Plan plan;
  private final Throwable failure;
  private final Map<String, StageSnapshot> ends = new HashMap<>();   // by path
  private final List<SubscriptionSnapshot> ledgers = new ArrayList<>();

  Oracle(World world, Throwable failure) {
    this.world = world;
    this.plan = world.plan;
    this.failure = failure;
  }

  /**
   * I1, I2, I11, I13, I15: what was asked for and sent adds up, and neither is more than the most that may be on its
   * way. At any moment.
   */
  static void ensureBalanced(SubscriptionSnapshot ledger) {
    long sum = ledger.handled() + ledger.inFlight() + ledger.deadLettered() + ledger.dropped() + ledger.returned();
    if (sum != ledger.sent() || ledger.inFlight() < 0 || ledger.isOpen() && !ledger.isBalanced())
      throw new AssertionError("not balanced: " + ledger);
    if (ledger.isOpen() && ledger.outstanding() > ledger.demand().max())
      throw new AssertionError("more is asked for than its most: " + ledger);
    long held = ledger.inFlight() + (ledger.isOpen() ? ledger.outstanding() : 0);
    if (held > mostHeld(ledger)) throw new AssertionError("more was sent and asked for than may be: " + ledger);
  }

  /**
   * {@return how many events a consumer may hold and ask for} What tasks finish ahead of an unfinished event counts for
   * the demand at once, up to a limit.
   */
  static long mostHeld(SubscriptionSnapshot ledger) {
    int most = ledger.demand().max();
    return ledger.consumer().contains("tasks") ? 2 * most + MOST_AHEAD : most;
  }

  void check() {
    // it says itself that not all has ended; the ledgers were looked at after each step
    if (failure instanceof StragglersException || world.leavesStragglers) return;
    for (Cell<?> cell : world.cells.values()) {
      require(!cell.isAlive(), "stage %s is alive after its scope was closed", cell.path());
      ends.put(cell.path(), cell.snapshot());
    }
    for (Peek.Ledger each : world.ledgers) {
      SubscriptionSnapshot ledger = each.read();
      ensureBalanced(ledger);
      require(ledger.inFlight() == 0, "something is in flight after the close: %s", ledger);
      ledgers.add(ledger);
    }
    for (Plan.Node node : plan.nodes()) if (ends.containsKey(pathOf(node))) checkNode(node);
    checkMultiplicity();
    checkLetters();
    checkLatecomers();
    checkIntensity();
    checkCounters();
    // All harm was over after a minute or so of its own. Who has lost its consumers, or a bridge, does wait, and timers
    // that come early bring deadlines with them.
    boolean needsNoDeadline = plan.haste() == Plan.Haste.ALL_THE_TIME && failure == null && !world.isStuck
        && !world.marks.contains("gave up") && !plan.hasBridges()
        && !plan.options().earlyTimers();
    require(!needsNoDeadline || world.time.nanos() < TOO_LONG_NANOS,
        "it took %d simulated seconds, so somebody was waited for until the deadline",
        world.time.nanos() / 1_000_000_000);
    if (isWhole()) checkWhole();
    if (world.isDrained && failure == null && !world.isDisturbed && plan.attempts() > 0
        && !world.marks.contains("abandoned")
        && !plan.options().earlyTimers() && plan.haste() != Plan.Haste.NO_TIME && !plan.faults().hangs() && !plan.slow()
        && !plan.hasBridges())
      checkDrained(); // else its time may be over before it has begun
    require(world.marks.contains("abandoned") || world.started == world.stopped,
        "%d incarnations were started, and %d stopped", world.started, world.stopped);
  }

  /** A drain lets everything in flight finish. */
  private void checkDrained() {
    for (Plan.Node node : plan.nodes()) {
      StageSnapshot end = ends.get(pathOf(node));
      if (end == null || node.dispatch() == Plan.Dispatching.PARTITION) continue;
      require(end.eventsReturned() == 0, "%s got events back in a drain: %s", end.path(), end);
      if (!of(node, false).isEmpty())
        require(end.eventsUndelivered() == 0, "%s has not delivered all in a drain: %s", end.path(), end);
    }
  }

  private String pathOf(Plan.Node node) {
    return (plan.nested() && node.kind().isSink() ? "sim/inner/" : "sim/") + node.name();
  }

  private List<SubscriptionSnapshot> of(Plan.Node node, boolean inputs) {
    List<SubscriptionSnapshot> all = new ArrayList<>();
    String path = pathOf(node);
    for (SubscriptionSnapshot ledger : ledgers)
      if ((inputs ? ledger.consumer() : ledger.producer()).equals(path)) all.add(ledger);
    return all;
  }

  /** I5, I13: what went in, what came out, and what the ledgers say of it. */
  private void checkNode(Plan.Node node) {
    StageSnapshot end = ends.get(pathOf(node));
    long handled = of(node, true).stream().mapToLong(SubscriptionSnapshot::handled).sum();
    if (node.kind() == Plan.Kind.SINK) {
      require(world.handledBy(pathOf(node)).size() == handled, "%s has kept %d events, but its ledgers say %d",
          end.path(), world.handledBy(pathOf(node)).size(), handled);
      return;
    }
    if (node.kind().hasTasks()) {
      int worked = world.worked.getOrDefault(node.index(), 0);
      require(worked >= handled, "%s has worked on %d events, but its ledgers say %d", end.path(), worked, handled);
      if (node.kind() == Plan.Kind.SINK_TASKS) return;
    }
    int held = world.held.getOrDefault(pathOf(node), 0);
    if (node.kind() == Plan.Kind.MIDDLE) require(end.eventsEmitted() + held == handled,
        "%s has handled %d events, but emitted %d", end.path(), handled, end.eventsEmitted());
    if (node.kind() == Plan.Kind.HANDED) {
      long accepted = world.accepted.getOrDefault(node.index(), 0);
      require(end.eventsEmitted() == accepted, "%d events were handed to %s, but it emitted %d", accepted, end.path(),
          end.eventsEmitted());
    }
    long undelivered = end.eventsUndelivered();
    List<SubscriptionSnapshot> outputs = of(node, false);
    long settled =
        outputs.stream().mapToLong(ledger -> ledger.handled() + ledger.deadLettered() + ledger.dropped()).sum();
    long returned = outputs.stream().mapToLong(SubscriptionSnapshot::returned).sum();
    if (node.dispatch() == Plan.Dispatching.BROADCAST) {
      // of two subscriptions, the one that was had when the other was refused
      boolean knowsAll = !(failure instanceof SubscriptionRefusedException);
      require(!knowsAll || returned == end.eventsReturned(), "%s: %d events were given back, but it says %d",
          end.path(), returned, end.eventsReturned());
      for (SubscriptionSnapshot ledger : outputs)
        require(ledger.sent() <= end.eventsEmitted(), "%s sent more than it emitted: %s", end.path(), ledger);
    } else {
      require(
          end.eventsEmitted() == settled + end.eventsReturned() + undelivered + end.eventsSkipped()
              + end.eventsDropped(),
          "%s emitted %d events, of which %d were settled, and it says: %s", end.path(), end.eventsEmitted(), settled,
          end);
    }
  }

  /** I5: nothing is doubled: no event is settled more often at one stage than there are ways to it. */
  private void checkMultiplicity() {
    for (Plan.Node node : plan.nodes()) {
      if (node.kind() != Plan.Kind.SINK) continue;
      Tally tally = new Tally();
      int[] ways = new int[plan.nodes().size()];
      for (Plan.Node source : plan.nodes())
        if (source.kind().isSource()) ways[source.index()] = waysTo(node, source.index());
      for (NumberedEvent event : world.handledBy(pathOf(node))) {
        int count = tally.add(event);
        require(count <= ways[event.source()], "%s has handled event %s %d times", node.name(), event, count);
      }
    }
    if (plan.nodes().stream()
        .anyMatch(node -> node.dispatch() == Plan.Dispatching.BROADCAST || node.kind() == Plan.Kind.SINK_TASKS))
      return;
    Tally met = new Tally();
    for (String path : world.logs.keySet()) {
      for (NumberedEvent event : world.handledBy(path))
        require(met.add(event) == 1, "event %s was handled at two places, one of them %s", event, path);
    }
    for (DeadLetter letter : world.letters)
      require(met.add((NumberedEvent) letter.event()) == 1, "event %s was handled and given up on", letter.event());
  }

  /** How often each event was met. */
  private final class Tally {
    private final int[][] times = new int[plan.nodes().size()][];

    int add(NumberedEvent event) {
      int[] ofSource = times[event.source()];
      if (ofSource == null) {
        ofSource = new int[plan.nodes().get(event.source()).events()];
        times[event.source()] = ofSource;
      }
      return ++ofSource[event.number()];
    }
  }

  private int waysTo(Plan.Node node, int source) {
    if (node.index() == source) return 1;
    int ways = 0;
    for (int input : node.inputs()) ways += waysTo(plan.nodes().get(input), source);
    // it may have subscribed once more
    return plan.faults().cancels() && plan.faults().chaos() > 0 ? 10 * ways : ways;
  }

  /** Who joins a broadcast gets what is emitted from then on. */
  private void checkLatecomers() {
    world.lateSince.forEach((path, since) -> {
      for (NumberedEvent event : world.handledBy(path))
        require(event.number() >= since, "%s joined after %d events, but has handled %s", path, since, event);
    });
  }

  /** I4, I16: attempts are counted, each dead letter is one, and only who does harm is given up on. */
  private void checkLetters() {
    long counted = ledgers.stream().mapToLong(SubscriptionSnapshot::deadLettered).sum();
    counted -= world.supervision.deadLettersUnhandled();   // a close may leave the handler no time
    require(world.letters.size() == counted, "%d dead letters came, but the ledgers say %d", world.letters.size(),
        counted);
    Map<String, Integer> times = new HashMap<>();
    for (DeadLetter letter : world.letters) {
      Plan.Node node = world.nodes.get(letter.path());
      int mayCome = node.index() == Models.LATECOMER ? 1 : waysTo(node, ((NumberedEvent) letter.event()).source());
      require(times.merge(letter.path() + " " + letter.event(), 1, Integer::sum) <= mayCome,
          "given up on more than once: %s", letter);
      require(letter.attempts() == plan.attempts() + 1, "%d attempts, but %d redeliveries: %s", letter.attempts(),
          plan.attempts(), letter);
      require(letter.cause() != null, "a dead letter without a cause: %s", letter);
      boolean isPoison = plan.faults().poison() && ((NumberedEvent) letter.event()).isPoison();
      String harmed = letter.path().substring(letter.path().lastIndexOf('/') + 1) + " " + letter.event();
      int ways = waysTo(world.nodes.get(letter.path()), ((NumberedEvent) letter.event()).source());
      // else a turn may be ended by others, and does not count
      boolean isAlone = plan.strategy() == Strategy.ONE_FOR_ONE && !world.isDisturbed;
      require(!isAlone || world.poisonings.getOrDefault(harmed, 0) <= letter.attempts() * ways,
          "%s, but it was tried %d times", letter, world.poisonings.get(harmed));
      require(isPoison || world.injected > 0 || world.isDisturbed, "event %s was given up on, and nobody has harmed it",
          letter.event());
    }
  }

  /** I9: no more restarts than allowed, and no giving up before. */
  private void checkIntensity() {
    int crashes = 0;
    for (StageEvent event : world.happened) if (event instanceof StageEvent.Crashed) crashes++;
    if (failure != null && !world.marks.contains("abandoned") && !world.isDisturbed) {
      require(crashes > 0, "the scope has failed without a crash: %s", failure);
    }
    boolean isPlain = plan.strategy() == Strategy.ONE_FOR_ONE && !plan.nested();
    if (failure instanceof StageFailedException && failure.getCause() instanceof World.Injected && !plan.nested()
        && !world.marks.contains("killed") && !world.marks.contains("abandoned")) {
      require(mostCrashes() > plan.intensity() || longestStreak() > plan.intensity(),
          "%d crashes within 5 seconds, and %d of one stage, of which %d are allowed, and the scope has failed",
          mostCrashes(), longestStreak(), plan.intensity());
    }
    // who is being stopped may crash without being counted
    if (failure == null && isPlain && !world.isDisturbed && !world.isDrained) {
      require(mostCrashes() <= plan.intensity(), "%d crashes within 5 seconds, but %d are allowed", mostCrashes(),
          plan.intensity());
    }
  }

  /**
   * {@return how often one stage crashed, however long that took} Restarts without progress count whatever the time,
   * and whether there was progress cannot be seen from here, so this is the most that may be counted.
   */
  private int longestStreak() {
    Map<String, Integer> crashes = new HashMap<>();
    for (StageEvent event : world.happened)
      if (event instanceof StageEvent.Crashed) crashes.merge(event.path(), 1, Integer::sum);
    return crashes.values().stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  /** I17: what the supervisor has counted is what its listener was told. */
  private void checkCounters() {
    require(count(StageEvent.Abandoned.class) == world.supervision.abandoned(),
        "%d threads were told of, but counted are %s", count(StageEvent.Abandoned.class), world.supervision);
    if (world.marks.contains("abandoned")) return;   // whoever was abandoned may still be telling
    require(count(StageEvent.GaveUp.class) == world.supervision.escalations(),
        "%d supervisors were told of, but counted are %s", count(StageEvent.GaveUp.class), world.supervision);
    require(count(StageEvent.Crashed.class) == world.supervision.crashes(),
        "%d crashes were told of, but counted are %s", count(StageEvent.Crashed.class), world.supervision);
    require(count(StageEvent.Restarted.class) == world.supervision.restarts(),
        "%d restarts were told of, but counted are %s", count(StageEvent.Restarted.class), world.supervision);
    require(count(StageEvent.DeadLettered.class) == world.supervision.deadLetters(),
        "%d dead letters were told of, but counted are %s", count(StageEvent.DeadLettered.class),
        world.supervision);
    long dropped = 0;
    for (StageEvent event : world.happened) if (event instanceof StageEvent.Dropped some) dropped += some.events();
    require(dropped == world.supervision.eventsDropped(), "%d dropped events were told of, but counted are %s", dropped,
        world.supervision);
  }

  private long count(Class<? extends StageEvent> kind) {
    long count = 0;
    for (StageEvent event : world.happened) if (kind.isInstance(event)) count++;
    return count;
  }

  /** {@return how many crashes there were at most within the period of the intensity} */
  private int mostCrashes() {
    List<Long> crashes = new ArrayList<>();
    for (int i = 0; i < world.happened.size(); i++)
      if (world.happened.get(i) instanceof StageEvent.Crashed) crashes.add(world.happenedNanos.get(i));
    int most = 0;
    int first = 0;
    for (int last = 0; last < crashes.size(); last++) {
      while (crashes.get(last) - crashes.get(first) > 5_000_000_000L) first++;
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  /** Whether each event must have got to an end: nobody stopped, killed or gave up anything. */
  private boolean isWhole() {
    return failure == null && !world.isDisturbed && !world.isDrained && plan.attempts() > 0
        && !world.marks.contains("gave up") && !world.marks.contains("abandoned");
  }

  /** Each event of each source has been settled by each who was to have it, exactly once. */
  private void checkWhole() {
    for (Plan.Node node : plan.nodes()) {
      StageSnapshot end = ends.get(pathOf(node));
      require(end != null, "%s has never been stepped", node.name());
      if (node.kind().isSource()) require(end.eventsEmitted() == node.events(), "%s emitted %d of its %d events",
          end.path(), end.eventsEmitted(), node.events());
      require(end.eventsReturned() == 0, "%s got events back, though nobody left: %s", end.path(), end);
      boolean hasConsumers = plan.nodes().stream().anyMatch(other -> other.inputs().contains(node.index()));
      if (!hasConsumers || node.kind().isSink()) continue;
      if (node.dispatch() != Plan.Dispatching.PARTITION)
        require(end.eventsUndelivered() == 0, "%s has not delivered all: %s", end.path(), end);
    }
    for (Plan.Node node : plan.nodes()) if (node.kind() == Plan.Kind.SINK) checkOrder(node);
  }

  /** I3: where there is one way from one source to a sink, and nobody else takes from it, all come, in order. */
  private void checkOrder(Plan.Node sink) {
    List<Plan.Node> way = plan.wayTo(sink);
    if (way.isEmpty()) return;
    Plan.Node source = way.getLast();
    // with several, some subscribe when others have had events already
    boolean fromTheStart = way.stream().allMatch(node -> plan.consumersOf(node) <= 1);
    List<NumberedEvent> handled = world.handledBy(pathOf(sink));
    for (int i = 1; i < handled.size(); i++) {
      require(handled.get(i).number() > handled.get(i - 1).number(), "%s has handled %s", pathOf(sink), handled);
    }
    if (ledgers.stream().anyMatch(ledger -> ledger.deadLettered() > 0)) return;
    if (fromTheStart) require(handled.size() == source.events(), "%s has handled %s of the %d events", pathOf(sink),
        handled, source.events());
    else if (!handled.isEmpty()) require(
        handled.getLast().number() == source.events() - 1
            && handled.getLast().number() - handled.getFirst().number() == handled.size() - 1,
        "%s has handled %s of the %d events", pathOf(sink), handled, source.events());
  }

  private static void require(boolean holds, String what, Object... values) {
    if (!holds) throw new AssertionError(what.formatted(values));
  }
}
