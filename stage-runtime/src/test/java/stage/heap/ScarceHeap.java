package stage.heap;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the changed engine asks for each piece of memory. One thread at a time: it is run in a simulation. */
public final class ScarceHeap {
  private static long taken;
  private static long fullAt;
  private static long fullFor;
  private static boolean isOn;
  private static String refused;
  private static Set<String> places = new HashSet<>();
  private static List<Long> tried = new ArrayList<>();

  private ScarceHeap() {}

  /** From now on a piece of memory is refused, and so many after it; none if that is 0. */
  static void begin(long at, long pieces) {
    taken = 0;
    fullAt = at;
    fullFor = pieces;
    refused = null;
    places = new HashSet<>();
    tried = new ArrayList<>();
    isOn = true;
  }

  static void end() {
    isOn = false;
  }

  /** {@return the numbers of the pieces that are worth a try} */
  static List<Long> tried() {
    return tried;
  }

  /** {@return where memory was refused first; null if it never was} */
  static String refused() {
    return refused;
  }

  /** Called before each piece of memory that the engine takes. */
  public static void take(String place) {
    if (!isOn) return;
    long number = ++taken;
    if (number >= fullAt && number < fullAt + fullFor) {
      if (refused == null) refused = place;
      throw new OutOfMemoryError("refused at " + place);
    }
    if (fullFor == 0 && places.add(place)) tried.add(number);   // the first time
  }
}
