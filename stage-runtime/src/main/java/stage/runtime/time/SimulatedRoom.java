package stage.runtime.time;

import java.util.ArrayDeque;

/** Room of a simulation. Whoever has the baton. */
final class SimulatedRoom implements Room {
  private final Baton baton;
  private final String what;
  private final String whom;
  private final ArrayDeque<Wait> waiting = new ArrayDeque<>();
  private int places;

  SimulatedRoom(SimulatedTime time, int places, String what, String whom) {
    this.baton = time.baton();
    this.places = places;
    this.what = what;
    this.whom = whom;
  }

  @Override
  public void take() throws InterruptedException {
    baton.ensureInside();
    if (Thread.interrupted()) throw new InterruptedException("interrupted before it waited");
    while (places <= 0) {   // who is let in may find that somebody was faster
      Wait wait = baton.waitFor(what, whom);
      waiting.add(wait);
      try {
        baton.blockUntilInterrupted(wait);
      } catch (InterruptedException e) {
        letIn();   // in case that it had been let in
        throw e;
      } finally {
        waiting.remove(wait);
      }
    }
    places--;
    letIn();
  }

  @Override
  public boolean tryTake() {
    baton.ensureInside();
    if (places <= 0) return false;
    places--;
    return true;
  }

  @Override
  public void give(int places) {
    this.places += places;
    letIn();
  }

  private void letIn() {
    if (places > 0 && !waiting.isEmpty()) baton.grant(waiting.poll());
  }

  @Override
  public int places() {
    return places;
  }
}
