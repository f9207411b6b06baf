package stage.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeoutException;
import stage.api.CallFailedException;
import stage.api.CancelPolicy;
import stage.api.ConsumerAware;
import stage.api.Demand;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.RunningEvent;
import stage.api.Stage;
import stage.api.Subscription;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.testkit.Simulated;

/**
 * What users ask for beside the flow of events: to emit and be answered, to know of consumers, to give up one running
 * event, to hand in only what finds a place, to know what was dropped, and to have as much at work as they said.
 */
final class Wishes {
  private static final int EVENTS = 8;

  private final Simulated simulated;
  private final List<Integer> handled = new ArrayList<>();

  private Wishes(Simulated simulated) {
    this.simulated = simulated;
  }

  static void run(Simulated simulated) throws Exception {
    var wishes = new Wishes(simulated);
    switch (simulated.choose(7)) {
      case 0 -> wishes.emitAndBeAnswered();
      case 1 -> wishes.knowOfConsumers();
      case 2 -> wishes.giveUpOne();
      case 3 -> wishes.handInWhatFindsAPlace();
      case 4 -> wishes.knowWhatIsDropped();
      case 5 -> wishes.haveThatManyAtWork();
      default -> wishes.outliveFiniteSources();
    }
  }

  private static void require(boolean holds, String what, Object... values) {
    if (!holds) throw new AssertionError(what.formatted(values));
  }

  private static SupervisorSpec patient() {
    return SupervisorSpec.of("wishes").withIntensity(new Intensity(50, Duration.ofSeconds(5)));
  }

  private void passSome(int most) {
    for (int i = simulated.choose(most); i > 0; i--) simulated.pass();
  }

  // ---- callEmit: who is answered has emitted, who is refused has not

  private void emitAndBeAnswered() throws Exception {
    List<Integer> answered = new ArrayList<>();
    List<Integer> unknown = new ArrayList<>();
    int[] callers = {2};
    try (var app = Supervisor.open(patient())) {
      var source = app.start(Stage.source("source", Integer.class).withOverflow(Overflow.fail().withCapacity(100)));
      app.start(Stage.consumer("sink", source, () -> (events, from) -> handled.addAll(events))
          .withDemand(Demand.max(1 + simulated.choose(5))));
      for (int caller = 0; caller < 2; caller++) {
        int first = caller * EVENTS;
        simulated.start("caller" + caller, () -> {
          for (int i = first; i < first + EVENTS; i++) emit(source, i, answered, unknown);
          callers[0]--;
        });
      }
      simulated.await("all have an answer", () -> callers[0] == 0);
      source.stop();
      app.join(Duration.ofMinutes(1));
    }
    require(handled.containsAll(answered), "answered were %s, handled %s", answered, handled);
    for (int event : handled) {
      require(answered.contains(event) || unknown.contains(event), "%s failed and was handled all the same", event);
    }
    require(handled.stream().distinct().count() == handled.size(), "handled twice: %s", handled);
  }

  private void emit(ProducerRef<Integer, ?> source, int event, List<Integer> answered, List<Integer> unknown) {
    boolean fails = simulated.choose(4) == 0;
    try {
      long emitted = source.callEmit(Duration.ofMillis(1 + simulated.choose(20)), (stage, out) -> {
        out.emit(event);
        if (simulated.choose(4) == 0) simulated.advance(Duration.ofMillis(10));
        if (fails) throw new IllegalStateException("after it has emitted");
        return 1L;
      });
      require(source.snapshot().eventsEmitted() >= answered.size() + emitted,
          "answered before %s was published: %s", event, source.snapshot());
      answered.add(event);
    } catch (CallFailedException failed) {
      require(fails, "%s", failed);
    } catch (TimeoutException late) {
      unknown.add(event);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts it", e);
    }
  }

  // ---- ConsumerAware: each incarnation knows of those that are there, and no others

  private static final class Host implements Stage.Producer<Integer>, ConsumerAware<Integer> {
    private final List<Long> guests = new ArrayList<>();

    @Override
    public void onDemand(long demand, Outlet<Integer> out) {}

    @Override
    public void onConsumerSubscribed(Subscription to, Outlet<Integer> out) {
      require(!guests.contains(to.id()), "told twice that %s has come: %s", to.id(), guests);
      guests.add(to.id());
    }

    @Override
    public void onConsumerLeft(Subscription from, Outlet<Integer> out) {
      require(guests.remove(from.id()), "told that %s has left, which was not there: %s", from.id(), guests);
    }
  }

  private void knowOfConsumers() throws Exception {
    try (var app = Supervisor.open(patient())) {
      var host = app.start(Stage.producer("host", Host::new));
      List<Subscription> there = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        var guest = app.start(Stage.consumer("guest" + i, Integer.class, () -> (events, from) -> {}));
        there.add(guest.subscribeTo(SubscriptionSpec.to(host).withCancelPolicy(CancelPolicy.TEMPORARY)));
        passSome(10);
        if (simulated.choose(3) == 0) there.removeFirst().cancel();
        if (simulated.choose(3) == 0) host.cast(stage -> {
          throw new IllegalStateException("crash");
        });
      }
      simulated.advance(Duration.ofSeconds(1));
      List<Long> expected = there.stream().map(Subscription::id).sorted().toList();
      List<Long> known = host.call(stage -> stage.guests.stream().sorted().toList());
      require(known.equals(expected), "there are %s, known are %s, of %s", expected, known, host.snapshot());
      require(app.snapshot().crashes() <= 4, "a host was told what is not so: %s", app.snapshot());
    }
  }

  // ---- RunningEvent.giveUp: that one becomes a dead letter, once, and nothing else does

  private void giveUpOne() throws Exception {
    int stuck = simulated.choose(EVENTS);
    boolean failsFirst = simulated.choose(2) == 0;
    List<Object> letters = new ArrayList<>();
    int[] attempts = {0};
    int last;
    boolean isOver;
    try (var app = Supervisor.open(patient())) {
      var source = app.start(Stage.ofIterable("source", numbers()));
      var worker = app.start(Stage.perEvent("worker", source, 1 + simulated.choose(3), event -> {
        if (event == stuck) {
          if (attempts[0]++ == 0 && failsFirst) throw new IllegalStateException("the first attempt");
          simulated.advance(Duration.ofDays(1));
        }
        handled.add(event);
      }).withDeadLetters(letter -> letters.add(letter.event())));
      simulated.await("it is at work", () -> runningOf(worker.running(), stuck) != null);
      passSome(20);
      RunningEvent<Integer> running = runningOf(worker.running(), stuck);
      if (running == null) {
        simulated.await("it is at work again", () -> runningOf(worker.running(), stuck) != null);
        running = runningOf(worker.running(), stuck);
      }
      last = running.attempt();
      running.giveUp();
      isOver = app.join(Duration.ofHours(1));
    }
    List<Integer> others = numbers();
    others.remove((Integer) stuck);
    handled.sort(null);
    require(isOver && handled.equals(others) && letters.equals(List.of(stuck)),
        "%s was given up; over %s, handled %s, dead letters %s", stuck, isOver, handled, letters);
    require(attempts[0] <= last, "it was given up in its attempt %s, and attempted %s times", last, attempts[0]);
  }

  private static RunningEvent<Integer> runningOf(List<RunningEvent<Integer>> all, int event) {
    return all.stream().filter(each -> each.event() == event).findFirst().orElse(null);
  }

  private static List<Integer> numbers() {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) all.add(i);
    return all;
  }

  // ---- tryEmit, and emit with a limit: what is accepted is handled, and no more is than finds a place

  private void handInWhatFindsAPlace() throws Exception {
    int capacity = 1 + simulated.choose(4);
    boolean blocks = simulated.choose(3) == 0;
    List<Integer> accepted = new ArrayList<>();
    try (var app = Supervisor.open(patient())) {
      var source = app.start(Stage.source("source", Integer.class)
          .withOverflow(blocks ? Overflow.block() : Overflow.fail().withCapacity(capacity)));
      source.call(stage -> null);
      for (int i = 0; i < 2 * capacity; i++) offer(source, i, accepted);
      require(accepted.size() <= (blocks ? 0 : capacity), "%s places, accepted were %s", capacity, accepted);
      require(source.snapshot().eventsDropped() == 0, "to be told that there is no place is not a drop: %s",
          source.snapshot());
      app.start(Stage.consumer("sink", source, () -> (events, from) -> {
        simulated.advance(Duration.ofMillis(simulated.choose(3)));
        handled.addAll(events);
      }).withDemand(Demand.max(1 + simulated.choose(3))));
      boolean[] isOver = {false};
      simulated.start("sender", () -> {
        for (int i = 100; i < 100 + EVENTS; i++) offer(source, i, accepted);
        isOver[0] = true;
      });
      simulated.await("all were offered", () -> isOver[0]);
      if (simulated.choose(2) == 0) require(source.emit(1000, Duration.ofMinutes(1)) && accepted.add(1000),
          "there was no place within a minute: %s", source.snapshot());
      source.stop();
      app.join(Duration.ofMinutes(1));
    }
    require(handled.equals(accepted), "accepted were %s, handled %s", accepted, handled);
  }

  private void offer(ProducerRef<Integer, ?> source, int event, List<Integer> accepted) {
    try {
      boolean isIn = simulated.choose(2) == 0 ? source.tryEmit(event)
          : source.emit(event, Duration.ofMillis(1 + simulated.choose(3)));
      if (isIn) accepted.add(event);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts it", e);
    }
  }

  // ---- drops are told of, and add up

  private void knowWhatIsDropped() throws Exception {
    long[] told = {0};
    Supervisor app = Supervisor.open(patient().withListener(event -> {
      if (event instanceof stage.api.observe.StageEvent.Dropped dropped) told[0] += dropped.events();
    }));
    try (app) {
      var source = app.start(Stage.source("source", Integer.class).withOverflow(
          simulated.choose(2) == 0 ? Overflow.dropNewest(2) : Overflow.dropOldest(2)));
      app.start(Stage.consumer("sink", source, () -> (events, from) -> {
        simulated.advance(Duration.ofMillis(5));
        handled.addAll(events);
      }).withDemand(Demand.max(1)));
      for (int i = 0; i < 2 * EVENTS; i++) {
        source.emit(i);
        passSome(12);
      }
      source.stop();
      app.join(Duration.ofMinutes(1));
    }
    long dropped = 2 * EVENTS - handled.size();
    require(app.report().eventsDropped() == dropped, "%s were dropped, the report says %s", dropped, app.report());
    require(told[0] == dropped, "%s were dropped, listeners were told of %s", dropped, told[0]);
  }

  // ---- perEvent(n) with a demand of n has n at work as long as there is work

  private void haveThatManyAtWork() throws Exception {
    int workers = 2 + simulated.choose(4);
    List<Duration> lengths = new ArrayList<>();
    for (int i = 0; i < 3 * workers; i++) lengths.add(Duration.ofSeconds(1 + simulated.choose(9)));
    Duration took;
    try (var app = Supervisor.open(patient())) {
      var source = app.start(Stage.ofIterable("source", lengths));
      app.start(Stage.perEvent("workers", source, workers, simulated::advance)
          .withDemand(Demand.max(workers)));
      app.join(Duration.ofHours(1));
      took = simulated.elapsed();
    }
    var ends = new PriorityQueue<Duration>();
    Duration last = Duration.ZERO;
    for (Duration length : lengths) {
      Duration end = (ends.size() < workers ? Duration.ZERO : ends.poll()).plus(length);
      ends.add(end);
      if (end.compareTo(last) > 0) last = end;
    }
    require(took.compareTo(last.plusMillis(100)) < 0, "%s workers took %s for what takes %s", workers, took, last);
  }

  // ---- a sink outlives finite sources if its subscriptions are temporary, and is told so if they are not

  private void outliveFiniteSources() throws Exception {
    boolean outlives = simulated.choose(2) == 0;
    try (var app = Supervisor.open(patient())) {
      var sink =
          app.start(Stage.consumer("sink", Integer.class, () -> (events, from) -> handled.addAll(events)));
      for (int i = 0; i < 3; i++) {
        var source = app.start(Stage.ofIterable("source" + i, List.of(i)));
        try {
          sink.subscribeTo(SubscriptionSpec.to(source)
              .withCancelPolicy(outlives ? CancelPolicy.TEMPORARY : CancelPolicy.TRANSIENT));
        } catch (SubscriptionRefusedException refused) {
          require(!outlives && i > 0, "%s", refused);
          require(refused.getMessage().contains("CancelPolicy.TEMPORARY"), "no word of what to do: %s", refused);
          return;
        }
        simulated.advance(Duration.ofSeconds(1));
      }
      require(outlives && handled.equals(List.of(0, 1, 2)), "outlives %s, handled %s", outlives, handled);
      sink.stop();
    }
  }
}
