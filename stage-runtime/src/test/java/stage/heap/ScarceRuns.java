package stage.heap;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import stage.api.CallFailedException;
import stage.api.ConsumerRef;
import stage.api.ConsumerSpec;
import stage.api.DeadLetter;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.EventFunction;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.StageEndedException;
import stage.api.State;
import stage.api.StopReason;
import stage.api.Subscription;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Strategy;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.testkit.Simulated;
import stage.runtime.testkit.SimulatedRuntime;

/** Runs of a few stages each, in which memory is refused once. Loaded with {@link ScarceEngine}. */
public final class ScarceRuns {
  private static final int EVENTS = 12;
  private static final List<String> PARTITIONS = List.of("even", "odd");

  /** What is run. */
  public enum Kind {
    EVENTS_ON_THREADS,
    EVENTS_ON_THREADS_IN_ORDER,
    SUBSCRIPTIONS_THAT_COME_AND_GO,
    MESSAGES,
    MESSAGES_TO_A_GENERATOR,
    TIMERS,
    MANY_EVENTS_IN_PARTITIONS,
    A_BROADCAST,
    A_HANDLER_THAT_THROWS,
    CRASHES_OF_A_GROUP,
    CRASHES_OF_THE_REST,
    A_SUPERVISOR_THAT_GIVES_UP
  }

  /** What a caller does, and what it may have come to. */
  private interface Wish {
    void run() throws Exception;
  }

  private final Simulated simulated;
  private final Set<Integer> handled = new TreeSet<>();
  private final Set<Integer> letters = new TreeSet<>();
  private boolean isStarted;   // all the stages that were meant to

  private ScarceRuns(Simulated simulated) {
    this.simulated = simulated;
  }

  /**
   * Makes a run.
   *
   * @param kind of a {@link Kind}
   * @param at which piece of memory is refused; none if {@code pieces} is 0; in a run before the others -1
   * @param pieces how many are, beginning with that one
   * @return what is wrong; null if nothing is; without a refusal the pieces that are worth one
   */
  public static Object run(String kind, long at, long pieces) {
    String[] place = {null};
    try {
      SimulatedRuntime.withSeeds(1, 1).run(simulated -> {
        try {
          new ScarceRuns(simulated).run(Kind.valueOf(kind), at, pieces);
        } finally {
          ScarceHeap.end();
          // a run that fails is made again, and is not the same
          if (place[0] == null) place[0] = ScarceHeap.refused();
        }
      });
    } catch (Throwable failure) {
      ScarceHeap.end();
      String text = failure.toString();
      return kind + " at " + at + " for " + pieces + ", " + place[0] + ": "
          + text.substring(0, Math.min(1500, text.length())) + "; not linked: " + ScarceHeap.unlinked();
    }
    return pieces == 0 ? ScarceHeap.tried() : null;
  }

  private void run(Kind kind, long at, long pieces) throws Exception {
    if (at < 0) ScarceHeap.beginHealthy();
    Supervisor app = Supervisor.open(
        SupervisorSpec.of("scarce").withIntensity(new Intensity(1000, Duration.ofSeconds(1))));
    if (at >= 0) ScarceHeap.begin(at, pieces);
    try {
      switch (kind) {
        case EVENTS_ON_THREADS -> onThreads(app, false, at < 0);
        case EVENTS_ON_THREADS_IN_ORDER -> onThreads(app, true, at < 0);
        case SUBSCRIPTIONS_THAT_COME_AND_GO -> subscriptions(app);
        case MESSAGES -> messages(app);
        case MESSAGES_TO_A_GENERATOR -> messagesToAGenerator(app);
        case TIMERS -> timers(app);
        case MANY_EVENTS_IN_PARTITIONS -> partitions(app);
        case A_BROADCAST -> broadcast(app);
        case A_HANDLER_THAT_THROWS -> throwingHandler(app, at < 0);
        case CRASHES_OF_A_GROUP -> crashes(app, Strategy.ONE_FOR_ALL, 1);
        case CRASHES_OF_THE_REST -> crashes(app, Strategy.REST_FOR_ONE, 100);
        case A_SUPERVISOR_THAT_GIVES_UP -> crashes(app, Strategy.ONE_FOR_ALL, 0);
      }
    } catch (OutOfMemoryError | StageFailedException known) {
      if (isStarted || ScarceHeap.refused() == null) throw known;   // else a start has failed, as its caller knows
    }
    try {
      app.close();
    } catch (OutOfMemoryError full) {
      app.close();
    }
  }

  /** What it throws its caller knows of. */
  private static void may(Wish wish) throws Exception {
    try {
      wish.run();
    } catch (OutOfMemoryError | RuntimeException known) {
      if (ScarceHeap.refused() == null && !(known instanceof StageEndedException)
          && !(known instanceof CallFailedException)) throw known;
    }
  }

  private static void require(boolean holds, String what, Object... values) {
    if (!holds) throw new AssertionError(what.formatted(values));
  }

  private Supervisor joined(Supervisor app) throws Exception {
    isStarted = true;
    try {
      app.join();
    } catch (OutOfMemoryError full) {
      app.join();
    }
    return app;
  }

  private static final class Numbers implements Stage.Producer<Integer> {
    private final int events;
    private State<Integer> next;

    Numbers(int events) {
      this.events = events;
    }

    @Override
    public void onStart(StageContext context) {
      next = context.state("next", 0);
    }

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {
      for (long i = 0; i < demand && next.value() < events; i++) {
        out.emit(next.value());
        next.set(next.value() + 1);
      }
      if (next.value() == events) {
        ScarceHeap.isEnding();
        out.complete();
      }
    }
  }

  private ProducerRef<Integer, ?> numbers(Supervisor app) {
    return app.start(Stage.producer("numbers", Integer.class, () -> new Numbers(EVENTS)));
  }

  private void letter(DeadLetter letter) {
    letters.add((Integer) letter.event());
  }

  private ConsumerSpec<Integer, Stage.Consumer<Integer>> sink(String name) {
    return Stage.consumer(name, Integer.class, () -> (events, from) -> handled.addAll(events))
        .withDeadLetters(this::letter);
  }

  private void onThreads(Supervisor app, boolean isOrdered, boolean isHealthy) throws Exception {
    var numbers = numbers(app);
    EventFunction<Integer, Integer> function = event -> {
      simulated.pass();
      if (event == 5 && ScarceHeap.mayFail()) throw new IllegalStateException("poison");
      return event;
    };
    var map = app.start((isOrdered ? Stage.mapConcurrent("map", numbers, 2, function)
        : Stage.mapConcurrentUnordered("map", numbers, 2, function)).withDemand(new Demand(4, 2, false))
            .withRedelivery(Redelivery.attempts(1)).withDeadLetters(this::letter));
    app.start(sink("sink").subscribeTo(map, new Demand(3, 1, false)));
    joined(app);
    ScarceHeap.end();
    if (isHealthy) return;
    long unhandled = app.snapshot().deadLettersUnhandled();   // where there is no memory to tell of one
    require(handled.size() + letters.size() + unhandled == EVENTS && !handled.contains(5),
        "handled %s, letters %s, unhandled %s", handled, letters, unhandled);
  }

  private void subscriptions(Supervisor app) throws Exception {
    var numbers = numbers(app);
    ConsumerRef<Integer, ?> sink = app.start(sink("sink"));
    ConsumerRef<Integer, ?> other = app.start(sink("other"));
    isStarted = true;
    Subscription[] made = {null};
    may(() -> made[0] = other.subscribeTo(SubscriptionSpec.to(numbers).withDemand(Demand.max(2))));
    simulated.pass();
    may(() -> {
      if (made[0] != null) made[0].cancel();
    });
    try {
      sink.subscribeTo(numbers);
    } catch (OutOfMemoryError full) {   // it has not happened
      sink.subscribeTo(numbers);
    }
    other.stop();
    joined(app);
    require(handled.size() == EVENTS, "handled %s", handled);
  }

  /** A supervisor below restarts its stages together, after a backoff, or gives up. */
  private void crashes(Supervisor app, Strategy strategy, int restarts) throws Exception {
    boolean[] hasCrashed = {false};
    var group = app.start(SupervisorSpec.of("group").withStrategy(strategy)
        .withBackoff(Backoff.exponential(Duration.ofMillis(10), Duration.ofMillis(20)))
        .withIntensity(new Intensity(restarts, Duration.ofSeconds(1))));
    var numbers = numbers(group);
    group.start(Stage.consumer("sink", Integer.class, () -> (events, from) -> {
      if (events.contains(5) && !hasCrashed[0] && ScarceHeap.mayFail()) {
        hasCrashed[0] = true;
        throw new IllegalStateException("once");
      }
      handled.addAll(events);
    }).withRedelivery(Redelivery.attempts(3)).withDeadLetters(this::letter).subscribeTo(numbers, Demand.max(2)));
    joined(app);
    ScarceHeap.end();
    var after = app.snapshot();
    require(handled.size() + letters.size() + after.deadLettersUnhandled() == EVENTS,
        "handled %s, letters %s", handled, letters);
    if (restarts > 0 && hasCrashed[0] && isOfTheVerdict(ScarceHeap.refused()))
      require(after.crashes() == 1 && after.escalations() == 0, "%s", after);   // told twice, counted once
  }

  private static boolean isOfTheVerdict(String place) {
    return place != null && (place.contains("supervision/FaultHandling.") || place.contains("supervision/CrashLog.")
        || place.contains("supervision/IntensityWindow."));
  }

  /** A handler is not the stage: what it throws costs a letter, and the next ones are handled all the same. */
  private void throwingHandler(Supervisor app, boolean isHealthy) throws Exception {
    var numbers = numbers(app);
    app.start(Stage.consumer("sink", Integer.class, () -> (events, from) -> {
      if (events.getFirst() % 3 == 1 && ScarceHeap.mayFail()) throw new IllegalStateException("poison");
      handled.addAll(events);
    }).withRedelivery(Redelivery.attempts(1)).withDeadLetters(letter -> {
      throw new IllegalArgumentException("the handler's");
    }).subscribeTo(numbers, Demand.max(1)));
    joined(app);
    ScarceHeap.end();
    if (isHealthy) return;
    long unhandled = app.snapshot().deadLettersUnhandled();
    for (int i = 0; i < 1000 && handled.size() + unhandled < EVENTS; i++) {   // the handlers are not waited for
      simulated.pass();
      unhandled = app.snapshot().deadLettersUnhandled();
    }
    require(handled.size() + unhandled == EVENTS, "handled %s, unhandled %s", handled, unhandled);
  }

  private void timers(Supervisor app) throws Exception {
    int[] rung = {0};
    var numbers = numbers(app);
    var sink = app.start(Stage.consumer("sink", Integer.class, () -> new Stage.Consumer<Integer>() {
      @Override
      public void onStart(StageContext context) {
        context.every(Duration.ofMillis(1), () -> rung[0]++);
        context.after(Duration.ofMillis(2), () -> rung[0]++).cancel();
      }

      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from) {
        handled.addAll(events);
      }
    }).subscribeTo(numbers, Demand.max(2)));
    isStarted = true;
    may(() -> sink.cast(behaviour -> {}));
    simulated.pass();
    joined(app);
    require(handled.size() == EVENTS, "handled %s", handled);
  }

  /** So many that a lane needs several nodes for each partition. */
  private void partitions(Supervisor app) throws Exception {
    int events = 2 * 80;
    var numbers = app.start(Stage.producer("numbers", Integer.class, () -> new Numbers(events))
        .withDispatcher(Dispatcher.partition(PARTITIONS, number -> PARTITIONS.get(number % 2))));
    for (String partition : PARTITIONS)
      app.start(sink("sink-" + partition)
          .subscribeTo(SubscriptionSpec.to(numbers).withPartition(partition).withDemand(Demand.max(70))));
    joined(app);
    ScarceHeap.end();
    require(handled.size() + letters.size() + app.snapshot().deadLettersUnhandled() == events,
        "handled %s, letters %s", handled, letters);
  }

  /** Each event comes to each consumer once, and is counted once. */
  private void broadcast(Supervisor app) throws Exception {
    var numbers = app.start(Stage.producer("numbers", Integer.class, () -> new Numbers(EVENTS))
        .withDispatcher(Dispatcher.broadcast()));
    numbers.pause();
    List<Integer> counts = new ArrayList<>();
    for (int i = 0; i < 3; i++)
      app.start(Stage.consumer("sink-" + i, numbers, () -> new Counting(counts)).withDemand(Demand.max(4))
          .withRedelivery(Redelivery.attempts(100)));
    numbers.resume();   // there are both now
    isStarted = true;
    joined(app);
    ScarceHeap.end();
    long emitted = numbers.snapshot().eventsEmitted();
    require(counts.equals(List.of(EVENTS, EVENTS, EVENTS)) && emitted == EVENTS,
        "counted %s, emitted %s", counts, emitted);
  }

  private static final class Counting implements Stage.Consumer<Integer> {
    private final List<Integer> counts;
    private State<Integer> soFar;

    Counting(List<Integer> counts) {
      this.counts = counts;
    }

    @Override
    public void onStart(StageContext context) {
      soFar = context.state("so far", 0);
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from) {
      soFar.set(soFar.value() + events.size());
    }

    @Override
    public void onStop(StopReason reason) {
      if (reason instanceof StopReason.Completed) counts.add(soFar.value());
    }
  }

  private void messages(Supervisor app) throws Exception {
    var numbers = numbers(app);
    var sink = app.start(sink("sink").subscribeTo(numbers, Demand.max(2)).withRestart(Restart.TRANSIENT));
    isStarted = true;
    for (int i = 0; i < 3; i++) {
      may(() -> sink.call(behaviour -> 1));
      may(() -> sink.cast(behaviour -> {}));
      may(() -> sink.replace(() -> (events, from) -> handled.addAll(events)));
    }
    may(() -> sink.call(behaviour -> {
      throw new IllegalStateException("the caller's");
    }));
    joined(app);
    require(handled.size() == EVENTS, "handled %s", handled);
  }

  private void messagesToAGenerator(Supervisor app) throws Exception {
    int[] next = {0};
    var generator = app.start(Stage.generator("numbers", Integer.class, () -> out -> {
      while (next[0] < EVENTS) {
        out.emit(next[0]);
        next[0]++;
        simulated.pass();
      }
      ScarceHeap.isEnding();
    }));
    app.start(sink("sink").subscribeTo(generator, Demand.max(2)));
    isStarted = true;
    for (int i = 0; i < 3; i++) {
      may(() -> generator.call(behaviour -> 1));
      may(() -> generator.cast(behaviour -> {}));
    }
    joined(app);
    require(handled.size() == EVENTS, "handled %s", handled);
  }
}
