package stage.runtime.pipeline;

import java.util.Iterator;
import java.util.List;
import stage.api.Outlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.pipeline.plan.Site;
import stage.runtime.bridge.BulkOutlet;

/** Emits the elements of a collection. Each incarnation iterates anew, and skips what was emitted. */
final class ElementsSource implements Stage.Producer<Object> {
  private static final int MOST_AT_ONCE = 4096;

  private final Site site;
  private final Iterable<?> elements;
  private State<Long> position;
  private Iterator<?> rest;

  ElementsSource(Site site, Iterable<?> elements) {
    this.site = site;
    this.elements = elements;
  }

  @Override
  public void onStart(StageContext context) {
    position = context.state("position", 0L);
    long emitted = position.value();
    if (elements instanceof List<?> list && list instanceof java.util.RandomAccess && emitted <= list.size()) {
      rest = list.listIterator((int) emitted);
      return;
    }
    rest = new SitedElements(site, elements).iterator();
    for (long i = 0; i < emitted && rest.hasNext(); i++) rest.next();
  }

  @Override
  public void onDemand(long demand, Outlet<Object> out) {
    long first = position.value();
    var batch = new Object[(int) Math.min(demand, MOST_AT_ONCE)];
    int count = 0;
    for (; count < batch.length && rest.hasNext(); count++) batch[count] = next(first + count);
    if (count > 0) ((BulkOutlet<Object>) out).emitOwn(batch, count);
    position.set(first + count);
    if (!rest.hasNext()) out.complete();
  }

  private Object next(long number) {
    Object element = rest.next();
    if (element != null) return element;
    throw new NullPointerException(site + ": an element must not be null, but the one at index " + number
        + " is; leave it out, or use Optional");
  }
}
