package stage.runtime.supervision;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import stage.api.supervision.ScopeMisuseException;
import stage.runtime.time.ThreadNames;

/** The open scopes of each thread, so that they are closed in reverse order. */
final class ScopeOwners {
  private final ThreadLocal<ArrayDeque<Scope>> open = new ThreadLocal<>();

  /** Notes that the calling thread opened a scope. */
  void opened(Scope scope) {
    ArrayDeque<Scope> mine = open.get();
    if (mine == null) open.set(mine = new ArrayDeque<>());
    for (Iterator<Scope> each = mine.iterator(); each.hasNext();)
      if (each.next().isClosed()) each.remove();   // by a handle
    mine.push(scope);
  }

  /**
   * The calling thread closes a scope: closes those first that it opened later.
   *
   * @return what it did wrong; null if nothing
   */
  ScopeMisuseException closing(Scope scope) {
    List<RuntimeException> problems = new ArrayList<>();
    ArrayDeque<Scope> mine = open.get();
    if (mine == null || !mine.contains(scope)) return null;
    var skipped = new StringBuilder();
    while (mine.peek() != scope) {
      Scope inner = mine.peek();
      skipped.append(skipped.isEmpty() ? "" : ", ").append(inner.name());
      try {
        inner.close();
      } catch (RuntimeException problem) {
        problems.add(problem);   // whatever became of it, the outer scope is closed too
      }
      mine.remove(inner);
    }
    mine.pop();
    if (mine.isEmpty()) open.remove();
    if (skipped.isEmpty()) return null;
    var misuse = new ScopeMisuseException("scope " + scope.name() + " was closed before " + skipped + ", which thread "
        + ThreadNames.of(Thread.currentThread())
        + " opened later; both are closed now, but scopes must be closed in reverse order");
    for (RuntimeException problem : problems) misuse.addSuppressed(problem);
    return misuse;
  }
}
