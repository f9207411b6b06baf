package stage.api.pipeline;

import java.time.Duration;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/**
 * How elements are put into windows. An immutable value. The kinds are those of Flink. Lateness is different: it delays
 * the one final result of a window, where Flink adds another result for each late element.
 *
 * @param shape what the windows are like
 * @param offset by how much windows of a fixed size are moved from the epoch
 * @param lateness how long after its end a window still takes elements; its one result waits as long
 * @since 0.1
 */
public record Windows(Shape shape, Duration offset, Duration lateness) {
  private static final int MOST_OVERLAPPING = 100_000;   // each is kept, or fires, by itself

  /**
   * Checks the times. The methods below also check that the offset and the lateness fit the shape.
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
     * One after the other.
     *
     * @param size how long each is, above zero
     */
    record Tumbling(Duration size) implements Shape {
      /**
       * Checks the size.
       *
       * @throws IllegalArgumentException if {@code size} is not above zero
       */
      public Tumbling {
        Arguments.positive("size", size);
      }
    }

    /**
     * Of one size, a new one every so often.
     *
     * @param size how long each is, above zero
     * @param every from the start of one to the start of the next, above zero
     */
    record Sliding(Duration size, Duration every) implements Shape {
      /**
       * Checks the times.
       *
       * @throws IllegalArgumentException if one is not above zero, or if an element would be in more than
       *     100,000 windows
       */
      public Sliding {
        Arguments.positive("size", size);
        Arguments.positive("every", every);
        Duration least = size.dividedBy(MOST_OVERLAPPING);
        if (every.compareTo(least) < 0) {
          throw Arguments.refused("every must be at least " + least + ", so that an element is in no more than "
              + MOST_OVERLAPPING + " windows of " + size + ", but was " + every);
        }
      }
    }

    /**
     * As long as elements come.
     *
     * @param gap from an element to the end of its session, above zero
     */
    record Sessions(Duration gap) implements Shape {
      /**
       * Checks the gap.
       *
       * @throws IllegalArgumentException if {@code gap} is not above zero
       */
      public Sessions {
        Arguments.positive("gap", gap);
      }
    }

    /**
     * Days, weeks, months … as the calendar of a zone has them.
     *
     * @param unit hours, days, weeks (from Monday), months or years
     * @param zone whose calendar
     */
    record Calendar(ChronoUnit unit, ZoneId zone) implements Shape {
      /**
       * Checks the unit.
       *
       * @throws IllegalArgumentException if {@code unit} is another one
       */
      public Calendar {
        Arguments.notNull("unit", unit);
        Arguments.notNull("zone", zone);
        switch (unit) {
          case HOURS, DAYS, WEEKS, MONTHS, YEARS -> {}
          default -> throw Arguments.refused("unit must be HOURS, DAYS, WEEKS, MONTHS or YEARS, but was " + unit.name()
              + "; use Windows.tumbling for other sizes");
        }
      }
    }

    /**
     * A number of elements, whatever their time.
     *
     * @param size how many, at least 1
     */
    record Count(int size) implements Shape {
      /**
       * Checks the number.
       *
       * @throws IllegalArgumentException if {@code size} is below 1
       */
      public Count {
        Arguments.atLeastOne("n", size);
      }
    }

    /**
     * One after the other, by the clock of the machine.
     *
     * @param size how long each is, above zero
     */
    record ByClock(Duration size) implements Shape {
      /**
       * Checks the size.
       *
       * @throws IllegalArgumentException if {@code size} is not above zero
       */
      public ByClock {
        Arguments.positive("size", size);
      }
    }
  }

  private static Windows of(Shape shape) {
    return new Windows(shape, Duration.ZERO, Duration.ZERO);
  }

  /**
   * {@return windows of one size, one after the other, aligned to the epoch}
   *
   * @param size above zero
   * @throws IllegalArgumentException if {@code size} is not above zero
   */
  public static Windows tumbling(Duration size) {
    return of(new Shape.Tumbling(size));
  }

  /**
   * {@return windows of one size, a new one in every period} If {@code every} is longer than {@code size}, elements
   * between two windows are in none, and are counted as filtered.
   *
   * @param size above zero
   * @param every above zero; an element is in all windows that span its time, which may be 100,000 at most
   * @throws IllegalArgumentException if one is not above zero, or if {@code every} is less than a 100,000th of
   *     {@code size}
   */
  public static Windows sliding(Duration size, Duration every) {
    return of(new Shape.Sliding(size, every));
  }

  /**
   * {@return windows that last as long as elements of a key keep coming: a session ends when no element has come for a
   * gap}
   *
   * @param gap above zero
   * @throws IllegalArgumentException if {@code gap} is not above zero
   */
  public static Windows sessions(Duration gap) {
    return of(new Shape.Sessions(gap));
  }

  /**
   * {@return windows as the calendar of a zone has them} A day that daylight saving makes 23 or 25 hours long is a
   * window of that length.
   *
   * @param unit hours, days, weeks (from Monday), months or years
   * @param zone whose calendar
   * @throws IllegalArgumentException if {@code unit} is another one
   */
  public static Windows calendar(ChronoUnit unit, ZoneId zone) {
    return of(new Shape.Calendar(unit, zone));
  }

  /**
   * {@return windows of a fixed number of elements of a key, in arrival order} The last one may have fewer;
   * there is no empty one.
   *
   * @param n at least 1
   * @throws IllegalArgumentException if {@code n} is below 1
   */
  public static Windows count(int n) {
    return of(new Shape.Count(n));
  }

  /**
   * {@return windows of one size by the clock of the machine} They need no event time, and their results depend on when
   * elements come.
   *
   * @param size above zero
   * @throws IllegalArgumentException if {@code size} is not above zero
   */
  public static Windows byClock(Duration size) {
    return of(new Shape.ByClock(size));
  }

  /**
   * {@return a copy whose windows begin at another time}
   *
   * @param offset added to each start: six hours for days that begin at six; may be negative
   * @throws IllegalArgumentException if these windows are not tumbling, sliding or by the clock
   */
  public Windows offset(Duration offset) {
    boolean moves = shape instanceof Shape.Tumbling || shape instanceof Shape.Sliding || shape instanceof Shape.ByClock;
    if (!moves) {
      throw Arguments.refused(
          "offset is for tumbling and sliding windows and those by the clock, but these are " + call(shape));
    }
    return new Windows(shape, offset, lateness);
  }

  /**
   * {@return a copy whose windows take elements for some time after their end}
   *
   * @param lateness how long after its end a window still takes elements, not negative
   * @throws IllegalArgumentException if {@code lateness} is negative, or these windows are by count or by the clock,
   *     where nothing is late
   */
  public Windows lateness(Duration lateness) {
    if (!needsEventTime()) {
      throw Arguments.refused("lateness is for windows of event time, but these are " + call(shape));
    }
    return new Windows(shape, offset, lateness);
  }

  /** {@return the call that makes such windows, as messages have it} */
  private static String call(Shape shape) {
    return "Windows." + switch (shape) {
      case Shape.Tumbling(var size) -> "tumbling(" + size + ")";
      case Shape.Sliding(var size, var every) -> "sliding(" + size + ", " + every + ")";
      case Shape.Sessions(var gap) -> "sessions(" + gap + ")";
      case Shape.Calendar(var unit, var zone) -> "calendar(" + unit.name() + ", " + zone + ")";
      case Shape.Count(var size) -> "count(" + size + ")";
      case Shape.ByClock(var size) -> "byClock(" + size + ")";
    };
  }

  /** {@return whether elements need a time to be put into these windows} */
  public boolean needsEventTime() {
    return !(shape instanceof Shape.Count || shape instanceof Shape.ByClock);
  }
}
