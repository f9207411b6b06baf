package stage.runtime.pipeline.operator;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;

/** Which windows a time is in, for windows that do not depend on the elements. */
sealed interface Assigner {
  /** {@return the start of the first window that a time is in; it may be in none, if that window ends before} */
  long firstStart(long t);

  /** {@return the end of the window with that start} */
  long end(long start);

  /** {@return the start of the next window} */
  long next(long start);

  /** Of one size, from one to the next of another. */
  record Fixed(long size, long every, long offset) implements Assigner {
    @Override
    public long firstStart(long t) {
      long last = Math.floorDiv(t - offset, every) * every + offset;
      // The last start at or before t, and as many back as still reach over it.
      return size <= every ? last : last - (size - 1 - (t - last)) / every * every;
    }

    @Override
    public long end(long start) {
      return Times.plus(start, size);
    }

    @Override
    public long next(long start) {
      return start + every;
    }
  }

  /**
   * As a calendar has them; between two changes of the zone's offset these are of one size, and at those they are
   * longer or shorter.
   */
  record Calendar(ChronoUnit unit, ZoneId zone) implements Assigner {
    private static final long HOUR = 3_600_000_000_000L;

    @Override
    public long firstStart(long t) {
      Instant time = Times.instant(t);
      if (unit == ChronoUnit.HOURS) {
        long start = t - intoHour(t, time);
        ZoneOffsetTransition change = zone.getRules().previousTransition(time.plusNanos(1));
        // An hour that a change of half an hour has cut in two.
        return change == null ? start : Math.max(start, nanosOr(change.getInstant(), start));
      }
      return start(LocalDate.ofInstant(time, zone));
    }

    private long intoHour(long t, Instant time) {
      long offset = zone.getRules().getOffset(time).getTotalSeconds() * 1_000_000_000L;
      return Math.floorMod(t + offset, HOUR);
    }

    @Override
    public long end(long start) {
      Instant time = Times.instant(start);
      if (unit == ChronoUnit.HOURS) {
        long end = start + HOUR - intoHour(start, time);
        ZoneOffsetTransition change = zone.getRules().nextTransition(time);
        return change == null ? end : Math.min(end, nanosOr(change.getInstant(), end));
      }
      LocalDate date = first(LocalDate.ofInstant(time, zone));
      LocalDate next = first(date.plus(1, unit));
      long end = nanos(next.atStartOfDay(zone));
      while (end <= start) {   // a day that a zone has left out has no length
        next = first(next.plus(1, unit));
        end = nanos(next.atStartOfDay(zone));
      }
      return end;
    }

    @Override
    public long next(long start) {
      return end(start);
    }

    private long start(LocalDate date) {
      return nanos(first(date).atStartOfDay(zone));
    }

    private LocalDate first(LocalDate date) {
      return switch (unit) {
        case WEEKS -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        case MONTHS -> date.withDayOfMonth(1);
        case YEARS -> date.withDayOfYear(1);
        default -> date;
      };
    }

    private static long nanos(ZonedDateTime time) {
      return Times.nanos(time.toInstant());
    }

    private static long nanosOr(Instant time, long other) {
      try {
        return Times.nanos(time);
      } catch (ArithmeticException tooFar) {
        return other;
      }
    }
  }
}
