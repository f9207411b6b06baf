package stage.runtime.pipeline.operator;

import java.time.Duration;
import java.time.Instant;
import stage.api.pipeline.EventTime;

/**
 * Gives each element its stamp: its time, and the watermark before it, which is the latest time so far less what may be
 * out of order. A run that begins with this vouches for its watermark.
 */
public final class Stamping implements SingleInput<Object, Object> {
  /**
   * A time this far behind the latest so far is a mistake, such as a wrong unit or a placeholder; it would close every
   * window.
   */
  static final Duration LONGEST_JUMP = Duration.ofDays(36_525);

  private static final long LONGEST_JUMP_NANOS = LONGEST_JUMP.toNanos();
  private static final long FIRST_SECOND = Instant.parse("1678-01-01T00:00:00Z").getEpochSecond();
  private static final long LAST_SECOND = Instant.parse("2262-01-01T00:00:00Z").getEpochSecond();
  private static final long NANOS = 1_000_000_000L;

  private final EventTime<Object> how;
  private final long boundNanos;
  private final KeptLong latest;

  /**
   * Makes one.
   *
   * @param how what the time is, and how far it may be out of order
   */
  public Stamping(EventTime<Object> how) {
    this(how, new KeptLong(Times.NEVER));
  }

  private Stamping(EventTime<Object> how, KeptLong latest) {
    this.how = how;
    this.boundNanos = Operators.nanos(how.bound());
    this.latest = latest;
  }

  /** {@return the watermark: no element in order has an earlier time} */
  public long watermark() {
    return Times.minus(latest.get(), boundNanos);
  }

  @Override
  public boolean accept(Object key, Object value, long t, long w, Output<? super Object> out) throws Exception {
    long stamp = stamp(how.time().apply(value), latest.get());
    long before = watermark();
    if (stamp > latest.get()) latest.set(stamp);
    out.emit(value, key, stamp, before);
    return true;
  }

  /**
   * {@return the time as a stamp}
   *
   * @param time what the user's function has made of the element
   * @param last the latest stamp before it; {@link Times#NEVER} if it is the first
   * @throws NullPointerException if it is null
   * @throws IllegalArgumentException if it is absurd
   */
  public static long stamp(Instant time, long last) {
    if (time == null) {
      throw new NullPointerException("the event time must not be null, but the function of eventTime returned null");
    }
    long seconds = time.getEpochSecond();
    if (seconds < FIRST_SECOND || seconds >= LAST_SECOND) {
      throw new IllegalArgumentException("the event time " + time
          + " is out of range: it must lie between the years 1678 and 2261;"
          + " taken as it is, it would close every window");
    }
    long stamp = seconds * NANOS + time.getNano();   // fits, between those years
    if (last != Times.NEVER && stamp > Times.plus(last, LONGEST_JUMP_NANOS)) {
      throw new IllegalArgumentException("the event time " + time
          + " is more than 100 years after the latest before it, " + Times.instant(last)
          + "; taken as it is, it would close every window");
    }
    return stamp;
  }

  /** {@return the latest time so far; {@link Times#NEVER} if there is none} */
  public long latest() {
    return latest.get();
  }

  /** {@return how far the watermark is behind the latest time, in nanoseconds} */
  public long boundNanos() {
    return boundNanos;
  }

  /**
   * Takes over what a loop of its own has found.
   *
   * @param before the latest time when the element in hand began, which an undo goes back to
   * @param latest the latest time by now
   */
  public void reached(long before, long latest) {
    this.latest.set(before);
    this.latest.mark();
    this.latest.set(latest);
  }

  @Override
  public long vouchesFor(long c) {
    return watermark();
  }

  @Override
  public void mark() {
    latest.mark();
  }

  @Override
  public void undo() {
    latest.undo();
  }

  @Override
  public void commit() {
    latest.commit();
  }

  @Override
  public void rollback() {
    latest.rollback();
  }

  @Override
  public Stamping successor() {
    return new Stamping(how, latest.successor());
  }
}
