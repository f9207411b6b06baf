package stage.simulation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import stage.api.CancelPolicy;
import stage.api.Demand;
import stage.api.DispatchRule;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Restart;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.Subscription;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Decision;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.simulation.SimulatedTime;
import stage.runtime.testkit.Simulated;

/**
 * Small scopes in which one thing goes wrong that users do: a function of theirs throws once, at any of its calls; a
 * timer is always due; an author asks by hand, reads a page at a time, blocks in a generator; somebody cancels several
 * subscriptions at once, or is interrupted. Which of them, and when, the simulation chooses. Each knows what must come
 * of it.
 */
final class UserFaults {
  private static final int EVENTS = 12;

  /** Thrown by the functions. */
  private static final class Once extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Once() {
      super("once", null, false, false);
    }
  }

  private final Simulated simulated;
  private final List<Integer> handled = new ArrayList<>();
  private final List<Integer> letters = new ArrayList<>();
  private int callsLeft;   // of the function that throws, until it does

  private UserFaults(Simulated simulated) {
    this.simulated = simulated;
  }

  /** Makes one run; fails if something came of it that must not. */
  static void run(Simulated simulated) throws Exception {
    var faults = new UserFaults(simulated);
    switch (simulated.choose(13)) {
      case 0, 1 -> faults.aRuleThrows();
      case 2 -> faults.aFunctionThrows();
      case 3 -> faults.anAuthorAsksByHand();
      case 4 -> faults.anAuthorReadsPages();
      case 5 -> faults.somethingIsAlwaysDue();
      case 6 -> faults.severalAreCancelled();
      case 7 -> faults.aGeneratorBlocks();
      case 8 -> faults.somebodyIsNotThere();
      case 9, 10 -> Interrupts.run(simulated);
      case 11 -> faults.theLastOfWhatIsSharedFails();
      default -> Wishes.run(simulated);
    }
  }

  private static void require(boolean holds, String what, Object... values) {
    if (!holds) throw new AssertionError(what.formatted(values));
  }

  private void throwsOnce() {
    if (--callsLeft == 0) throw new Once();
  }

  private static SupervisorSpec patient() {
    return SupervisorSpec.of("faults").withIntensity(new Intensity(50, Duration.ofSeconds(5)));
  }

  private static List<Integer> numbers(int count) {
    List<Integer> all = new ArrayList<>();
    for (int i = 0; i < count; i++) all.add(i);
    return all;
  }

  private Stage.Consumer<Integer> sink() {
    return (events, from) -> handled.addAll(events);
  }

  private static ProducerSpec<Integer, Stage.Producer<Integer>> silent(String name) {
    return Stage.source(name, Integer.class);
  }

  private void passSome(int most) {
    for (int i = simulated.choose(most); i > 0; i--) simulated.pass();
  }

  // ---- a dispatch rule, with events and messages from outside, whose sender is interrupted now and then

  private DispatchRule rule(boolean inShare) {
    return new DispatchRule() {
      @Override
      public long demand(Subscriptions subscriptions) {
        if (!inShare) throwsOnce();
        return DispatchRule.super.demand(subscriptions);
      }

      @Override
      public void share(int events, Subscriptions subscriptions, int[] shares) {
        if (inShare) throwsOnce();
        int left = events;
        for (int i = 0; i < shares.length; i++) {
          shares[i] = (int) Math.min(left, subscriptions.demand(i));
          left -= shares[i];
        }
      }
    };
  }

  private void aRuleThrows() throws Exception {
    callsLeft = 1 + simulated.choose(60);
    Overflow.Kind kind = Overflow.Kind.values()[simulated.choose(Overflow.Kind.values().length)];
    boolean isUnlimited = simulated.choose(3) == 0;
    boolean closesEarly = simulated.choose(4) == 0;
    List<Integer> ran = new ArrayList<>();
    Thread[] sender = {null};
    boolean[] isSent = {false};
    try (var app = Supervisor.open(patient())) {
      var producer = app.start(silent("silent").withDispatcher(Dispatcher.shared(rule(simulated.choose(2) == 0)))
          .withOverflow(new Overflow(kind, EVENTS)));
      if (isUnlimited) {
        app.start(Stage.consumer("sink", () -> new Stage.Consumer<Integer>() {
          @Override
          public void onSubscribe(Inlet<Integer> to) {
            to.request(Long.MAX_VALUE);
          }

          @Override
          public void onEvents(List<Integer> events, Inlet<Integer> from) {
            handled.addAll(events);
          }
        }).subscribeTo(producer, Demand.manual()));
      } else {
        app.start(Stage.consumer("sink", producer, this::sink).withDemand(Demand.max(1 + simulated.choose(5))));
      }
      sender[0] = simulated.start("sender", () -> {
        send(producer, ran);
        isSent[0] = true;
      });
      if (!closesEarly) {
        for (int i = simulated.choose(4); i > 0; i--) {
          passSome(20);
          SimulatedTime.ofThisThread().interrupt(sender[0]);
        }
      }
      simulated.await("all are sent", () -> isSent[0]);
      if (!closesEarly) app.join(Duration.ofSeconds(30));
    }
    require(handled.equals(numbers(EVENTS)), "%d were accepted, handled were %s", EVENTS, handled);
    require(closesEarly || ran.equals(numbers(EVENTS)), "messages were sent in order, run were %s", ran);
  }

  private void send(ProducerRef<Integer, ?> producer, List<Integer> ran) {
    for (int i = 0; i < EVENTS; i++) {
      int number = i;
      boolean isSent = false;
      while (!isSent) {
        try {
          producer.emit(number);
          isSent = true;
        } catch (InterruptedException again) {
          simulated.pass();
        }
      }
      isSent = false;
      while (!isSent) {
        try {
          producer.cast(stage -> ran.add(number));
          isSent = true;
        } catch (InterruptedException again) {
          simulated.pass();
        }
      }
    }
  }

  // ---- any other function

  private void aFunctionThrows() throws Exception {
    callsLeft = 1 + simulated.choose(25);
    int which = simulated.choose(8);
    int[] thrown = {0};
    Runnable fault = () -> {
      try {
        throwsOnce();
      } catch (Once once) {
        thrown[0]++;
        throw once;
      }
    };
    var spec = patient();
    if (which == 0) spec = spec.withListener(event -> fault.run());
    if (which == 1) spec = spec.withContext(() -> incarnation -> {
      // not the first start: that is its starter's affair
      if (callsLeft != 1 || simulated.choose(2) == 0) fault.run();
      incarnation.run();
    });
    boolean crashes = which == 2;
    if (crashes) spec = spec.withDecisions(failure -> {
      fault.run();
      return Decision.RESTART;
    });
    int[] crash = {0};
    boolean isOver;
    if (which == 1) callsLeft += 3;
    try (var app = Supervisor.open(spec)) {
      Dispatcher<Integer> dispatcher = simulated.choose(2) == 0 ? Dispatcher.partition(List.of("all"), event -> {
        if (which == 3) fault.run();
        return "all";
      }) : Dispatcher.broadcast();
      boolean isPartitioned = dispatcher instanceof Dispatcher.Partition<?>;
      var source = app.start(Stage.ofIterable("source", numbers(EVENTS)).withDispatcher(dispatcher)
          .withDeadLetters(letter -> note(letter.event(), which == 4, fault)));
      SubscriptionSpec<Integer> to = SubscriptionSpec.to(source).withDemand(Demand.max(1 + simulated.choose(4)));
      to = isPartitioned ? to.withPartition("all") : to.withSelector(event -> {
        if (which == 3) fault.run();
        return true;
      });
      app.start(Stage.consumer("sink", to, () -> {
        if (which == 5 && crash[0] > 0) fault.run();
        return new Stage.Consumer<Integer>() {
          @Override
          public void onStart(StageContext context) {
            if (which == 6 && crash[0] > 0) fault.run();
          }

          @Override
          public void onEvents(List<Integer> events, Inlet<Integer> from) {
            if (crash[0] < 6 && simulated.choose(4) == 0) {
              crash[0]++;
              throw new Once();
            }
            if (which == 7) fault.run();
            handled.addAll(events);
          }
        };
      }).withDeadLetters(letter -> note(letter.event(), which == 4, fault)));
      isOver = app.join(Duration.ofMinutes(1));
    }
    require(isOver, "it hangs, though only function %d threw, %d times", which, thrown[0]);
    List<Integer> all = new ArrayList<>(handled);
    all.addAll(letters);
    all.sort(null);
    require(all.equals(numbers(EVENTS)), "handled %s, given up %s; function %d threw %d times", handled, letters, which,
        thrown[0]);
  }

  private void note(Object event, boolean mayThrow, Runnable fault) {
    letters.add((Integer) event);
    if (mayThrow) fault.run();
  }

  // ---- demand

  private void anAuthorAsksByHand() throws Exception {
    int some = 1 + simulated.choose(4);
    long[] most = {0};
    int poison = simulated.choose(EVENTS);
    boolean resumes = simulated.choose(2) == 0;
    int[] crashes = {0};
    boolean isOver;
    try (var app = Supervisor.open(patient().withDecisions(
        failure -> resumes ? Decision.RESUME : simulated.choose(3) == 0 ? Decision.RETRY : Decision.RESTART))) {
      var source = app.start(Stage.ofIterable("source", numbers(EVENTS)));
      app.start(Stage.consumer("sink", () -> new Stage.Consumer<Integer>() {
        @Override
        public void onSubscribe(Inlet<Integer> to) {
          to.request(some);
          if (crashes[0] < 3 && simulated.choose(5) == 0) {
            crashes[0]++;
            throw new Once();
          }
        }

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {
          most[0] = Math.max(most[0], from.outstanding());
          if (events.contains(poison)) throw new Once();
          handled.addAll(events);
          from.request(events.size());
        }
      }).withDeadLetters(letter -> letters.add((Integer) letter.event())).subscribeTo(source, Demand.manual()));
      isOver = app.join(Duration.ofHours(1));
    }
    require(most[0] <= some, "%d at a time were asked for, but outstanding were %d", some, most[0]);
    require(isOver, "it waits for events that it no longer asks for: handled %s", handled);
    require(handled.size() == EVENTS - 1 && letters.equals(List.of(poison)), "handled %s, given up %s", handled,
        letters);
  }

  /** A source that has completed waits until both have settled all, as one may leave events to the other. */
  private void theLastOfWhatIsSharedFails() throws Exception {
    int poison = EVENTS - 1 - simulated.choose(3);
    boolean resumes = simulated.choose(2) == 0;
    boolean isOver;
    try (var app = Supervisor.open(patient().withDecisions(
        failure -> resumes ? Decision.RESUME : Decision.RESTART))) {
      var source = app.start(Stage.ofIterable("source", numbers(EVENTS)));
      for (String name : List.of("one", "other")) {
        int most = 1 + simulated.choose(8);
        app.start(Stage.consumer(name, source, () -> (Stage.Consumer<Integer>) (events, from) -> {
          if (events.contains(poison)) throw new Once();
          handled.addAll(events);
        }).withDeadLetters(letter -> letters.add((Integer) letter.event()))
            .withDemand(Demand.max(most).min(simulated.choose(most))));
      }
      isOver = app.join(Duration.ofHours(1));
    }
    require(isOver, "nobody tells the source that all is settled: handled %s, given up %s", handled, letters);
    require(handled.size() == EVENTS - 1 && letters.equals(List.of(poison)), "handled %s, given up %s", handled,
        letters);
  }

  private void anAuthorReadsPages() throws Exception {
    int page = 1 + simulated.choose(5);
    boolean byTimer = simulated.choose(2) == 0;
    boolean isOver;
    try (var app = Supervisor.open(patient())) {
      var pages = app.start(Stage.producer("pages", () -> new Stage.Producer<Integer>() {
        private StageContext context;
        private boolean isReading;
        private int next;

        @Override
        public void onStart(StageContext context) {
          this.context = context;
        }

        @Override
        public void onDemand(long demand, Outlet<Integer> out) {
          if (!byTimer) {
            read(demand, out);
          } else if (!isReading) {
            isReading = true;
            context.after(Duration.ofMillis(1), () -> {
              isReading = false;
              read(page, out);
            });
          }
        }

        private void read(long demand, Outlet<Integer> out) {
          for (int i = 0; i < page && i < demand && next < EVENTS; i++) out.emit(next++);
          if (next == EVENTS) out.complete();
        }
      }).withOverflow(Overflow.fail().withCapacity(EVENTS)));
      app.start(Stage.consumer("sink", pages, this::sink).withDemand(Demand.max(EVENTS)));
      isOver = app.join(Duration.ofMinutes(1));
    }
    require(isOver && handled.equals(numbers(EVENTS)), "handled %s of the pages", handled);
  }

  // ---- time

  private void somethingIsAlwaysDue() throws Exception {
    int which = simulated.choose(3);
    boolean isOver;
    try (var app = Supervisor.open(patient())) {
      var source = app.start(Stage.ofIterable("source", numbers(EVENTS)));
      var sink = app.start(Stage.consumer("sink", () -> new Stage.Consumer<Integer>() {
        private StageContext context;

        @Override
        public void onStart(StageContext context) {
          this.context = context;
          if (which == 0) context.after(Duration.ZERO, this::poll);
          if (which == 1) context.every(Duration.ofMillis(5), () -> simulated.advance(Duration.ofMillis(8)));
        }

        private void poll() throws InterruptedException {
          simulated.advance(Duration.ofMillis(1));
          context.after(Duration.ZERO, this::poll);
        }

        @Override
        public void onEvents(List<Integer> events, Inlet<Integer> from) {
          handled.addAll(events);
        }
      }).subscribeTo(source, Demand.max(1 + simulated.choose(3))));
      if (which == 2) flood(sink);
      isOver = app.join(Duration.ofMinutes(1));
      if (!isOver) sink.kill();
    }
    require(isOver && handled.equals(numbers(EVENTS)), "what is always due keeps events waiting: handled %s", handled);
  }

  private void flood(stage.api.StageRef<? extends Stage.Behaviour> ref) throws InterruptedException {
    ref.cast(stage -> {
      simulated.advance(Duration.ofMillis(1));
      if (ref.isAlive()) flood(ref);
    });
  }

  // ---- subscriptions

  private void severalAreCancelled() throws Exception {
    if (simulated.choose(2) == 0) cancelAtOnce();
    else cancelAndSubscribeAnew();
  }

  private void cancelAtOnce() throws Exception {
    int count = 2 + simulated.choose(3);
    int busy = simulated.choose(count);
    try (var app = Supervisor.open(patient())) {
      var worker = app.start(Stage.perEvent("worker", 4, (Integer event) -> simulated.advance(Duration.ofSeconds(1))));
      List<Subscription> subscriptions = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        var producer = app.start(silent("producer" + i).withOverflow(Overflow.fail().withCapacity(5)));
        subscriptions.add(worker.subscribeTo(SubscriptionSpec.to(producer).withDemand(Demand.max(4))));
        if (i == busy) producer.emit(1);
      }
      passSome(30);
      for (Subscription each : subscriptions) {
        each.cancel();
        passSome(3);
      }
      app.join(Duration.ofSeconds(5));
      require(worker.snapshot().inputs().isEmpty(), "it was told to leave all, and has still %s",
          worker.snapshot().inputs());
    }
  }

  private void cancelAndSubscribeAnew() throws Exception {
    int max = 1 + simulated.choose(4);
    try (var app = Supervisor.open(patient())) {
      int[] next = {0};
      var numbers = app.start(Stage.producer("numbers", Integer.class, () -> (demand, out) -> {
        for (long i = 0; i < demand; i++) out.emit(next[0]++);
      }));
      var sink = app.start(Stage.consumer("sink", Integer.class, () -> (events, from) -> {
        simulated.pass();
        handled.addAll(events);
      }));
      Subscription subscription = sink.subscribeTo(SubscriptionSpec.to(numbers).withDemand(Demand.max(max)));
      for (int i = 0; i < 4; i++) {
        passSome(12);
        subscription.cancel();
        passSome(3);
        subscription = sink.subscribeTo(SubscriptionSpec.to(numbers).withDemand(Demand.max(max)));
      }
      passSome(30);
    }
    require(handled.equals(numbers(handled.size())), "out of order: %s", handled);
  }

  // ---- a generator

  private void aGeneratorBlocks() throws Exception {
    int max = 1 + simulated.choose(3);
    try (var app = Supervisor.open(patient())) {
      var generator = app.start(Stage.generator("generator", Integer.class, () -> out -> {
        for (int i = 0; i < EVENTS; i++) out.emit(i);
        simulated.advance(Duration.ofHours(1));
      }).withDispatcher(Dispatcher.partition(List.of("busy", "idle"), event -> "busy")));
      app.start(Stage.consumer("idle", SubscriptionSpec.to(generator).withPartition("idle"), this::sink));
      boolean leaves = simulated.choose(2) == 0;
      if (leaves) {
        app.start(Stage
            .consumer("visitor",
                SubscriptionSpec.to(generator).withPartition("busy").withDemand(Demand.max(max))
                    .withCancelPolicy(CancelPolicy.TEMPORARY),
                () -> (events, from) -> from.cancel(0))
            .withRestart(Restart.TEMPORARY));
        passSome(40);
      }
      app.start(Stage.consumer("busy", SubscriptionSpec.to(generator).withPartition("busy").withDemand(Demand.max(max)),
          () -> (events, from) -> {
        simulated.advance(Duration.ofMillis(10));
        handled.addAll(events);
      }));
      app.join(Duration.ofMinutes(10));
      if (leaves) handled.sort(null);   // between two subscriptions no order is promised
      require(handled.equals(numbers(EVENTS)), "the generator blocks, and of what it has emitted %s was delivered",
          handled);
      if (leaves) require(generator.snapshot().outputs().size() == 2,
          "the lane of one that has left is still there: %s", generator.snapshot().outputs());
      generator.kill();
    }
  }

  // ---- ends

  private void somebodyIsNotThere() throws Exception {
    int which = simulated.choose(3);
    if (which == 0) {
      endsWithOneThatHasCompletedBefore();
      return;
    }
    if (which == 1) {
      outlastsAnOutage();
      return;
    }
    Duration before;
    Supervisor scope = Supervisor.open(patient());
    try (scope) {
      var source = scope.start(Stage.ofIterable("source", numbers(EVENTS)));
      scope.start(Stage
          .producerConsumer("middle", source, Integer.class, () -> (events, from, out) -> events.forEach(out::emit))
          .withDemand(Demand.max(1 + simulated.choose(5))));
      passSome(30);
      before = simulated.elapsed();
    }
    require(simulated.elapsed().minus(before).compareTo(Duration.ofSeconds(1)) < 0,
        "the close has waited for somebody who is not there");
  }

  private void endsWithOneThatHasCompletedBefore() throws Exception {
    try (var app = Supervisor.open(patient())) {
      var over = app.start(Stage.ofIterable("over", List.<Integer>of()));
      over.join();
      var endless = app.start(Stage.producer("endless", Integer.class, () -> (demand, out) -> {
        for (long i = 0; i < demand; i++) out.emit(1);
      }));
      var sink =
          app.start(Stage.consumer("sink", endless, () -> (events, from) -> simulated.advance(Duration.ofMillis(1)))
          .withDemand(Demand.max(4)));
      passSome(10);
      try {
        sink.subscribeTo(SubscriptionSpec.to(over).withCancelPolicy(CancelPolicy.PERMANENT));
      } catch (stage.api.SubscriptionRefusedException refused) {
        return;   // that is an answer, too
      }
      app.join(Duration.ofSeconds(10));
      require(!sink.isAlive(), "a busy stage has not seen that its producer had completed");
    }
  }

  private void outlastsAnOutage() throws Exception {
    boolean isOver;
    UnaryOperator<SupervisorSpec> how = spec -> spec
        .withDecisions(failure -> failure.cause() instanceof IOException ? Decision.RETRY : Decision.RESTART);
    int[] fails = {1 + simulated.choose(6)};
    try (var app = Supervisor.open(how.apply(patient()))) {
      var source = app.start(Stage.ofIterable("source", numbers(EVENTS)));
      app.start(Stage.consumer("sink", source, () -> (events, from) -> {
        if (events.contains(EVENTS / 2) && fails[0]-- > 0) throw new IOException("down");
        handled.addAll(events);
      }).withDeadLetters(letter -> letters.add((Integer) letter.event()))
          .withDemand(Demand.max(1 + simulated.choose(6))));
      isOver = app.join(Duration.ofHours(1));
    }
    require(isOver && handled.equals(numbers(EVENTS)) && letters.isEmpty(), "handled %s, given up %s", handled,
        letters);
  }
}
