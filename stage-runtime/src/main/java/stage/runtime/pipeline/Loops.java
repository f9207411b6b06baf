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

/** Makes loops: clones of {@link FusedLoop} where the JVM allows that, else one that interprets. */
final class Loops {
  private static final int MOST = 256;
  private static final byte[] TEMPLATE = template();   // null if the class's bytes are not there, as in a native image

  /**
   * The constructors of clones that were made, by their functions. The same description run again, or written again
   * at the same place, then finds its loop compiled: a clone starts cold, and a short job would be over before it is
   * warm. Softly held, since functions hold on to their classes' loaders.
   */
  private static final AtomicReference<SoftReference<Map<LoopSteps, MethodHandle>>> MADE =
      new AtomicReference<>(new SoftReference<>(null));

  private Loops() {}

  /**
   * {@return a loop of these steps} Takes 0.2 to 0.7 ms if there is none of the same functions: it is made once for
   * each run and cell.
   */
  static Loop of(LoopSteps steps) {
    if (TEMPLATE == null) return new PlainLoop(steps);
    Map<LoopSteps, MethodHandle> made = made();
    try {
      MethodHandle constructor = made.get(steps);
      if (constructor == null) {
        constructor = cloned(steps);
        if (made.size() >= MOST) made.clear();
        made.put(steps, constructor);
      }
      return (Loop) constructor.invoke();
    } catch (Throwable refused) {   // a JVM that defines no classes at run time: slower, and otherwise the same
      return new PlainLoop(steps);
    }
  }

  private static Map<LoopSteps, MethodHandle> made() {
    SoftReference<Map<LoopSteps, MethodHandle>> seen = MADE.get();
    Map<LoopSteps, MethodHandle> made = seen.get();
    if (made != null) return made;
    made = new ConcurrentHashMap<>();
    MADE.compareAndSet(seen, new SoftReference<>(made));   // if another was first, this one serves once
    return made;
  }

  private static MethodHandle cloned(LoopSteps steps) throws ReflectiveOperationException {
    var clone = MethodHandles.lookup().defineHiddenClassWithClassData(TEMPLATE, steps, true);
    return clone.findConstructor(clone.lookupClass(), MethodType.methodType(void.class));
  }

  private static byte[] template() {
    try (InputStream bytes = Loops.class.getResourceAsStream("FusedLoop.class")) {
      return bytes == null ? null : bytes.readAllBytes();
    } catch (IOException unreadable) {
      return null;
    }
  }
}
