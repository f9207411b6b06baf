package stage.api.pipeline;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;

/**
 * A fold to collections, maps, builders or arrays that refuses to change what it was given: other keys and runs begin
 * with the same zero, and a change could not be undone.
 */
record UnchangingFold(Fold<Object, Object> fold) implements Fold<Object, Object> {
  /** {@return the fold, checked if a value of that kind can be changed and shows it} */
  static Fold<Object, Object> of(Object zero, Fold<Object, Object> fold) {
    boolean isShown = zero instanceof Collection<?> || zero instanceof Map<?, ?> || zero.getClass().isArray()
        || zero instanceof StringBuilder || zero instanceof StringBuffer;
    return isShown ? new UnchangingFold(fold) : fold;
  }

  @Override
  public Object apply(Object soFar, Object element) throws Exception {
    int before = print(soFar);
    Object made = fold.apply(soFar, element);
    if (made != soFar || print(soFar) == before) return made;
    throw new IllegalStateException("the fold changed the " + soFar.getClass().getSimpleName() + " that it was given,"
        + " which other keys begin with and a crash could not undo; return a new one, or use collect(…) with a"
        + " Collector");
  }

  /** {@return a number that a change changes} Of collections only their size, which costs nothing to look at. */
  private static int print(Object value) {
    return switch (value) {
      case Collection<?> collection -> collection.size();
      case Map<?, ?> map -> map.size();
      case CharSequence text -> text.length();
      case int[] ints -> Arrays.hashCode(ints);
      case long[] longs -> Arrays.hashCode(longs);
      case double[] doubles -> Arrays.hashCode(doubles);
      case Object[] objects -> Arrays.hashCode(objects);
      default -> 0;
    };
  }
}
