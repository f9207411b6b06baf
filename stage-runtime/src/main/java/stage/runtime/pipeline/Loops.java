package stage.runtime.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.SoftReference;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** Makes loops: clones of {@link FusedLoop} and {@link FusedRun} where the JVM allows that. */
final class Loops {
  private static final int MOST = 256;
  // null if the class's bytes are not there, as in a native image
  private static final byte[] LOOP = template("FusedLoop.class");
  private static final byte[] RUN = template("FusedRun.class");

  /**
   * The constructors of clones that were made, by their functions. The same description run again, or written again
   * at the same place, then finds its loop compiled: a clone starts cold, and a short job would be over before it is
   * warm. Softly held, since functions hold on to their classes' loaders.
   */
  private static final AtomicReference<SoftReference<Map<Record, MethodHandle>>> MADE =
      new AtomicReference<>(new SoftReference<>(null));

  private Loops() {}

  /**
   * {@return a loop of these steps} Takes 0.2 to 0.7 ms if there is none of the same functions: it is made once for
   * each run and cell.
   */
  static Loop of(LoopSteps steps) {
    var loop = (Loop) cloned(LOOP, steps);
    return loop != null ? loop : new PlainLoop(steps);
  }

  /** {@return a loop over a whole run; null where the JVM allows none: then elements go from link to link} */
  static WholeRun of(RunSteps steps) {
    return (WholeRun) cloned(RUN, steps);
  }

  private static Object cloned(byte[] template, Record steps) {
    if (template == null) return null;
    Map<Record, MethodHandle> made = made();
    try {
      MethodHandle constructor = made.get(steps);
      if (constructor == null) {
        constructor = constructor(template, steps);
        if (made.size() >= MOST) made.clear();
        made.put(steps, constructor);
      }
      return constructor.invoke();
    } catch (Throwable refused) {   // a JVM that defines no classes at run time: slower, and otherwise the same
      return null;
    }
  }

  private static Map<Record, MethodHandle> made() {
    SoftReference<Map<Record, MethodHandle>> seen = MADE.get();
    Map<Record, MethodHandle> made = seen.get();
    if (made != null) return made;
    made = new ConcurrentHashMap<>();
    MADE.compareAndSet(seen, new SoftReference<>(made));   // if another was first, this one serves once
    return made;
  }

  private static MethodHandle constructor(byte[] template, Record steps) throws ReflectiveOperationException {
    var clone = MethodHandles.lookup().defineHiddenClassWithClassData(template, steps, true);
    return clone.findConstructor(clone.lookupClass(), MethodType.methodType(void.class));
  }

  private static byte[] template(String file) {
    try (InputStream bytes = Loops.class.getResourceAsStream(file)) {
      return bytes == null ? null : bytes.readAllBytes();
    } catch (IOException unreadable) {
      return null;
    }
  }
}
