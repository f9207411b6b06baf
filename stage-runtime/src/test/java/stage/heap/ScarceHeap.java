package stage.heap;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the changed engine asks for each piece of memory. One thread at a time: it is run in a simulation. */
public final class ScarceHeap {
  private static long taken;
  private static long fullAt;
  private static long fullFor;
  private static boolean isOn;
  private static String refused;
  private static Set<String> places = new HashSet<>();
  private static List<Long> tried = new ArrayList<>();
  private static boolean isHealthy;      // nothing fails in this run, but its links are those of the others
  private static boolean hasFailed;      // nothing is linked any more
  private static final Set<String> WARM = new HashSet<>();
  private static final Set<String> LINKED = new HashSet<>();
  private static final Set<String> UNLINKED = new TreeSet<>();

  private ScarceHeap() {}

  /** From now on a piece of memory is refused, and so many after it; none if that is 0. */
  static void begin(long at, long pieces) {
    taken = 0;
    fullAt = at;
    fullFor = pieces;
    refused = null;
    places = new HashSet<>();
    tried = new ArrayList<>();
    hasFailed = false;
    isHealthy = false;
    LINKED.clear();
    LINKED.addAll(WARM);
    UNLINKED.clear();
    isOn = true;
  }

  /** A run in which nothing fails: what it links, up to its {@linkplain #isEnding end}, the next ones find linked. */
  static void beginHealthy() {
    begin(0, 1);
    isHealthy = true;
  }

  /** The first of the stages has done all there is to do. */
  static void isEnding() {
    if (isHealthy && WARM.isEmpty()) WARM.addAll(LINKED);
  }

  /** {@return whether user code may throw now, which is the first failure then} */
  static boolean mayFail() {
    if (isHealthy) return false;
    hasFailed = true;
    return true;
  }

  /** {@return what would have been linked for the first time after the first failure} */
  static Set<String> unlinked() {
    return UNLINKED;
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
      hasFailed = true;
      throw new OutOfMemoryError("refused at " + place);
    }
    if (fullFor == 0 && places.add(place)) tried.add(number);   // the first time
  }

  /** Called before a class is initialized that may not be needed yet. */
  public static void initialize(Class<?> type) {
    link("class " + type.getName().replace('.', '/'));
  }

  /** Called before a call site or a class that may have to be linked. As HotSpot does, it refuses for ever after. */
  public static void link(String site) {
    if (!isOn || LINKED.contains(site)) return;
    if (!hasFailed) {
      LINKED.add(site);
      return;
    }
    UNLINKED.add(site);
    throw site.startsWith("class ") ? new NoClassDefFoundError("Could not initialize " + site)
        : new BootstrapMethodError("bootstrap method initialization exception: " + site);
  }
}
