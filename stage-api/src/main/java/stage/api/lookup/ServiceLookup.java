package stage.api.lookup;

import java.lang.ref.WeakReference;
import java.util.Iterator;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Finds a service: with the loader of this module, else with the context class loader of the calling thread. Keeps what
 * it has found, so that callers with the same class loader share it; a failed lookup is not cached, since the next
 * caller may have another loader. A service that comes from an application's own loader does not keep that from being
 * unloaded. Any thread.
 *
 * @param <T> the service
 * @since 0.1
 */
public final class ServiceLookup<T> {
  private final Class<T> service;
  private final String what;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ClassLoader, WeakReference<T>> byContext = new WeakHashMap<>();   // guarded by lock
  private volatile T own;   // of this module's loader, and so there for as long as this is; set once, under the lock

  /**
   * Makes a lookup.
   *
   * @param service the service
   * @param what what it is called in messages, such as "stage runtime"
   */
  public ServiceLookup(Class<T> service, String what) {
    this.service = service;
    this.what = what;
  }

  /**
   * {@return the service}
   *
   * @throws IllegalStateException if there is none; the message says where it was looked for
   */
  public T find() {
    T known = own;
    if (known != null) return known;
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    ServiceConfigurationError broken;
    lock.lock();
    try {
      broken = tryOwn();
      if (own != null) return own;
      WeakReference<T> before = byContext.get(context);
      T kept = before == null ? null : before.get();
      if (kept != null) return kept;
      T found = null;
      try {
        found = first(context);
      // for instance because that loader has a copy of this module of its own
      } catch (ServiceConfigurationError error) {
        if (broken == null) broken = error;
      }
      if (found != null) {
        byContext.put(context, new WeakReference<>(found));
        return found;
      }
    } finally {
      lock.unlock();
    }
    throw new IllegalStateException("no " + what
        + " was found; put the module stage.runtime (stage-runtime.jar) on the module path, or its jar on the class path,"
        + " beside stage.api. It was looked for by the loader of stage.api, " + service.getClassLoader()
        + ", and by the context class loader of thread "
        + Thread.currentThread().getName() + ", " + context, broken);
  }

  /** {@return what is wrong with the one that it has found; null if nothing is} */
  private ServiceConfigurationError tryOwn() {
    try {
      own = first(service.getClassLoader());
      return null;
    } catch (ServiceConfigurationError error) {
      return error;
    }
  }

  private T first(ClassLoader loader) {
    Iterator<T> all = ServiceLoader.load(service, loader).iterator();
    return all.hasNext() ? all.next() : null;
  }
}
