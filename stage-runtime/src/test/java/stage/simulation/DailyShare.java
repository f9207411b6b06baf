package stage.simulation;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a build tries of something that is too much for each of them: another share every day, so that all have had
 * their turn after a few days. With {@code -Dstage.stress} all.
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
    return ofDay(all, days, LocalDate.now(ZoneOffset.UTC).toEpochDay());
  }

  static <T> List<T> ofDay(List<T> all, int days, long day) {
    return IntStream.range(0, all.size()).filter(i -> Math.floorMod(day + i, days) == 0).mapToObj(all::get).toList();
  }
}
