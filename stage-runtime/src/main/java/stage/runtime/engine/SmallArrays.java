package stage.runtime.engine;

import java.util.Arrays;

/** Small arrays that are replaced instead of changed. */
final class SmallArrays {
  private SmallArrays() {}

  static <T> T[] with(T[] array, T added) {
    T[] longer = Arrays.copyOf(array, array.length + 1);
    longer[array.length] = added;
    return longer;
  }

  static <T> T[] without(T[] array, T removed) {
    int at = Arrays.asList(array).indexOf(removed);
    if (at < 0) return array;
    T[] shorter = Arrays.copyOf(array, array.length - 1);
    System.arraycopy(array, at + 1, shorter, at, shorter.length - at);
    return shorter;
  }
}
