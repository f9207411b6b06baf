package stage.runtime.pipeline.operator;

import stage.runtime.pipeline.operator.Reach.Side;

/**
 * What a join keeps: per side, key and place its rows, the latest first.
 *
 * @param row the row
 * @param before the rows that came before it; null for none
 */
record JoinRows(Row row, JoinRows before) {
  /**
   * A row in a place.
   *
   * @param side its side
   * @param key its key
   * @param place its place
   * @param value the element
   * @param t its time
   * @param w the watermark before it
   * @param number which of all rows
   */
  record Row(Side side, Object key, Object place, Object value, long t, long w, long number) {}

  /**
   * Where rows are.
   *
   * @param key their key
   * @param place their place
   */
  record Where(Object key, Object place) {}

  static int size(JoinRows rows) {
    int size = 0;
    for (JoinRows each = rows; each != null; each = each.before) size++;
    return size;
  }

  /** {@return the rows without one of them} */
  static JoinRows without(JoinRows rows, long number) {
    JoinRows kept = null;
    for (JoinRows each = rows; each != null; each = each.before) {
      if (each.row.number() != number) kept = new JoinRows(each.row, kept);
    }
    JoinRows turned = null;
    for (JoinRows each = kept; each != null; each = each.before) turned = new JoinRows(each.row, turned);
    return turned;
  }
}
