package stage.runtime.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import stage.api.Inlet;
import stage.api.StageRef;
import stage.api.SubscriptionSnapshot;
import stage.runtime.bridge.Transactional;
import stage.runtime.lane.Ending;
import stage.runtime.lane.Lane;
import stage.runtime.lane.Progress;
import stage.runtime.mailbox.Signals;
import stage.runtime.time.StepMachine;

/** Lets the simulation look at what a cell holds. */
public final class Peek {
  private static final VarHandle STATES = field(StageMemory.class, "states", States.class);
  private static final VarHandle BY_NAME = field(States.class, "byName", Map.class);
  private static final VarHandle COMMITTED = committedField();
  private static final VarHandle TAIL = field(Lane.class, "tail", long.class);
  private static final VarHandle REQUESTED = field(Lane.class, "requested", long.class);
  private static final VarHandle SETTLED = field(Lane.class, "settled", long.class);

  private static final VarHandle PROGRESS = field(LaneInlet.class, "progress", InletProgress.class);
  private static final VarHandle APPLIED = field(InletProgress.class, "applied", Progress.class);
  private static final VarHandle IN_HAND = field(LaneInlet.class, "inHand", int.class);
  private static final VarHandle LEFT = field(LaneInlet.class, "left", int.class);

  private Peek() {}

  private static VarHandle committedField() {
    for (Class<?> each : States.class.getDeclaredClasses())
      if (each.getSimpleName().equals("Value")) return field(each, "committed", Object.class);
    throw new IllegalStateException("States has no Value any more");
  }

  private static VarHandle field(Class<?> owner, String name, Class<?> type) {
    try {
      return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).findVarHandle(owner, name, type);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@return the cell that a machine is; null if it is something else} */
  public static Cell<?> cell(StepMachine machine) {
    return machine instanceof CellSteps steps ? steps.cell() : null;
  }

  /** {@return the cell behind a handle} */
  public static Cell<?> cell(StageRef<?> ref) {
    return ((CellRef<?>) ref).cell();
  }

  /** A lane, as a ledger that can be read again. */
  public record Ledger(Object lane, Cell<?> producer, Cell<?> consumer) {
    public SubscriptionSnapshot read() {
      return ((Lane<?>) lane).snapshot();
    }

    public boolean isBroadcast() {
      return producer.producerHalf().dispatch() instanceof stage.api.Dispatcher.Broadcast<?>;
    }
  }

  /** Looks at the ledgers of one cell, after each of its steps: at those that have changed since. */
  public static final class Watch {
    private final Cell<?> cell;
    private final Set<Ledger> all;
    private final Consumer<SubscriptionSnapshot> check;
    private Lane<?>[] outputs;       // replaced, never changed, so that a look at the array tells whether there is news
    private LaneInlet<?>[] inputs;   // the same
    private List<Seen> seen = List.of();
    private long handled;
    private long sent;

    /**
     * @param cell which
     * @param all gets all ledgers that it ever has
     * @param check throws if one does not add up
     */
    public Watch(Cell<?> cell, Set<Ledger> all, Consumer<SubscriptionSnapshot> check) {
      this.cell = cell;
      this.all = all;
      this.check = check;
    }

    public Cell<?> cell() {
      return cell;
    }

    public void look() {
      Lane<?>[] outputsNow = cell.producerHalf() == null ? null : cell.producerHalf().lanes();
      LaneInlet<?>[] inputsNow = cell.consumerHalf() == null ? null : cell.consumerHalf().inlets();
      boolean isNews = outputsNow != outputs || inputsNow != inputs;
      // also at those that have just been given up: it is the last time
      for (int i = 0; i < seen.size(); i++) look(seen.get(i));
      if (!isNews) return;
      outputs = outputsNow;
      inputs = inputsNow;
      List<Ledger> now = lanes(cell);
      all.addAll(now);
      seen = now.stream().map(this::seen).toList();
      for (int i = 0; i < seen.size(); i++) look(seen.get(i));
    }

    private Seen seen(Ledger ledger) {
      for (Seen each : seen) if (each.ledger.lane == ledger.lane) return each;
      return new Seen(ledger);
    }

    private void look(Seen each) {
      if (!each.hasChanged()) return;
      SubscriptionSnapshot now = each.ledger.read();
      check.accept(now);
      if (each.ledger.consumer == cell) {
        handled += now.handled() - each.counted;
        each.counted = now.handled();
      } else {
        long kept = now.sent() - now.returned();
        sent += kept - each.counted;
        each.counted = kept;
      }
    }

    /** {@return how many events the cell has handled, on all subscriptions that it ever had} */
    public long handled() {
      return handled;
    }

    /** {@return how many events it has sent that were not given back, on all of them} */
    public long sent() {
      return sent;
    }
  }

  /** What a ledger said last. */
  private static final class Seen {
    private final Ledger ledger;
    private long tail = -1;
    private long requested;
    private long settled;
    private long counted;            // of what it is asked for: handled, or sent and not given back

    Seen(Ledger ledger) {
      this.ledger = ledger;
    }

    boolean hasChanged() {
      var lane = (Lane<?>) ledger.lane;
      long tailNow = (long) TAIL.get(lane);
      long requestedNow = (long) REQUESTED.get(lane);
      long settledNow = (long) SETTLED.get(lane);
      boolean changed = tailNow != tail || requestedNow != requested || settledNow != settled;
      tail = tailNow;
      requested = requestedNow;
      settled = settledNow;
      return changed;
    }
  }

  /** {@return the lanes of a cell that have not been given up} */
  public static List<Ledger> lanes(Cell<?> cell) {
    List<Ledger> all = new ArrayList<>();
    if (cell.producerHalf() != null) {
      for (Lane<?> lane : cell.producerHalf().lanes())
        all.add(new Ledger(lane, Cell.at(lane.producer()), Cell.at(lane.consumer())));
    }
    if (cell.consumerHalf() != null) {
      for (LaneInlet<?> inlet : cell.consumerHalf().inlets())
        all.add(new Ledger(inlet.lane(), Cell.at(inlet.lane().producer()), Cell.at(inlet.lane().consumer())));
    }
    return all;
  }

  /** {@return the committed value of a state; null if the cell has none of that name now} */
  @SuppressWarnings("unchecked")
  public static <T> T committed(Cell<?> cell, String name) {
    var states = (States) STATES.get(cell.incarnations().memory());
    if (states == null) return null;
    Object kept = ((Map<String, ?>) BY_NAME.get(states)).get(name);
    return kept == null ? null : (T) COMMITTED.get(kept);
  }

  /** {@return the state of an operator; null if the cell has none of that name now} */
  public static Transactional operated(Cell<?> cell, String name) {
    var states = (States) STATES.get(cell.incarnations().memory());
    if (states == null) return null;
    boolean isThere = ((Map<?, ?>) BY_NAME.get(states)).containsKey(name);
    return isThere ? states.transactional(name, () -> null) : null;
  }

  /** {@return the watermarks that a cell was told of in good turns, by number of the subscription} */
  public static Map<Long, Long> applied(Cell<?> cell) {
    Map<Long, Long> all = new HashMap<>();
    for (LaneInlet<?> inlet : cell.consumerHalf().inlets()) {
      var known = (InletProgress) PROGRESS.get(inlet);
      var progress = known == null ? null : (Progress) APPLIED.get(known);
      if (progress != null) all.put(inlet.id(), progress.watermark());
    }
    return all;
  }

  /** {@return how many events of a subscription have met their fate, or will with the batch in hand} */
  public static long handledWithBatch(Inlet<?> inlet) {
    var of = (LaneInlet<?>) inlet;
    return of.lane().settled() + (int) IN_HAND.get(of) - (int) LEFT.get(of);
  }

  /** {@return which life it lives} */
  public static int incarnation(Cell<?> cell) {
    return cell.incarnations().incarnation();
  }

  /** {@return whether it is the cell's own thread that runs} */
  public static boolean isCurrent(Cell<?> cell) {
    return cell.driver().isCurrent();
  }

  /** The {@link #phase} of a cell that waits for others to have stopped. */
  public static final int HELD = 3;

  /** {@return whether a cell was told to handle what is in flight and to end then} */
  public static boolean isDrained(Cell<?> cell) {
    return cell.signals().has(Signals.DRAINED);
  }

  /** {@return whether a cell was told to stop and wait for others, and has not done so} */
  public static boolean shouldBeHeld(Cell<?> cell) {
    return cell.signals().has(Signals.HELD);
  }

  /** {@return how many events a cell has handled, of the subscriptions that it has} */
  public static long handled(Cell<?> cell) {
    long handled = 0;
    for (Ledger ledger : lanes(cell)) if (ledger.consumer() == cell) handled += ledger.read().handled();
    return handled;
  }

  /** {@return how many events a cell has emitted; 0 if it emits none} */
  public static long emitted(Cell<?> cell) {
    return cell.producerHalf() == null ? 0 : cell.producerHalf().counts().emitted();
  }

  /** {@return how many of them wait for somebody to want them} */
  public static long waiting(Cell<?> cell) {
    return cell.producerHalf().counts().waiting();
  }

  /** {@return how many of them nobody is to get any more} */
  public static long lost(Cell<?> cell) {
    ProducerHalf<?> half = cell.producerHalf();
    return half.counts().returned() + half.counts().skipped() + half.counts().dropped();
  }

  /** {@return whether one of its lanes holds as much as was asked for at most} */
  public static boolean isFull(Cell<?> cell) {
    for (Ledger ledger : lanes(cell)) {
      SubscriptionSnapshot now = ledger.read();
      if (ledger.consumer() == cell && now.inFlight() >= now.demand().max()) return true;
    }
    return false;
  }

  /** {@return whether it is a producer whom nobody asks for anything} */
  public static boolean isWithoutDemand(Cell<?> cell) {
    return cell.producerHalf() != null && cell.producerHalf().demand() == 0;
  }

  /**
   * {@return whether a consumer begins another life, although it is to end with its subscriptions, and none of them has
   * anything for it} In words of its own, not the engine's.
   */
  public static boolean isStartedInVain(StepMachine machine) {
    Cell<?> cell = cell(machine);
    if (cell == null || !cell.signals().has(Signals.DRAINED) || !(cell.lifecycle().phase() instanceof Phase.Starting)
        || incarnation(cell) == 0)
      return false;
    if (cell.lifecycle().hasInputEnded()) return false;   // it must be told that all is complete
    boolean hasTakers = cell.producerHalf() != null && cell.producerHalf().lanes().length > 0;
    if (cell.incarnations().memory().hasMore() && hasTakers) return false;   // it has output left
    for (LaneInlet<?> inlet : cell.consumerHalf().inlets()) {
      Lane<?> lane = inlet.lane();
      boolean hasEnded = lane.ending() != null;
      if (lane.available() > 0 || lane.ending() instanceof Ending.Completed
          || !hasEnded && cell.owner().supervision().endsWith(Cell.at(lane.producer()).owner().supervision()))
        return false;
    }
    return true;
  }

  /** {@return whether a cell is between two incarnations, or two steps of its end} */
  public static boolean isBetween(Cell<?> cell) {
    Phase phase = cell.lifecycle().phase();
    return !(phase instanceof Phase.Running || phase instanceof Phase.Ended);
  }

  /** {@return where a cell stands, as a number} */
  public static int phase(Cell<?> cell) {
    return switch (cell.lifecycle().phase()) {
      case Phase.Starting starting -> 0;
      case Phase.Running running -> 1;
      case Phase.BackingOff backingOff -> 2;
      case Phase.Held held -> HELD;
      case Phase.Draining draining -> 4;
      case Phase.Ended ended -> 5;
    };
  }
}
