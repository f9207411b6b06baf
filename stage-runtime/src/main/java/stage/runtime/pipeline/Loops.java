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
   * The constructors of clones that were made, by their functions or their shape. The same description run again, or
   * written again at the same place, then finds its loop compiled: a clone starts cold, and a short job would be over
   * before it is warm. Softly held, since functions hold on to their classes' loaders.
   */
  private static final AtomicReference<SoftReference<Map<Record, MethodHandle>>> MADE =
      new AtomicReference<>(new SoftReference<>(null));

  private Loops() {}

  /**
   * {@return a loop of these steps} Takes 0.2 to 0.7 ms if there is none of the same functions: it is made once for
   * each run and cell.
   */
  static Loop of(LoopSteps steps) {
    try {
      MethodHandle constructor = constructor(LOOP, steps);
      if (constructor != null) return (Loop) constructor.invoke();
    } catch (Throwable refused) {   // a JVM that defines no classes at run time: slower, and otherwise the same
    }
    return new PlainLoop(steps);
  }

  /** {@return a loop over a whole run; null where the JVM allows none: then elements go from link to link} */
  static WholeRun of(RunSteps steps) {
    try {
      MethodHandle constructor = constructor(RUN, RunShape.of(steps), RunSteps.class);
      return constructor == null ? null : (WholeRun) constructor.invoke(steps);
    } catch (Throwable refused) {
      return null;
    }
  }

  /** {@return the constructor of a clone that has this as its constants; null if there is no template} */
  private static MethodHandle constructor(byte[] template, Record constants, Class<?>... arguments)
      throws ReflectiveOperationException {
    if (template == null) return null;
    Map<Record, MethodHandle> made = made();
    MethodHandle constructor = made.get(constants);
    if (constructor == null) {
      var clone = MethodHandles.lookup().defineHiddenClassWithClassData(template, constants, true);
      constructor = clone.findConstructor(clone.lookupClass(), MethodType.methodType(void.class, arguments));
      if (made.size() >= MOST) made.clear();
      made.put(constants, constructor);
    }
    return constructor;
  }

  private static Map<Record, MethodHandle> made() {
    SoftReference<Map<Record, MethodHandle>> seen = MADE.get();
    Map<Record, MethodHandle> made = seen.get();
    if (made != null) return made;
    made = new ConcurrentHashMap<>();
    MADE.compareAndSet(seen, new SoftReference<>(made));   // if another was first, this one serves once
    return made;
  }

  private static byte[] template(String file) {
    try (InputStream bytes = Loops.class.getResourceAsStream(file)) {
      return bytes == null ? null : bytes.readAllBytes();
    } catch (IOException unreadable) {
      return null;
    }
  }
}
