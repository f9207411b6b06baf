package stage.runtime.engine;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import stage.api.StageRef;
import stage.api.SubscriptionSnapshot;
import stage.runtime.time.Machine;

/** Lets the simulation look at what a cell holds. */
public final class Peek {
  private static final Field STATES = field(Turns.class, "states");
  private static final Field BY_NAME = field(States.class, "byName");
  private static final Field COMMITTED = committedField();

  private Peek() {}

  private static Field committedField() {
    for (Class<?> each : States.class.getDeclaredClasses()) if (each.getSimpleName().equals("Value")) return field(each, "committed");
    throw new IllegalStateException("States has no Value any more");
  }

  private static Field field(Class<?> type, String name) {
    try {
      Field field = type.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@return the cell that a machine is; null if it is something else} */
  public static Cell<?> cell(Machine machine) {
    return machine instanceof Cell<?> cell ? cell : null;
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
      return producer.producerHalf().dispatch() instanceof stage.api.Dispatch.Broadcast<?>;
    }
  }

  /** {@return the lanes of a cell that have not been given up} */
  public static List<Ledger> lanes(Cell<?> cell) {
    List<Ledger> all = new ArrayList<>();
    if (cell.producerHalf() != null) {
      for (Lane<?> lane : cell.producerHalf().lanes()) all.add(new Ledger(lane, lane.producer(), lane.consumer()));
    }
    if (cell.consumerHalf() != null) {
      for (LaneInlet<?> inlet : cell.consumerHalf().inlets()) all.add(new Ledger(inlet.lane(), inlet.lane().producer(), inlet.lane().consumer()));
    }
    return all;
  }

  /** {@return the committed value of a state; null if the cell has none of that name now} */
  @SuppressWarnings("unchecked")
  public static <T> T committed(Cell<?> cell, String name) {
    try {
      var states = (States) STATES.get(cell.turns());
      if (states == null) return null;
      Object kept = ((Map<String, ?>) BY_NAME.get(states)).get(name);
      return kept == null ? null : (T) COMMITTED.get(kept);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@return which life it lives} */
  public static int incarnation(Cell<?> cell) {
    return cell.turns().incarnation();
  }

  /** {@return whether it is the cell's own thread that runs} */
  public static boolean isCurrent(Cell<?> cell) {
    return cell.carrier().isCurrent();
  }

  /** {@return what the agenda of a cell says} */
  public static String phase(Cell<?> cell) {
    return cell.life().phase().getClass().getSimpleName();
  }
}
