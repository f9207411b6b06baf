package stage.simulation;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a build tries of something that is too much for each of them: another share every day, so that all have had
 * their turn after a few days. With {@code -Dstage.stress} all; with {@code -Dstage.day=N} what is tried on the N-th
 * day since 1970, so that a build of another day can be repeated.
 */
public final class DailyShare {
  private DailyShare() {}

  /**
   * {@return today's share, by the date in UTC}
   *
   * @param all what could be tried
   * @param days after how many days all have been
   * @param <T> what
   */
  public static <T> List<T> of(List<T> all, int days) {
    if (System.getProperty("stage.stress") != null) return all;
    return ofDay(all, days, today());
  }

  /** {@return the day whose share is tried, as days since 1970} */
  public static long today() {
    return Long.getLong("stage.day", LocalDate.now(ZoneOffset.UTC).toEpochDay());
  }

  static <T> List<T> ofDay(List<T> all, int days, long day) {
    return IntStream.range(0, all.size()).filter(i -> Math.floorMod(day + i, days) == 0).mapToObj(all::get).toList();
  }
}
