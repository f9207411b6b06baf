package stage.api.pipeline;

import java.time.Duration;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/**
 * How elements are put into windows.
 *
 * @param shape what the windows are like
 * @param offset by how much windows of a fixed size are moved from the epoch
 * @param lateness how long after its end a window still takes elements; its one result waits as long
 * @since 0.1
 */
public record Windows(Shape shape, Duration offset, Duration lateness) {
  /**
   * Checks the times.
   *
   * @throws IllegalArgumentException if {@code lateness} is negative
   */
  public Windows {
    Arguments.notNull("shape", shape);
    Arguments.notNull("offset", offset, "; the default is Duration.ZERO");
    Arguments.notNull("lateness", lateness, "; the default is Duration.ZERO");
    Arguments.notNegative("lateness", lateness);
  }

  /** What windows are like. */
  public sealed interface Shape {
    /**
     * One behind the other.
     *
     * @param size how long each is
     */
    record Tumbling(Duration size) implements Shape {}

    /**
     * Of one size, a new one every so often.
     *
     * @param size how long each is
     * @param every from the start of one to the start of the next
     */
    record Sliding(Duration size, Duration every) implements Shape {}

    /**
     * As long as elements come.
     *
     * @param gap from an element to the end of its session
     */
    record Sessions(Duration gap) implements Shape {}

    /**
     * Days, weeks, months … as the calendar of a zone has them.
     *
     * @param unit the unit
     * @param zone the zone
     */
    record Calendar(ChronoUnit unit, ZoneId zone) implements Shape {}

    /**
     * So many elements, whatever their time.
     *
     * @param size how many
     */
    record Count(int size) implements Shape {}

    /**
     * One behind the other, by the clock of the machine.
     *
     * @param size how long each is
     */
    record ByClock(Duration size) implements Shape {}
  }

  private static Windows of(Shape shape) {
    return new Windows(shape, Duration.ZERO, Duration.ZERO);
  }

  /**
   * {@return windows of one size, one behind the other, aligned to the epoch}
   *
   * @param size above zero
   * @throws IllegalArgumentException if {@code size} is not above zero
   */
  public static Windows tumbling(Duration size) {
    return of(new Shape.Tumbling(Arguments.positive("size", size)));
  }

  /**
   * {@return windows of one size, a new one every so often} Where {@code every} is longer than {@code size}, elements
   * between two windows are in none, and are counted as filtered.
   *
   * @param size above zero
   * @param every above zero
   * @throws IllegalArgumentException if one is not above zero
   */
  public static Windows sliding(Duration size, Duration every) {
    return of(new Shape.Sliding(Arguments.positive("size", size), Arguments.positive("every", every)));
  }

  /**
   * {@return windows that last as long as elements come: two elements of a key belong together if less than a gap
   * lies between them, or between each of some that lie between them}
   *
   * @param gap above zero
   * @throws IllegalArgumentException if {@code gap} is not above zero
   */
  public static Windows sessions(Duration gap) {
    return of(new Shape.Sessions(Arguments.positive("gap", gap)));
  }

  /**
   * {@return windows as the calendar of a zone has them} A day that is 23 or 25 hours long there is so here.
   *
   * @param unit hours, days, weeks (from Monday), months or years
   * @param zone whose calendar
   * @throws IllegalArgumentException if {@code unit} is another one
   */
  public static Windows calendar(ChronoUnit unit, ZoneId zone) {
    Arguments.notNull("unit", unit);
    Arguments.notNull("zone", zone);
    return switch (unit) {
      case HOURS, DAYS, WEEKS, MONTHS, YEARS -> of(new Shape.Calendar(unit, zone));
      default -> throw Arguments.refused(
          "unit must be HOURS, DAYS, WEEKS, MONTHS or YEARS, but was " + unit.name()
              + "; use Windows.tumbling for other sizes");
    };
  }

  /**
   * {@return windows of a fixed number of elements of a key, in arrival order} The last one may have fewer;
   * there is no empty one.
   *
   * @param n at least 1
   * @throws IllegalArgumentException if {@code n} is below 1
   */
  public static Windows count(int n) {
    return of(new Shape.Count(Arguments.atLeastOne("n", n)));
  }

  /**
   * {@return windows of one size by the clock of the machine: no event time is needed, and results depend on when
   * elements come}
   *
   * @param size above zero
   * @throws IllegalArgumentException if {@code size} is not above zero
   */
  public static Windows byClock(Duration size) {
    return of(new Shape.ByClock(Arguments.positive("size", size)));
  }

  /**
   * {@return a copy whose windows begin at another time}
   *
   * @param offset added to each start: six hours for days that begin at six
   * @throws IllegalArgumentException if these windows are not tumbling, sliding or by the clock
   */
  public Windows offset(Duration offset) {
    boolean moves = shape instanceof Shape.Tumbling || shape instanceof Shape.Sliding || shape instanceof Shape.ByClock;
    if (!moves) {
      throw Arguments.refused(
          "offset is for tumbling and sliding windows and those by the clock, but these are " + shape);
    }
    return new Windows(shape, offset, lateness);
  }

  /**
   * {@return a copy whose windows take elements for some time after their end}
   *
   * @param allowed not negative
   * @throws IllegalArgumentException if {@code allowed} is negative, or these windows are by count or by the clock,
   * where nothing is late
   */
  public Windows lateness(Duration allowed) {
    if (!needsEventTime()) {
      throw Arguments.refused("lateness is for windows of event time, but these are " + shape);
    }
    return new Windows(shape, offset, allowed);
  }

  /** {@return whether elements need a time to be put into these windows} */
  public boolean needsEventTime() {
    return !(shape instanceof Shape.Count || shape instanceof Shape.ByClock);
  }
}
