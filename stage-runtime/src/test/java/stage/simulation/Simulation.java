package stage.simulation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import stage.api.CancelPolicy;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.ProducerConsumerSpec;
import stage.api.ProducerRef;
import stage.api.ProducerSpec;
import stage.api.Redelivery;
import stage.api.Shutdown;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.StageRef;
import stage.api.SubscriptionRefusedException;
import stage.api.SubscriptionSpec;
import stage.api.supervision.Backoff;
import stage.api.supervision.Intensity;
import stage.api.supervision.StragglersException;
import stage.api.supervision.ScopeMisuseException;
import stage.api.supervision.StageFailedException;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.runtime.simulation.RecordedChoices;

/** One run: draws a plan, runs it with the harm that is drawn on the way, and asks the oracle. */
public final class Simulation {
  private final RecordedChoices choices;
  private final World world;
  private final Plan plan;
  private Throwable failure;   // of the scope

  private Simulation(RecordedChoices choices) {
    this.choices = choices;
    this.plan = Drawing.draw(choices);
    this.world = new World(plan, choices);
  }

  /** What came of a run. */
  public record Outcome(long steps, long hash, List<String> marks, Throwable failure, int[] choices) {}

  /** {@return what came of the run with these choices} */
  public static Outcome run(RecordedChoices choices) {
    return run(choices, false);
  }

  static Outcome run(RecordedChoices choices, boolean traced) {
    var simulation = new Simulation(choices);
    if (traced) {
      System.out.println(simulation.plan);
      simulation.world.traced = true;
      simulation.world.time.trace(System.out::println);
    }
    Throwable failure = null;
    try {
      simulation.world.time.run(simulation::body);
      new Oracle(simulation.world, simulation.failure).check();
    } catch (Throwable thrown) {
      failure = thrown;
    }
    World world = simulation.world;
    return new Outcome(world.time.steps(), world.hash, List.copyOf(world.marks), failure, choices.made());
  }

  private void body() throws Throwable {
    SupervisorSpec spec = SupervisorSpec.of("sim")
        .withStrategy(plan.strategy())
        .withIntensity(Intensity.of(plan.intensity()))
        .withBackoff(
            plan.backoff() ? Backoff.exponential(Duration.ofMillis(1), Duration.ofMillis(100)) : Backoff.none())
        .withShutdown(plan.haste().ofScope)
        .withGrace(Duration.ofMillis(100))
        .withMaxAbandoned(100)
        .withListener(world::on);
    Supervisor app = Supervisor.open(spec);
    try (app) {
      Supervisor inner = plan.nested()
          ? app.start(
              SupervisorSpec.of("inner").withIntensity(Intensity.of(plan.intensity())).withStrategy(plan.strategy()))
          : app;
      try {
        for (Plan.Node node : plan.nodes()) {
          Supervisor parent = node.kind().isSink() ? inner : app;
          world.nodes.put((parent == app ? "sim/" : "sim/inner/") + node.name(), node);
          if (world.groups != null) world.groups.isNext("sim/" + node.name());
          start(parent, node);
        }
        world.actors = plan.faults().chaos() == 0 ? 0 : plan.actors();
        for (int i = 0; i < world.actors; i++)
          world.outsiders.add(world.time.startThread("chaos" + i, () -> new RandomUser(world, app, inner).run()));
        if (world.actors == 0) world.time.at(World.HEALING_NANOS, world::heal);
        switch (plan.ending()) {
          case JOIN -> app.join();
          case CLOSE -> {
            world.idle(choices.next(plan.patience()));
            world.end();
          }
          case DRAIN -> {
            world.idle(choices.next(plan.patience()));
            world.end();
            world.isDisturbed = true;
            app.drain(plan.haste() == Plan.Haste.ALL_THE_TIME ? plan.haste().ofScope
                : Duration.ofSeconds(1 + choices.next(5)));
          }
          case STOP -> {
            world.idle(choices.next(plan.patience()));
            world.end();
            world.isDrained = true;
            app.stop();
            app.join();
          }
        }
      } finally {
        if (world.groups != null) world.groups.over();
        if (plan.ending() == Plan.Ending.CLOSE || plan.ending() == Plan.Ending.DRAIN) world.isDisturbed = true;
        world.crashesLeft = Math.min(world.crashesLeft, 3);
      }
    } catch (StageFailedException | StragglersException expected) {
      failure = expected;
    } catch (SubscriptionRefusedException | ScopeMisuseException early) {
      world.isDisturbed = true;   // somebody ended before all had started
      failure = early;
    }
    world.isClosed = true;
    world.supervision = app.snapshot();
    world.leavesStragglers = !app.report().stragglers().isEmpty();
    if (world.supervision.refused() > 0) world.mark("what a zombie did was refused");
    // I14: whoever has asked for something is answered by now, or will be at once.
    world.heal();
    if (plan.options().earlyTimers()) return;   // forever may be over at once
    for (Thread outsider : world.outsiders) if (!world.time.awaitEnd(outsider, World.FOREVER.toNanos()))
      throw new AssertionError(outsider.getName() + " waits for ever");
  }

  private void start(Supervisor parent, Plan.Node node) throws InterruptedException {
    String name = node.name();
    Redelivery redelivery = plan.attempts() == 0 ? Redelivery.none() : Redelivery.attempts(plan.attempts());
    Shutdown shutdown = plan.haste().ofStages;
    StageRef<?> ref = switch (node.kind()) {
    case SOURCE -> parent
        .start(dispatching(Stage.producer(name, () -> new Models.Source(world, node)), node).withShutdown(shutdown));
      case GENERATOR ->
        parent.start(
            dispatching(Stage.generator(name, () -> new Models.Generator(world, node)), node).withShutdown(shutdown));
      case HANDED -> {
      ProducerRef<NumberedEvent, Models.Handed> handed =
          parent.start(dispatching(Stage.producer(name, Models.Handed::new), node).withShutdown(shutdown));
        world.outsiders.add(world.time.startThread("feeder" + node.index(), () -> feed(handed, node)));
        yield handed;
      }
    case PUBLISHED -> parent
        .start(dispatching(Stage.fromPublisher(name, new Models.Published(world, node)), node).withShutdown(shutdown));
      case MIDDLE -> parent.start(
        subscribed(
            Stage.producerConsumer(name, NumberedEvent.class, NumberedEvent.class, () -> Models.middle(world, node)),
            node)
            .withRedelivery(redelivery)
            .withDispatcher(dispatch(node)).withDeadLetters(letter -> world.letters.add(letter))
            .withShutdown(shutdown));
      case MIDDLE_TASKS -> {
        var spec = node.unordered()
          ? Stage.<NumberedEvent, NumberedEvent>mapConcurrentUnordered(name, 1 + node.demand() / 2,
              event -> Models.task(world, node, event))
          : Stage.<NumberedEvent, NumberedEvent>mapConcurrent(name, 1 + node.demand() / 2,
              event -> Models.task(world, node, event));
        yield parent.start(subscribed(spec, node).withRedelivery(redelivery).withDispatcher(dispatch(node))
            .withDeadLetters(letter -> world.letters.add(letter)).withShutdown(shutdown));
      }
      case SINK -> {
        var spec = Stage.consumer(name, () -> new Models.Sink(world, node)).withRedelivery(redelivery)
            .withDeadLetters(letter -> world.letters.add(letter)).withShutdown(shutdown);
        for (int input : node.ownInputs()) spec = spec.subscribeTo(subscription(node, input));
        yield parent.start(spec);
      }
      case SINK_TASKS -> {
      var spec = Stage
          .<NumberedEvent>perEvent(name, 1 + node.demand() / 2,
              event -> Models.log(world, parent.name().equals("inner") ? "sim/inner/" + name : "sim/" + name,
                  Models.task(world, node, event)))
          .withRedelivery(redelivery).withDeadLetters(letter -> world.letters.add(letter)).withShutdown(shutdown);
        for (int input : node.ownInputs()) spec = spec.subscribeTo(subscription(node, input));
        yield parent.start(spec);
      }
    };
    world.refs.put(name, ref);
    if (node.isBridged()) bridge(ref, node);
    world.note(ref);
  }

  @SuppressWarnings("unchecked")
  private void bridge(StageRef<?> ref, Plan.Node node) {
    var producer = (ProducerRef<NumberedEvent, ?>) world.refs.get(plan.nodes().get(node.inputs().getFirst()).name());
    Flow.Subscriber<NumberedEvent> subscriber =
        ((ConsumerRef<NumberedEvent, ?>) ref).asSubscriber(Demand.max(node.demand()).min(node.least()));
    // a bridge hands its events to another one in runs
    producer.subscribe(node.index() % 2 == 0 ? subscriber : new Serial(subscriber, world));
    world.mark("bridged");
  }

  private <S extends Stage.Behaviour> ProducerConsumerSpec<NumberedEvent, NumberedEvent, S> subscribed(
      ProducerConsumerSpec<NumberedEvent, NumberedEvent, S> spec, Plan.Node node) {
    ProducerConsumerSpec<NumberedEvent, NumberedEvent, S> all = spec;
    for (int input : node.ownInputs()) all = all.subscribeTo(subscription(node, input));
    return all;
  }

  @SuppressWarnings("unchecked")
  private SubscriptionSpec<NumberedEvent> subscription(Plan.Node node, int input) {
    var producer = (ProducerRef<NumberedEvent, ?>) world.refs.get(plan.nodes().get(input).name());
    SubscriptionSpec<NumberedEvent> spec =
        SubscriptionSpec.to(producer).withDemand(Demand.max(node.demand()).min(node.least()));
    if (plan.nodes().get(input).dispatch() == Plan.Dispatching.PARTITION) spec = spec.withPartition(node.index() % 2);
    return spec.withCancelPolicy(CancelPolicy.TRANSIENT);
  }

  private static <S extends Stage.Behaviour> ProducerSpec<NumberedEvent, S> dispatching(
      ProducerSpec<NumberedEvent, S> spec,
      Plan.Node node) {
    return spec.withDispatcher(dispatch(node));
  }

  private static Dispatcher<NumberedEvent> dispatch(Plan.Node node) {
    return switch (node.dispatch()) {
      case DEMAND -> Dispatcher.demand();
      case BROADCAST -> Dispatcher.broadcast();
      case PARTITION -> Dispatcher.partition(2, NumberedEvent::number);
    };
  }

  private void feed(ProducerRef<NumberedEvent, Models.Handed> handed, Plan.Node node) {
    try {
      for (int i = 0; i < node.events(); i++) {
        handed.emit(new NumberedEvent(node.index(), i));
        world.accepted.merge(node.index(), 1, Integer::sum);
      }
      handed.stop();
    } catch (StageEndedException ended) {
      world.mark("handed in too late");
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts the feeder", e);
    }
  }
}
