package stage.simulation;

import java.util.ArrayList;
import java.util.List;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.runtime.bridge.BoundedInlet;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.BulkOutlet;
import stage.runtime.bridge.Transactional;
import stage.runtime.lane.Progress;

/**
 * Passes events on as operators of the runtime do: it holds some back, in a state of its own, and emits them in bursts
 * or over several turns; it gives up on single events, leaves some in their lane, takes back what it has emitted, and
 * vouches for what it has emitted so far.
 */
final class Operating implements Stage.ProducerConsumer<NumberedEvent, NumberedEvent> {
  /** So many events it holds back until all input has come. */
  private static final int HELD_TO_THE_END = 6;

  /**
   * What it holds.
   *
   * @param events not emitted yet
   * @param taken how many it has ever held
   * @param completed whether it was told that all input has come
   */
  record Content(List<NumberedEvent> events, int taken, boolean completed) {
    int emitted() {
      return taken - events.size();
    }
  }

  /** The state of an operator: what a turn has changed is apart from what was committed. */
  static final class Held implements Transactional {
    private final Content[] committed;   // written to by commit only
    private Content now;

    Held(Content[] committed) {
      this.committed = committed;
      this.now = committed[0];
    }

    Content committed() {
      return committed[0];
    }

    @Override
    public void commit() {
      committed[0] = now;
    }

    @Override
    public void rollback() {
      now = committed[0];
    }

    @Override
    public Transactional committedOnly() {
      return new Held(committed);
    }
  }

  private final World world;
  private final Plan.Node node;
  private final boolean isBursting;   // or emits over several turns
  private String path;
  private Held held;

  Operating(World world, Plan.Node node) {
    this.world = world;
    this.node = node;
    this.isBursting = node.demand() % 2 == 0;
  }

  @Override
  public void onStart(StageContext context) {
    path = context.path();
    held = BridgeContext.of(context).transactional("held",
        () -> new Held(new Content[]{new Content(List.of(), 0, false)}));
  }

  @Override
  public void onEvents(List<NumberedEvent> events, Inlet<NumberedEvent> from, Outlet<NumberedEvent> out)
      throws InterruptedException {
    if (hasMore()) world.problem = node.name() + " was given input while it had output left";
    var inlet = (BoundedInlet<NumberedEvent>) from;
    var bulk = (BulkOutlet<NumberedEvent>) out;
    world.within(node, "onEvents");
    int left = world.choices.next(4) == 1 ? world.choices.next(events.size()) : 0;
    int settled = 0;
    for (int i = 0; i < events.size() - left; i++) {
      NumberedEvent event = events.get(i);
      int mark = bulk.mark();
      bulk.emit(event);
      if (world.plan.faults().poison() && event.isPoison() && node.index() % 2 == 0) {
        world.mark("given up on in its turn");
        inlet.deadLetter(i, event, new World.Injected("poison " + event), world.plan.attempts() + 1, path);
      } else {
        hold(event);
      }
      bulk.truncate(mark);
      world.within(node, "onEvents");
      if (node.commits() && i + 1 < events.size() - left && world.choices.next(3) == 1) {
        inlet.commit(i + 1 - settled);
        settled = i + 1;
      }
    }
    inlet.leave(left);
    if (left > 0) world.mark("left in its lane");
    if (isBursting && (held.now.events.size() >= 5 || world.choices.next(3) == 1)) emit(held.now.events.size(), bulk);
    vouch(bulk);
  }

  private void hold(NumberedEvent event) {
    List<NumberedEvent> all = new ArrayList<>(held.now.events);
    all.add(event);
    held.now = new Content(List.copyOf(all), held.now.taken + 1, held.now.completed);
  }

  private void emit(int count, Outlet<NumberedEvent> out) throws InterruptedException {
    List<NumberedEvent> all = held.now.events;
    for (NumberedEvent event : all.subList(0, count)) {
      out.emit(event);
      world.within(node, "onMore");
    }
    held.now = new Content(List.copyOf(all.subList(count, all.size())), held.now.taken, held.now.completed);
  }

  private void vouch(BulkOutlet<NumberedEvent> out) {
    out.progress(new Progress(held.now.emitted(), false, held.now.completed));
  }

  @Override
  public void onComplete(Outlet<NumberedEvent> out) throws InterruptedException {
    if (held.now.completed) world.problem = node.name() + " was told twice that all input has come";
    held.now = new Content(held.now.events, held.now.taken, true);
    world.within(node, "onComplete");
    if (isBursting) emit(held.now.events.size(), out);
    vouch((BulkOutlet<NumberedEvent>) out);
  }

  @Override
  public boolean hasMore() {
    return !isBursting && held.now.events.size() > (held.now.completed ? 0 : HELD_TO_THE_END);
  }

  @Override
  public void onMore(Outlet<NumberedEvent> out) throws InterruptedException {
    if (!hasMore()) world.problem = node.name() + " had no output left, and was asked for it";
    if (out.demand() == 0) world.problem = node.name() + " was asked for output that nobody wants";
    world.mark(held.now.completed ? "output went on after the end" : "output went on");
    world.within(node, "onMore");
    long count = Math.min(out.demand() + world.choices.next(2), held.now.events.size());
    emit((int) Math.min(count, 1 + world.choices.next(3)), out);
    vouch((BulkOutlet<NumberedEvent>) out);
  }
}
