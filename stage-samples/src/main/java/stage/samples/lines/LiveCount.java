package stage.samples.lines;

/** What a job has counted so far. Asked on another thread than those that change it. */
public interface LiveCount {
  /** The most rows that fit on any terminal: what has scrolled away cannot be drawn over. */
  int MOST_ROWS = 20;

  /** {@return a table, each line with its end; of at most {@link #MOST_ROWS} rows} */
  String table();

  /** {@return one line that sums up, with its end} */
  String line();

  /** {@return such as {@code 1 word} or {@code 2 words}} */
  static String count(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
