package stage.runtime.pipeline;

import java.util.ArrayList;
import java.util.List;
import stage.runtime.pipeline.operator.KeptValue;
import stage.runtime.pipeline.operator.Times;

/**
 * Has links make what comes of no element: what is final, what is due, what is left at the end. What there is no room
 * for in a turn goes on in later ones, and where it stands is state. The run's own thread.
 */
final class Firings {
  /** Why links fire. */
  enum Kind { PROGRESS, SIDE_PROGRESS, TIMER, SIDE_END, END }

  /**
   * What goes on over turns: which link had no room for all that was to be fired, or has fired something that a later
   * one has no room for, and why it fires.
   */
  private record Firing(Kind kind, int place, long c, boolean isCut, boolean isThrough) {
    Firing through() {
      return new Firing(kind, place, c, isCut, true);
    }
  }

  private final LinkRow links;
  private final BatchInHand batch;
  private final ElementInHand element;
  private final KeptValue<Firing> firing = new KeptValue<>(null);
  private final KeptValue<Boolean> ended = new KeptValue<>(false);
  // sides whose end the first link does not know yet
  private final KeptValue<List<Integer>> endsToTell = new KeptValue<>(List.of());

  Firings(LinkRow links, BatchInHand batch, ElementInHand element) {
    this.links = links;
    this.batch = batch;
    this.element = element;
  }

  /** {@return whether something that began earlier has to go first} */
  boolean isHeldUp() {
    return firing.value() != null || links.isExpanding() || links.hasReady();
  }

  boolean isOpen() {
    return firing.value() != null;
  }

  boolean hasEndToTell() {
    return !endsToTell.value().isEmpty();
  }

  boolean hasEnded() {
    return ended.value();
  }

  /** {@return whether all has ended, and nothing of it is left to be made} */
  boolean isOver() {
    return ended.value() && firing.value() == null;
  }

  void end(boolean isCut) throws Exception {
    if (!ended.value()) fire(Kind.END, 0, Times.FOREVER, isCut);
  }

  void progress(long c) throws Exception {
    fire(Kind.PROGRESS, 0, c, false);
  }

  void timer(long now) throws Exception {
    fire(Kind.TIMER, 0, now, false);
  }

  void sideProgress(int side, long c) throws Exception {
    if (isHeldUp()) return;
    boolean isThrough = links.first().sideProgress(side, c);
    if (!isThrough || links.isExpanding()) firing.set(new Firing(Kind.SIDE_PROGRESS, 0, side, false, isThrough));
  }

  void sideEnded(int side) {
    List<Integer> ends = new ArrayList<>(endsToTell.value());
    ends.add(side);
    endsToTell.set(List.copyOf(ends));
  }

  /** Tells the first link of a side that has ended, unless something else goes first. */
  void tellEnd() throws Exception {
    List<Integer> ends = endsToTell.value();
    if (ends.isEmpty() || isHeldUp()) return;
    int side = ends.getFirst();
    endsToTell.set(ends.subList(1, ends.size()));
    fire(Kind.SIDE_END, 0, side, false);
  }

  /** Has links fire, from one on, until there is no more room. */
  private void fire(Kind kind, int from, long first, boolean isCut) throws Exception {
    batch.takeNone();
    element.claim(null);
    // the turn before has left something; it goes first, and learns of this in a later turn
    if (isHeldUp()) return;
    long c = first;
    for (int place = from; place < links.size(); place++) {
      Link link = links.get(place);
      boolean isThrough = switch (kind) {
        case PROGRESS -> link.progress(c);
        case TIMER -> link.timer(c);
        case SIDE_PROGRESS -> true;   // only what is left of it is resumed
        case SIDE_END -> place > 0 || link.sideEnded((int) c);
        case END -> link.end(isCut);
      };
      if (!isThrough || links.isExpanding()) {
        firing.set(new Firing(kind, place, c, isCut, isThrough));
        return;
      }
      if (kind == Kind.PROGRESS) c = link.vouchesFor(c);
    }
    if (kind == Kind.END) ended.set(true);
  }

  void resume() throws Exception {
    Firing at = firing.value();
    Link link = links.get(at.place);
    if (!at.isThrough && !link.resume()) return;
    firing.set(null);
    if (links.isExpanding()) {
      firing.set(at.through());
      return;
    }
    fire(at.kind, at.place + 1, at.kind == Kind.PROGRESS ? link.vouchesFor(at.c) : at.c, at.isCut);
  }

  // ---- turns

  void commit() {
    firing.commit();
    ended.commit();
    endsToTell.commit();
  }

  void rollback() {
    firing.rollback();
    ended.rollback();
    endsToTell.rollback();
  }

  void adopt(Firings committed) {
    firing.adopt(committed.firing);
    ended.adopt(committed.ended);
    endsToTell.adopt(committed.endsToTell);
  }
}
