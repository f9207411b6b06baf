package stage.runtime.supervision;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stage.api.StageRef;
import stage.api.observe.Registration;
import stage.api.observe.StageListener;
import stage.api.observe.TreeSnapshot;
import stage.runtime.time.Probe;
import stage.runtime.time.Time;

/** A running supervisor, as its watchers see it. Any thread may use it, and nothing in here waits for a stage. */
public interface Observed {
  /**
   * What a stage's thread is doing.
   *
   * @param state its state; {@code NEW} in a simulation
   * @param stack where it is, the innermost frame first
   */
  record Place(Thread.State state, List<StackTraceElement> stack) {
    /** Copies the list. */
    public Place {
      stack = List.copyOf(stack);
    }
  }

  /** Stages that have not ended, as they are when they are asked for. */
  interface Stages {
    /**
     * {@return those of one stage, as {@link Observed#threads} says; empty if it has ended}
     *
     * @param stage its path
     */
    List<Thread> threadsOf(String stage);

    /**
     * {@return the state of its own thread, without a stack, which is dear; {@code NEW} if it has none, and in a
     * simulation}
     *
     * @param stage its path
     */
    Thread.State stateOf(String stage);

    /**
     * {@return about the longest that what a stage's user code has done of late has taken, in nanoseconds; 0 if nothing
     * of it is known to have come back}
     *
     * @param stage its path
     */
    long latelyNanosOf(String stage);

    /**
     * {@return how long it is until a stage that backs off is restarted; empty if the time has come, or if it does not
     * back off}
     *
     * @param stage its path
     */
    Optional<Duration> untilRestartOf(String stage);

    /**
     * {@return which producer of a stage was the last to end, and how, such as <code>`shop/orders` has failed</code>;
     * empty if none has}
     *
     * @param stage its path
     */
    String lastProducerOf(String stage);

    /**
     * {@return which consumer of a stage was the last to leave it; empty if none has}
     *
     * @param stage its path
     */
    String lastConsumerOf(String stage);
  }

  /** {@return its path} */
  String path();

  /** {@return the path of the stage that emits the dead letters of its scope, whether there is one or not} */
  String deadLetters();

  /** {@return the numbers of all below it} */
  TreeSnapshot tree();

  /** Has the times of turns and waits added up, until the registration is closed. */
  Registration watch();

  /**
   * Watches, and has each turn and each wait told while it lasts, until the registration is closed. There is one who is
   * told: the last.
   *
   * @param probe who
   */
  Registration probe(Probe probe);

  /**
   * Tells another listener, beside the scope's own, what happens in the whole scope.
   *
   * @param listener is told, as {@link StageListener#on} says
   */
  Registration listen(StageListener listener);

  /**
   * Runs something when the scope has closed: at once if it has.
   *
   * @param action what to run, on the thread that closes the scope; it must not block for long
   */
  Registration onClose(Runnable action);

  /**
   * {@return the threads of each stage, by its path: its own, then those that handle an event each, the oldest first}
   */
  Map<String, List<Thread>> threads();

  /** {@return them by their paths, for those who ask for few} */
  Stages stages();

  /**
   * {@return the handle of a stage that has not ended}
   *
   * @param id its number, as it is in snapshots
   */
  Optional<StageRef<?>> stage(long id);

  /**
   * {@return what one of these threads is doing}
   *
   * @param thread which
   */
  Place placeOf(Thread thread);

  /** {@return the time it lives in} */
  Time time();
}
