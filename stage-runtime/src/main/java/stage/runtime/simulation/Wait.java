package stage.runtime.simulation;

import stage.runtime.time.Time;

/** A strand that waits for something. Whoever has the baton. */
final class Wait implements Schedulable {
  private final SimulatedThread strand;
  private final String what;
  private final String whom;   // of which stage or scope; empty if that is known
  private final ThreadIdentity who;       // null for nobody's
  private boolean ready;       // is in the queue of those who may run
  private boolean granted;     // got what it waits for
  private Time.Alarm alarm;    // null without a time limit

  /**
   * @param strand which
   * @param what what it waits for, for people
   * @param whom of which stage or scope; empty if that is known
   * @param who on behalf of which machine or task; null for none
   */
  Wait(SimulatedThread strand, String what, String whom, ThreadIdentity who) {
    this.strand = strand;
    this.what = what;
    this.whom = whom;
    this.who = who;
  }

  SimulatedThread strand() {
    return strand;
  }

  String what() {
    return whom.isEmpty() ? what : what + " " + whom;
  }

  ThreadIdentity who() {
    return who;
  }

  boolean isReady() {
    return ready;
  }

  /** {@return whether this is news} */
  boolean becomesReady() {
    boolean news = !ready;
    ready = true;
    return news;
  }

  boolean isGranted() {
    return granted;
  }

  void grant() {
    granted = true;
  }

  void limit(Time.Alarm alarm) {
    this.alarm = alarm;
  }

  void isOver() {
    if (alarm != null) alarm.cancel();
  }
}
