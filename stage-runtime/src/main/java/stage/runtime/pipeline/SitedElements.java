package stage.runtime.pipeline;

import java.util.Iterator;
import stage.api.pipeline.plan.Site;

/** The elements of a user's {@code Iterable}. Adds the step and line of the source to what the iterable throws. */
record SitedElements(Site site, Iterable<?> elements) implements Iterable<Object> {
  @Override
  public Iterator<Object> iterator() {
    Iterator<?> all;
    try {
      all = elements.iterator();
    } catch (RuntimeException thrown) {
      throw marked(thrown);
    }
    return all == null ? null : new Sited(all);
  }

  private RuntimeException marked(RuntimeException thrown) {
    At.mark(thrown, site);
    return thrown;
  }

  private final class Sited implements Iterator<Object> {
    private final Iterator<?> all;

    Sited(Iterator<?> all) {
      this.all = all;
    }

    @Override
    public boolean hasNext() {
      try {
        return all.hasNext();
      } catch (RuntimeException thrown) {
        throw marked(thrown);
      }
    }

    @Override
    public Object next() {
      try {
        return all.next();
      } catch (RuntimeException thrown) {
        throw marked(thrown);
      }
    }
  }
}
