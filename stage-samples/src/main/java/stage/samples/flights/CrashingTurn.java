package stage.samples.flights;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import java.util.SplittableRandom;
import java.util.function.Function;
import stage.api.Outlet;

/** One turn of a stage that may be planned to crash: at one of the places where it is asked to, once. */
final class CrashingTurn {
  /** A turn without a crash. */
  static final CrashingTurn GOOD = new CrashingTurn(null, null, null);

  /** A block has a thousand rows: some crashes come after the first of them, some after hundreds. */
  private static final int MOST_BITS_OF_EMITS = 10;

  private final CrashPlan.Moment moment;   // null in a good turn
  private final SplittableRandom random;
  private final Function<CrashPlan.Moment, PlannedCrash> crash;
  private boolean over;                    // whether it has crashed

  CrashingTurn(CrashPlan.Moment moment, SplittableRandom random, Function<CrashPlan.Moment, PlannedCrash> crash) {
    this.moment = moment;
    this.random = random;
    this.crash = crash;
  }

  /** Before user code is called. */
  void before() {
    if (moment == CrashPlan.Moment.BEFORE) crash(CrashPlan.Moment.BEFORE);
  }

  /** {@return the batch for user code} It may have an event that cannot be reached. */
  <E> List<E> within(List<E> events) {
    if (moment != CrashPlan.Moment.WITHIN) return events;
    return new CrashingBatch<>(this, events, random.nextInt(events.size()));
  }

  /** {@return the outlet for user code that emits one event} It may crash before or after that. */
  <O> Outlet<O> withinOne(Outlet<O> out) {
    return moment == CrashPlan.Moment.WITHIN ? new CrashingOutlet<>(this, out, 0, random.nextBoolean()) : out;
  }

  /** {@return the outlet for user code that emits any number of events} It may crash before or after one of them. */
  <O> Outlet<O> within(Outlet<O> out) {
    if (moment != CrashPlan.Moment.WITHIN) return out;
    int emits = random.nextInt(1 << random.nextInt(MOST_BITS_OF_EMITS + 1));
    return new CrashingOutlet<>(this, out, emits, random.nextBoolean());
  }

  /**
   * After user code has returned. A crash that was to come within it and did not, because it never got there, comes
   * now.
   */
  void after() {
    if (moment != null && !over) crash(CrashPlan.Moment.AFTER);
  }

  private void crash(CrashPlan.Moment moment) {
    over = true;
    throw crash.apply(moment);
  }

  /** A batch with an event that cannot be reached. */
  private static final class CrashingBatch<E> extends AbstractList<E> implements RandomAccess {
    private final CrashingTurn turn;
    private final List<E> events;
    private final int unreachable;

    CrashingBatch(CrashingTurn turn, List<E> events, int unreachable) {
      this.turn = turn;
      this.events = events;
      this.unreachable = unreachable;
    }

    @Override
    public E get(int index) {
      if (index == unreachable && !turn.over) turn.crash(CrashPlan.Moment.WITHIN);
      return events.get(index);
    }

    @Override
    public int size() {
      return events.size();
    }
  }

  /** An outlet that crashes after some events. */
  private static final class CrashingOutlet<O> implements Outlet<O> {
    private final CrashingTurn turn;
    private final Outlet<O> out;
    private final boolean emitsBefore;   // whether the event that it crashes at is emitted
    private int left;

    CrashingOutlet(CrashingTurn turn, Outlet<O> out, int left, boolean emitsBefore) {
      this.turn = turn;
      this.out = out;
      this.left = left;
      this.emitsBefore = emitsBefore;
    }

    @Override
    public void emit(O event) {
      boolean crashes = left-- == 0 && !turn.over;
      if (!crashes || emitsBefore) out.emit(event);
      if (crashes) turn.crash(CrashPlan.Moment.WITHIN);
    }

    @Override
    public long demand() {
      return out.demand();
    }

    @Override
    public void complete() {
      out.complete();
    }
  }
}
