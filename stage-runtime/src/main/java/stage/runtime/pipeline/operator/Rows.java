package stage.runtime.pipeline.operator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import stage.runtime.bridge.EventWrapper;

/**
 * Elements in order, as an immutable value that takes one more without being copied.
 *
 * @param before what comes before
 * @param element the last one; null where others follow, or the first is left out
 * @param others what follows; null where an element does, or the first is left out
 */
record Rows(Rows before, Object element, Rows others) {
  static final Rows NONE = new Rows(null, null, null);

  Rows with(Object element) {
    return new Rows(this, element, null);
  }

  Rows with(Rows others) {
    return new Rows(this, null, others);
  }

  Rows withoutFirst() {
    return new Rows(this, null, null);
  }

  int size() {
    return list().size();
  }

  /** {@return the list, marked as one of elements kept if somebody counts who keeps them} */
  Object listing() {
    List<Object> all = list();
    return all.stream().anyMatch(EventWrapper.class::isInstance) ? new Listed(all) : all;
  }

  /** {@return whether a listing is empty, because all of its elements were left out} */
  static boolean areNone(Object listing) {
    return listing instanceof List<?> list && list.isEmpty();
  }

  /**
   * {@return the elements} Not recursive, because there are as many of these as elements: collected from the last to
   * the first.
   */
  List<Object> list() {
    List<Object> reversed = new ArrayList<>();
    List<Rows> todo = new ArrayList<>(List.of(this));
    int leftOut = 0;
    while (!todo.isEmpty()) {
      for (Rows rows = todo.removeLast(); rows != NONE; ) {
        if (rows.others != null) {
          todo.add(rows.before);
          rows = rows.others;
          continue;
        }
        if (rows.element == null) leftOut++;
        else reversed.add(rows.element);
        rows = rows.before;
      }
    }
    Collections.reverse(reversed);
    return List.copyOf(reversed.subList(leftOut, reversed.size()));
  }
}
