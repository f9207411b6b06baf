package stage.runtime.time;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Makes the handles by which fields are read and written with the ordering that each place needs. */
public final class Handles {
  private Handles() {}

  /**
   * {@return the handle of a field of the class that looks it up}
   *
   * @param lookup of that class
   * @param field its name
   * @param type its type
   */
  public static VarHandle of(MethodHandles.Lookup lookup, String field, Class<?> type) {
    try {
      return lookup.findVarHandle(lookup.lookupClass(), field, type);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
