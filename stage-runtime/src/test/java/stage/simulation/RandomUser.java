package stage.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import stage.api.CallFailedException;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.StageRef;
import stage.api.StageSnapshot;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSpec;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.runtime.engine.Peek;

/** Somebody from outside who does what users do to stages, at any moment. Then everything heals. */
final class RandomUser {
  private enum Act {
    PASS,
    RESUME,
    PAUSE,
    KILL,
    CALL,
    CAST,
    REPLACE,
    STOP,
    JOIN,
    CANCEL
  }

  private static final long LEFT_ALONE_NANOS = 60_000_000_000L;

  private final World world;
  private final Supervisor app;
  private final Supervisor inner;
  private final List<Act> acts = new ArrayList<>(List.of(Act.PASS, Act.RESUME));

  RandomUser(World world, Supervisor app, Supervisor inner) {
    this.world = world;
    this.app = app;
    this.inner = inner;
    Plan.Faults faults = world.plan.faults();
    if (faults.kills()) acts.add(Act.KILL);
    if (faults.pauses()) acts.add(Act.PAUSE);
    if (faults.messages()) acts.addAll(List.of(Act.CALL, Act.CAST));
    if (faults.replaces()) acts.add(Act.REPLACE);
    if (faults.stops()) acts.add(Act.STOP);
    if (faults.latecomers()) acts.add(Act.JOIN);
    if (faults.cancels()) acts.add(Act.CANCEL);
  }

  void run() {
    world.time.at(World.HEALING_NANOS, world::heal);   // chaos itself may wait for what hangs
    try {
      for (int i = 0; i < world.plan.faults().chaos(); i++) {
        world.idle(world.choices.next(world.plan.hurried() ? 8 : 50));
        if (world.plan.slow() && world.choices.next(3) == 1)
          world.time.latch().await(world.choices.next(8000) * 1_000_000L);
        act();
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts chaos", e);
    } catch (AssertionError e) {
      world.problem = e.getMessage();
    } finally {
      world.actors--;
      if (world.actors == 0) end();
    }
  }

  private void end() {
    for (StageRef<?> ref : world.refs.values()) ref.resume();
    world.heal();
    if (!world.isStuck) return;
    ensureNobodyIsHeldForEver();
    app.stop();   // who has lost its only consumer would wait for another one
  }

  /** With all harm over, a restart has an end, whoever was stopped in the midst of it. */
  private void ensureNobodyIsHeldForEver() {
    try {
      world.time.latch().await(LEFT_ALONE_NANOS);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts chaos", e);
    }
    if (world.plan.options().earlyTimers()) return;
    for (StageRef<?> ref : world.refs.values()) {
      if (ref.snapshot().status() == StageSnapshot.Status.HELD) world.problem = ref.path() + " is held for ever";
    }
  }

  private void act() throws InterruptedException {
    List<StageRef<?>> all = List.copyOf(world.refs.values());
    if (all.isEmpty()) return;
    StageRef<?> ref = oneOf(all);
    try {
      switch (acts.get(world.choices.next(acts.size()))) {
        case PASS -> world.time.pass();
        case RESUME -> ref.resume();
        case PAUSE -> ref.pause();
        case KILL -> kill(ref);
        case CALL -> call(ref);
        case CAST -> cast(ref);
        case REPLACE -> replace(ref);
        case STOP -> stop(ref);
        case JOIN -> join(ref);
        case CANCEL -> cancelASubscription(ref);
      }
    } catch (StageEndedException | ScopeMisuseException | SubscriptionRefusedException tooLate) {
      world.mark("chaos came too late");
    } catch (CallFailedException | StageFailedException failed) {
      world.mark("chaos was told of a failure");
    }
  }

  /** {@return somebody: mostly one that has not ended, or to whom something is happening already, if there is one} */
  private StageRef<?> oneOf(List<StageRef<?>> all) {
    int how = world.choices.next(5);
    List<StageRef<?>> some = switch (how) {
      case 1, 2 -> all.stream().filter(ref -> Peek.cell(ref).isAlive()).toList();
      case 3, 4 -> all.stream().filter(ref -> Peek.isBetween(Peek.cell(ref))).toList();
      default -> all;
    };
    List<StageRef<?>> among = some.isEmpty() ? all : some;
    return among.get(world.choices.next(among.size()));
  }

  private void kill(StageRef<?> any) {
    StageRef<?> ref = any;
    if (!world.hanging.isEmpty() && world.choices.next(2) == 1) {   // where it may be replaced, and come back
      ref = world.refs.getOrDefault(List.copyOf(world.hanging).get(world.choices.next(world.hanging.size())), any);
    }
    world.mark("killed");
    world.isDisturbed = true;   // uses up the intensity, and may single out an event that is not to blame
    ref.kill();
  }

  private void cast(StageRef<?> ref) throws InterruptedException {
    Plan.Node node = world.nodes.get(ref.path());
    ref.cast(stage -> world.within(node, "a cast"));
  }

  private void castAFailure(StageRef<?> ref) throws InterruptedException {
    ref.cast(stage -> {
      world.injected++;
      throw new World.Injected("a late message");
    });
  }

  private void call(StageRef<?> ref) throws InterruptedException {
    world.mark("called");
    Plan.Node node = world.nodes.get(ref.path());
    boolean isPatient = !world.plan.options().earlyTimers() && world.choices.next(3) == 1;
    try {
      Integer answer = ref.call(isPatient ? World.FOREVER : Duration.ofMillis(1 + world.choices.next(3)), stage -> {
        world.within(node, "a call");
        return 42;
      });
      if (answer != 42) throw new AssertionError("a call was answered with " + answer);
    } catch (TimeoutException e) {
      if (isPatient) throw new AssertionError("a call of " + ref.path() + " was never answered", e);
      world.mark("called in vain");
    }
  }

  @SuppressWarnings("unchecked")
  private void replace(StageRef<?> ref) throws InterruptedException {
    Plan.Node node = world.nodes.get(ref.path());
    world.mark("replaced");
    switch (node.kind()) {
      case SOURCE -> ((StageRef<Models.Source>) ref).replace(() -> new Models.Source(world, node));
      case GENERATOR -> ((StageRef<Models.Generator>) ref).replace(() -> new Models.Generator(world, node));
      case MIDDLE -> ((StageRef<Stage.ProducerConsumer<NumberedEvent, NumberedEvent>>) ref)
          .replace(() -> Models.middle(world, node));
      case SINK -> ((StageRef<Models.Sink>) ref).replace(() -> new Models.Sink(world, node));
      case HANDED, PUBLISHED, MIDDLE_TASKS, SINK_TASKS -> world.time.pass();
    }
  }

  private void stop(StageRef<?> ref) throws InterruptedException {
    world.mark("stopped");
    world.isDisturbed = true;
    world.isStuck = true;
    if (world.plan.faults().kills() && world.choices.next(2) == 1) {
      ref.kill();
      world.idle(world.choices.next(10));
    }
    if (world.choices.next(2) == 0) {
      ref.stop();
      if (world.plan.faults().messages() && world.choices.next(2) == 1) castAFailure(ref);
    } else if (app != inner && world.choices.next(4) == 1) {
      app.stopChild(inner.name());
    } else {
      (world.nodes.get(ref.path()).kind().isSink() ? inner : app).stopChild(ref.name());
    }
  }

  private void join(StageRef<?> ref) {
    if (!(ref instanceof ProducerRef<?, ?> producer)) return;
    Plan.Node node = world.nodes.get(ref.path());
    String name = "late" + world.choices.next(8);
    world.mark("a latecomer");
    world.isDisturbed = true;   // it takes events from the others
    @SuppressWarnings("unchecked")
    SubscriptionSpec<NumberedEvent> spec =
        SubscriptionSpec.to((ProducerRef<NumberedEvent, ?>) producer).withDemand(Demand.max(1 + world.choices.next(4)));
    if (node.dispatch() == Plan.Dispatching.PARTITION) spec = spec.withPartition(world.choices.next(2));
    var late = new Plan.Node(Models.LATECOMER, Plan.Kind.SINK, Plan.Dispatching.DEMAND, 0, List.of(node.index()), 1, 0,
        false, false, false);
    world.nodes.putIfAbsent("sim/" + name, late);
    int attempts = world.plan.attempts();
    StageSnapshot before = producer.snapshot();
    StageRef<?> started = app.start(Stage.consumer(name, spec, () -> new Models.Sink(world, late))
        .withRedelivery(attempts == 0 ? Redelivery.none() : Redelivery.attempts(attempts))
        .withDeadLetters(letter -> world.letters.add(letter))
        .withShutdown(world.plan.haste().ofStages));
    world.note(started);
    boolean wasNeverAlone = producer.snapshot().outputs().stream()
        .anyMatch(output -> before.outputs().stream().anyMatch(old -> old.id() == output.id() && old.sent() > 0));
    // What waits while there is nobody at all is for whoever comes first, or those who come before the producer has
    // seen the first.
    if (node.dispatch() == Plan.Dispatching.BROADCAST && node.kind().isSource() && wasNeverAlone)
      world.lateSince.put("sim/" + name, before.eventsEmitted());
  }

  private void cancelASubscription(StageRef<?> ref) throws InterruptedException {
    if (!(ref instanceof ConsumerRef<?, ?>)) return;
    world.mark("cancelled a subscription");
    world.isDisturbed = true;
    @SuppressWarnings("unchecked")
    var consumer = (ConsumerRef<NumberedEvent, ?>) ref;
    Plan.Node node = world.nodes.get(ref.path());
    Plan.Node producer = world.plan.nodes().get(node.inputs().getFirst());
    @SuppressWarnings("unchecked")
    SubscriptionSpec<NumberedEvent> spec =
        SubscriptionSpec.to((ProducerRef<NumberedEvent, ?>) world.refs.get(producer.name())).withDemand(Demand.max(2));
    if (producer.dispatch() == Plan.Dispatching.PARTITION) spec = spec.withPartition(world.choices.next(2));
    var subscription = consumer.subscribeTo(spec);
    world.note(ref);
    world.idle(world.choices.next(30));
    subscription.cancel();
    if (world.plan.options().earlyTimers()) world.isStuck = true;
    else world.time.at(world.time.nanos() + LEFT_ALONE_NANOS, () -> endIfAlone(ref));
  }

  /** One that has cancelled the last subscription that it had waits for another one, forever. */
  private static void endIfAlone(StageRef<?> ref) {
    if (ref.snapshot().inputs().isEmpty()) ref.stop();
  }
}
