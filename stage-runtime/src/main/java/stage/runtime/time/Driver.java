package stage.runtime.time;

/** The thread that steps one machine, as others see it. */
public interface Driver {
  /** Begins to step the machine. */
  void start();

  /**
   * Makes the machine step again if it waits. The caller has published what there is to see, and then issued a full
   * fence.
   */
  void wake();

  /**
   * As {@link #wake}, but leaves a machine alone that rests for a moment so as to take many events at once.
   */
  void wakeUnlessResting();

  /** Interrupts what the machine's user code is doing. */
  void interrupt();

  /**
   * Lets another thread step the machine, in place of one that is somewhere in a step and does not come back. If it
   * does, it finds that it is not {@linkplain #isCurrent current}, and ends with that step.
   */
  void replaceThread();

  /** {@return whether the caller is this driver's thread} */
  boolean isCurrent();

  /**
   * Waits, on the driver's own thread and inside a step, until the machine is ready: for user code that blocks by
   * contract.
   *
   * @param what what it waits for
   * @throws InterruptedException if interrupted while waiting
   */
  void await(WaitState what) throws InterruptedException;

  /**
   * Lets other machines have the processor, if this one has kept it busy for long. On the driver's own thread; for user
   * code that goes on and on within one step.
   */
  void breatheIfBusy();

  /**
   * Gives its thread a name, and the context class loader that it began with: what the user code of one incarnation has
   * changed of them is not for the next. On that thread.
   *
   * @param name from now on
   */
  void resetThread(String name);

  /** {@return what the machine waits for, or {@code READY} if it does not wait} */
  WaitState awaiting();

  /**
   * {@return what the machine waits for, since when, and how long it has waited in all} Any thread.
   *
   * @param nowNanos the time
   */
  WaitTimes.Reading waits(long nowNanos);

  /** {@return the thread; null before the start} */
  Thread thread();
}
