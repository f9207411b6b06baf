package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;
import stage.runtime.pipeline.operator.Times;

/** The links of a run in their order, and which of them are of what kind. The run's own thread. */
final class LinkRow {
  private final Link[] all;
  private final Link[] stateful;
  private final Link[] ending;             // those that may let nothing pass any more
  private final FlatMapLink[] expanding;   // those that may go on over turns with one element
  private final Link[] making;             // those that may have results ready
  private final BufferLink buffer;         // the first link, if that keeps what is not wanted yet; else null

  LinkRow(List<Link> links) {
    this.all = links.toArray(Link[]::new);
    for (int i = 0; i < all.length; i++) {
      all[i].place = i;
      all[i].next = i + 1 < all.length ? all[i + 1] : null;
    }
    this.stateful = links.stream().filter(Link::isStateful).toArray(Link[]::new);
    this.ending = links.stream().filter(Link::canBeDone).toArray(Link[]::new);
    this.expanding = links.stream().filter(FlatMapLink.class::isInstance).toArray(FlatMapLink[]::new);
    this.making = links.stream().filter(link -> link.ready() != null).toArray(Link[]::new);
    this.buffer = all[0] instanceof BufferLink first ? first : null;
  }

  Link[] all() {
    return all;
  }

  int size() {
    return all.length;
  }

  Link get(int place) {
    return all[place];
  }

  Link first() {
    return all[0];
  }

  Link last() {
    return all[all.length - 1];
  }

  BufferLink buffer() {
    return buffer;
  }

  /** {@return whether elements that come too late for the link at a place go on to a route of their own} */
  boolean isLateRouted(int place) {
    return all[place + 1] instanceof LateRouteLink;
  }

  /** {@return whether links from one on, before another, make one element of one at most} */
  boolean isOneToOne(int from, int before) {
    for (int place = from; place < before; place++) {
      if (all[place] instanceof FlatMapLink) return false;
    }
    return true;
  }

  // ---- how they are marked

  /**
   * {@return the links that have to be marked for each element, if the others can be marked when it has thrown} So it
   * is where each link makes one element at most, and changes nothing until that is through: then there is only one
   * that has changed anything by then, or none. Null if that is not so.
   */
  Link[] markedEach() {
    markSegments();
    List<Link> each = new ArrayList<>();
    for (Link link : all) {
      if (!link.makesOneAtMost()) return null;
      if (!link.isAtomic()) each.add(link);
      if (link.isAbsorbing()) break;
    }
    for (Link link : all) link.isMarkedEach = each.contains(link);
    return each.toArray(Link[]::new);
  }

  /** A segment begins where what an operator has made by itself goes on, one result at a time. */
  private void markSegments() {
    boolean isOne = true;
    for (Link link : all) {
      isOne &= link.makesOneAtMost();
      link.isUnmarked = isOne && link.isAbsorbing();
      isOne |= link.isAbsorbing();
    }
    boolean isTraceless = true;
    for (int place = all.length - 1; place >= 0; place--) {
      Link link = all[place];
      isTraceless = link.makesOneAtMost() && link.isAtomic() && (isTraceless || link.isAbsorbing());
      link.isTraceless = isTraceless;
    }
  }

  void mark(int from) {
    for (Link link : stateful) if (link.place >= from) link.mark();
  }

  /** Marks those that an element that has thrown has not marked. */
  void markUnmarked(int from) {
    for (Link link : stateful) if (link.place >= from && !link.isMarkedEach) link.mark();
  }

  void undo(int from) {
    for (Link link : stateful) if (link.place >= from) link.undo();
  }

  void gaveUp(int from) {
    for (Link link : stateful) if (link.place >= from) link.gaveUp();
  }

  // ---- the end of what they want

  boolean isDone() {
    for (Link link : ending) if (link.isDone()) return true;
    return false;
  }

  /** {@return whether a link behind one lets nothing pass any more} */
  boolean isDoneBehind(int place) {
    for (Link link : ending) if (link.place > place && link.isDone()) return true;
    return false;
  }

  // ---- elements with results still to come

  /** {@return whether an element taken in this turn or an earlier one has results still to come} */
  boolean isExpanding() {
    for (FlatMapLink link : expanding) if (link.hasRest()) return true;
    return false;
  }

  /** {@return the last link with results still to come, for which the links before it wait} */
  FlatMapLink lastExpanding() {
    FlatMapLink last = expanding[0];
    for (FlatMapLink link : expanding) if (link.hasRest()) last = link;
    return last;
  }

  /** Links before one make no more of an element of the run. */
  void forget(int before, Object input, Throwable cause) {
    for (FlatMapLink link : expanding) if (link.place < before) link.forget(input, cause);
  }

  // ---- results that go on by themselves

  boolean hasReady() {
    return lastReady(-1) != null;
  }

  /** {@return the last link behind a place that has results ready; null if there is none} */
  Link lastReady(int place) {
    for (int i = making.length - 1; i >= 0 && making[i].place > place; i--) {
      if (making[i].ready().size() > 0) return making[i];
    }
    return null;
  }

  // ---- time

  /** Begins a turn. */
  void turn(Clock clock) {
    if (stateful.length == 0) return;
    long now = clock.now();
    for (Link link : stateful) link.turn(now);
  }

  boolean isStateful() {
    return stateful.length > 0;
  }

  long nextTimer() {
    long next = Long.MAX_VALUE;
    for (Link link : stateful) next = Math.min(next, link.nextTimer());
    return next;
  }

  /** {@return what the last one vouches for, if the first one's input vouches for so much} */
  long vouchesFor(long c) {
    long its = c;
    for (Link link : all) its = link.vouchesFor(its);
    return its;
  }

  /** {@return the latest event time that the input, or a link that knows better, vouches for} */
  long watermark(long c) {
    long latest = c == Times.FOREVER ? Times.NEVER : c;
    long its = c;
    for (Link link : all) {
      its = link.vouchesFor(its);
      if (its > latest && its != Times.FOREVER) latest = its;
    }
    return latest;
  }

  int openWindows() {
    int open = 0;
    for (Link link : stateful) open += link.openWindows();
    return open;
  }

  // ---- turns

  void commit() {
    for (Link link : stateful) link.commit();
  }

  void rollback() {
    for (Link link : stateful) link.rollback();
  }

  /** An incarnation is over. */
  void stop() {
    for (Link link : expanding) link.stop();
  }

  void adopt(LinkRow committed) {
    for (int i = 0; i < all.length; i++) all[i].adopt(committed.all[i]);
  }
}
