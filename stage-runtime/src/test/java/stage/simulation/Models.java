package stage.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.runtime.bridge.OnProgress;
import stage.runtime.engine.Peek;
import stage.runtime.lane.Progress;

/** The stages of a simulation: each does the least that can be followed, and comes to harm on the way. */
final class Models {
  /** The index of those who join while others run. */
  static final int LATECOMER = 100;

  private Models() {}

  static final class Source implements Stage.Producer<NumberedEvent> {
    private final World world;
    private final Plan.Node node;
    private StageContext context;
    private State<Integer> next;

    Source(World world, Plan.Node node) {
      this.world = world;
      this.node = node;
    }

    @Override
    public void onStart(StageContext context) {
      this.context = context;
      next = context.state("next", 0);
    }

    @Override
    public void onDemand(long demand, Outlet<NumberedEvent> out) throws InterruptedException {
      if (demand < 1) world.problem = node.name() + " was asked for " + demand + " events";
      if (world.plan.slow() && !world.isHealed && world.choices.next(3) == 1) {
        context.after(Duration.ofMillis(1 + world.choices.next(4000)), context::wakeUp);
        return;
      }
      long count = Math.min(demand, 1 + world.choices.next(8));
      // what is too much waits in the backlog
      if (world.plan.exceeds() && world.choices.next(4) == 1) count = demand + world.choices.next(5);
      world.within(node, "onDemand");
      for (long i = 0; i < count && next.value() < node.events(); i++) {
        out.emit(new NumberedEvent(node.index(), next.value()));
        next.set(next.value() + 1);
        world.within(node, "onDemand");
      }
      if (next.value() == node.events()) out.complete();
      else if (count < demand) context.wakeUp();
    }
  }

  static final class Generator implements Stage.Generator<NumberedEvent> {
    private final World world;
    private final Plan.Node node;
    private StageContext context;

    Generator(World world, Plan.Node node) {
      this.world = world;
      this.node = node;
    }

    @Override
    public void onStart(StageContext context) {
      this.context = context;
    }

    @Override
    public void generate(Outlet<NumberedEvent> out) throws InterruptedException {
      world.within(node, "generate");
      for (int i = (int) context.eventsEmitted(); i < node.events(); i++) {
        out.emit(new NumberedEvent(node.index(), i));
        world.within(node, "generate");
      }
    }
  }

  /** Its events come from outside. */
  static final class Handed implements Stage.Producer<NumberedEvent> {
    @Override
    public void onDemand(long demand, Outlet<NumberedEvent> out) {
      // it has none of its own
    }
  }

  /** A publisher that goes on where it was, whoever subscribes. It answers at once, and may fail. */
  static final class Published implements Flow.Publisher<NumberedEvent> {
    private final World world;
    private final Plan.Node node;
    private int next;

    Published(World world, Plan.Node node) {
      this.world = world;
      this.node = node;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super NumberedEvent> subscriber) {
      subscriber.onSubscribe(new Flow.Subscription() {
        private boolean isOver;

        @Override
        public void request(long events) {
          try {
            for (long i = 0; i < events && !isOver && next < node.events(); i++) {
              world.within(node, "request");
              if (next == node.events()) return;   // someone else has sent the rest meanwhile
              subscriber.onNext(new NumberedEvent(node.index(), next++));
            }
            if (isOver || next < node.events()) return;
            isOver = true;
            subscriber.onComplete();
          } catch (World.Injected failure) {
            isOver = true;
            subscriber.onError(failure);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        }

        @Override
        public void cancel() {
          isOver = true;
        }
      });
    }
  }

  static Stage.ProducerConsumer<NumberedEvent, NumberedEvent> middle(World world, Plan.Node node) {
    return node.operates() ? new Operating(world, node) : new Middle(world, node);
  }

  private static final class Middle implements Stage.ProducerConsumer<NumberedEvent, NumberedEvent> {
    private final World world;
    private final Plan.Node node;

    Middle(World world, Plan.Node node) {
      this.world = world;
      this.node = node;
    }

    @Override
    public void onEvents(List<NumberedEvent> events, Inlet<NumberedEvent> from, Outlet<NumberedEvent> out)
        throws InterruptedException {
      world.within(node, "onEvents");
      int uncommitted = 0;
      for (NumberedEvent event : events) {
        poison(world, node, event);
        out.emit(event);
        uncommitted++;
        world.within(node, "onEvents");
        if (node.commits() && uncommitted < events.size() && world.choices.next(3) == 1) {
          from.commit(uncommitted);
          uncommitted = 0;
        }
      }
    }
  }

  static final class Sink implements Stage.Consumer<NumberedEvent>, OnProgress {
    private final World world;
    private final Plan.Node node;
    private State<Log> log;
    private State<Map<Long, Long>> told;   // of the progress of which subscription

    Sink(World world, Plan.Node node) {
      this.world = world;
      this.node = node;
    }

    @Override
    public void onStart(StageContext context) throws InterruptedException {
      if (node.index() == LATECOMER) world.hangAtStart(node);
      log = context.state("log", Log.empty());
      told = context.state("told", Map.of());
    }

    /** Whoever vouches for something here does so for all that it has emitted so far. */
    @Override
    public void onProgress(Inlet<?> from, Progress progress, Outlet<?> out) throws InterruptedException {
      world.mark("told of progress");
      if (world.isOnlyConsumer(node, from.producer()) && Peek.handledWithBatch(from) < progress.watermark()) {
        world.problem = node.name() + " was told that " + progress.watermark()
            + " events were emitted, and has been given " + Peek.handledWithBatch(from);
      }
      if (told.value().getOrDefault(from.id(), 0L) > progress.watermark())
        world.problem = node.name() + " was told of progress that falls";
      world.within(node, "onProgress");
      Map<Long, Long> all = new HashMap<>(told.value());
      all.put(from.id(), progress.watermark());
      told.set(Map.copyOf(all));
      world.within(node, "onProgress");
    }

    @Override
    public void onEvents(List<NumberedEvent> events, Inlet<NumberedEvent> from) throws InterruptedException {
      world.within(node, "onEvents");
      int uncommitted = 0;   // counted, for an event that came by two ways is there twice
      for (NumberedEvent event : events) {
        poison(world, node, event);
        log.set(log.value().with(event));
        uncommitted++;
        world.within(node, "onEvents");
        if (node.commits() && world.choices.next(5) == 1 && from.outstanding() > 0 && event != events.getLast()) {
          from.commit(uncommitted);
          uncommitted = 0;
        }
      }
    }
  }

  static NumberedEvent task(World world, Plan.Node node, NumberedEvent event) throws InterruptedException {
    poison(world, node, event);
    world.within(node, "a task");
    world.worked.merge(node.index(), 1, Integer::sum);
    return event;
  }

  static void log(World world, String path, NumberedEvent event) {
    world.taskLogs.computeIfAbsent(path, unknown -> new ArrayList<>()).add(event);
  }

  private static void poison(World world, Plan.Node node, NumberedEvent event) {
    boolean isPoisoned = world.plan.faults().poison() && event.isPoison() && node.index() % 2 == 0;
    if (isPoisoned && world.plan.intensity() == 1000) {
      world.poisonings.merge(node.name() + " " + event, 1, Integer::sum);
      throw new World.Injected("poison " + event);
    }
  }
}
