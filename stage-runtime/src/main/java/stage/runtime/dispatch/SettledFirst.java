package stage.runtime.dispatch;

/**
 * Numbers from 0 on, those first that were found settled: so that none of those is looked at again before something has
 * happened to it.
 */
final class SettledFirst {
  private final int[] order;
  private final int[] places;   // where each stands in that order
  private int settled;          // how many are, from the first

  /** None of them is. */
  SettledFirst(int count) {
    order = new int[count];
    places = new int[count];
    for (int i = 0; i < count; i++) put(i, i);
  }

  private void put(int number, int place) {
    order[place] = number;
    places[number] = place;
  }

  /** It may not be settled any more. */
  void isUnsettled(int number) {
    int place = places[number];
    if (place >= settled) return;
    settled--;
    put(order[settled], place);
    put(number, settled);
  }

  /** {@return the first of those that may not be} There is one. */
  int next() {
    return order[settled];
  }

  void nextIsSettled() {
    settled++;
  }

  boolean isAll() {
    return settled == order.length;
  }
}
