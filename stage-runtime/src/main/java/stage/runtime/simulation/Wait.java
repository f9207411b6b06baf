package stage.runtime.simulation;

import stage.runtime.time.Time;

/** A waiter that waits for something. Used only by the running simulated thread. */
final class Wait implements Schedulable {
  private final SimulatedThread waiter;
  private final String what;
  private final String owner;   // of which stage or scope; empty if that is known
  private final ThreadIdentity who;       // null if on behalf of no machine or task
  private boolean ready;       // is in the run queue
  private boolean granted;     // got what it waited for
  private Time.Alarm alarm;    // null without a time limit

  /**
   * @param waiter the thread
   * @param what what it waits for, for readers
   * @param owner of which stage or scope; empty if that is known
   * @param who the machine or task that it runs for; null for none
   */
  Wait(SimulatedThread waiter, String what, String owner, ThreadIdentity who) {
    this.waiter = waiter;
    this.what = what;
    this.owner = owner;
    this.who = who;
  }

  SimulatedThread waiter() {
    return waiter;
  }

  String what() {
    return owner.isEmpty() ? what : what + " " + owner;
  }

  ThreadIdentity who() {
    return who;
  }

  boolean isReady() {
    return ready;
  }

  /** {@return whether it was not ready before} */
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
