package stage.api.observe;

import java.time.Duration;
import java.util.List;
import stage.api.DeadLetter;
import stage.api.StopReason;

/**
 * Something that happened in a scope. A healthy stage causes none of these per event or per turn.
 *
 * @since 0.1
 */
public sealed interface StageEvent {
  /** {@return the path of the stage or supervisor it happened to} */
  String path();

  /**
   * A stage has started for the first time.
   *
   * @param path which stage
   * @since 0.1
   */
  record Started(String path) implements StageEvent {}

  /**
   * An incarnation has crashed.
   *
   * @param path which stage
   * @param incarnation which life of it
   * @param cause what was thrown
   * @param during what it was doing, such as {@code onEvents}
   * @since 0.1
   */
  record Crashed(String path, int incarnation, Throwable cause, String during) implements StageEvent {}

  /**
   * A new incarnation has taken over.
   *
   * @param path which stage
   * @param incarnation which life of it
   * @since 0.1
   */
  record Restarted(String path, int incarnation) implements StageEvent {}

  /**
   * A supervisor has given up.
   *
   * @param path which supervisor
   * @param child the path of the child that brought it about
   * @param cause the last crash
   * @since 0.1
   */
  record GaveUp(String path, String child, Throwable cause) implements StageEvent {}

  /**
   * An event was given up.
   *
   * @param letter the event, and why
   * @since 0.1
   */
  record DeadLettered(DeadLetter letter) implements StageEvent {
    @Override
    public String path() {
      return letter.path();
    }
  }

  /**
   * Events were dropped: by an overflow policy, or because there is no redelivery. There is one of these for all that a
   * turn dropped.
   *
   * @param path which stage dropped them
   * @param events how many
   * @param why in a few words
   * @since 0.1
   */
  record Dropped(String path, long events, String why) implements StageEvent {}

  /**
   * A thread that ignored its interrupt was abandoned.
   *
   * @param path its stage
   * @param incarnation which life of it
   * @param thread the thread's name
   * @since 0.1
   */
  record Abandoned(String path, int incarnation, String thread) implements StageEvent {}

  /**
   * A callback is taking longer than {@code SupervisorSpec.withStallWarning} allows. It goes on.
   *
   * @param path its stage
   * @param incarnation which life of it
   * @param time how long it has been running, at least
   * @param stack where it is
   * @since 0.1
   */
  record Stalled(String path, int incarnation, Duration time, List<StackTraceElement> stack) implements StageEvent {}

  /**
   * A stage has ended for good.
   *
   * @param path which stage
   * @param reason why
   * @since 0.1
   */
  record Ended(String path, StopReason reason) implements StageEvent {}
}
