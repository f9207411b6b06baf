package stage.samples.flights;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Arrays;

/**
 * Counts the flights of one key by their delay, to the minute.
 *
 * <p>Mean, percentile, share and worst can all be read off these counts, exactly, however many flights there are, and
 * the memory they take is bounded because {@link Delay delays are}. Counts are held in pages of 64 minutes made on
 * demand: most keys need only a few.
 */
final class DelayCounts {
  private static final int PAGE_BITS = 6;
  private static final int PAGE = 1 << PAGE_BITS;

  private long[][] pages = new long[0][];

  /** Counts one flight. */
  void add(int delay) {
    int index = delay - Delay.LEAST;
    int page = index >>> PAGE_BITS;
    if (page >= pages.length || pages[page] == null) makePage(page);
    pages[page][index & PAGE - 1]++;
  }

  /** {@return a copy that has counted one flight more} Shares with this one what is the same in both. */
  DelayCounts with(int delay) {
    DelayCounts more = new DelayCounts();
    more.pages = pages.clone();
    int page = delay - Delay.LEAST >>> PAGE_BITS;
    if (page < pages.length && pages[page] != null) more.pages[page] = pages[page].clone();
    more.add(delay);
    return more;
  }

  /** {@return a copy that has counted these flights too} Shares with this one what is the same in both. */
  DelayCounts with(int[] delays) {
    DelayCounts more = new DelayCounts();
    more.pages = pages.clone();
    for (int delay : delays) {
      int page = delay - Delay.LEAST >>> PAGE_BITS;
      // Not copied yet: a page that was is no longer the same.
      if (page < pages.length && pages[page] != null && more.pages[page] == pages[page]) {
        more.pages[page] = pages[page].clone();
      }
      more.add(delay);
    }
    return more;
  }

  /** Takes back one flight that was counted. */
  void takeBack(int delay) {
    int index = delay - Delay.LEAST;
    pages[index >>> PAGE_BITS][index & PAGE - 1]--;
  }

  /** {@return whether no flight is counted} */
  boolean isEmpty() {
    for (long[] page : pages) {
      if (page == null) continue;
      for (long count : page) if (count != 0) return false;
    }
    return true;
  }

  private void makePage(int page) {
    if (page >= pages.length) pages = Arrays.copyOf(pages, page + 1);
    pages[page] = new long[PAGE];
  }

  /** {@return the line of the table for this key} There must be a flight. */
  TableRow row(String key) {
    long flights = 0;
    long late = 0;
    long sum = 0;
    int worst = Delay.LEAST;
    for (int page = 0; page < pages.length; page++) {
      if (pages[page] == null) continue;
      for (int i = 0; i < PAGE; i++) {
        long count = pages[page][i];
        if (count == 0) continue;
        int delay = (page << PAGE_BITS) + i + Delay.LEAST;
        flights += count;
        sum += count * delay;
        if (delay > Delay.ON_TIME) late += count;
        worst = delay;
      }
    }
    if (flights == 0)
      throw new IllegalStateException("a tally without a flight has no row, but key " + key + " has none");
    return new TableRow(key, flights, quotient(sum, flights, 2), percentile95(flights),
        quotient(late * 100, flights, 1), worst);
  }

  /** {@return the 95th percentile by nearest rank: the least delay that at least 95 % of the flights do not exceed} */
  private int percentile95(long flights) {
    long rank = flights - flights / 20;   // 95 % of them, rounded up
    long seen = 0;
    for (int page = 0; page < pages.length; page++) {
      if (pages[page] == null) continue;
      for (int i = 0; i < PAGE; i++) {
        seen += pages[page][i];
        if (seen >= rank) return (page << PAGE_BITS) + i + Delay.LEAST;
      }
    }
    throw new IllegalStateException("rank " + rank + " of " + flights + " flights, but only " + seen + " are counted");
  }

  /**
   * Rounds half up, away from zero, as people do; in decimals, because binary fractions would decide a half by chance.
   */
  private static BigDecimal quotient(long sum, long count, int decimals) {
    return BigDecimal.valueOf(sum).divide(BigDecimal.valueOf(count), decimals, RoundingMode.HALF_UP);
  }
}
