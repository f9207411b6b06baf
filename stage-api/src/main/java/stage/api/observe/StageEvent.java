package stage.api.observe;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
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
  record Started(String path) implements StageEvent {
    /** Rejects null. */
    public Started {
      Objects.requireNonNull(path, "path must not be null");
    }
  }

  /**
   * An incarnation has crashed.
   *
   * @param path which stage
   * @param incarnation which life of it
   * @param cause what was thrown
   * @param during what it was doing, such as {@code onEvents}
   * @since 0.1
   */
  record Crashed(String path, int incarnation, Throwable cause, String during) implements StageEvent {
    /** Rejects nulls. */
    public Crashed {
      Objects.requireNonNull(path, "path must not be null");
      Objects.requireNonNull(cause, "cause must not be null");
      Objects.requireNonNull(during, "during must not be null");
    }
  }

  /**
   * A new incarnation has taken over.
   *
   * @param path which stage
   * @param incarnation which life of it
   * @since 0.1
   */
  record Restarted(String path, int incarnation) implements StageEvent {
    /** Rejects null. */
    public Restarted {
      Objects.requireNonNull(path, "path must not be null");
    }
  }

  /**
   * A supervisor has given up.
   *
   * @param path which supervisor
   * @param child the path of the child that brought it about
   * @param cause the last crash
   * @since 0.1
   */
  record GaveUp(String path, String child, Throwable cause) implements StageEvent {
    /** Rejects nulls. */
    public GaveUp {
      Objects.requireNonNull(path, "path must not be null");
      Objects.requireNonNull(child, "child must not be null");
      Objects.requireNonNull(cause, "cause must not be null");
    }
  }

  /**
   * An event was given up.
   *
   * @param letter the event, and why
   * @since 0.1
   */
  record DeadLettered(DeadLetter letter) implements StageEvent {
    /** Rejects null. */
    public DeadLettered {
      Objects.requireNonNull(letter, "letter must not be null");
    }

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
  record Dropped(String path, long events, String why) implements StageEvent {
    /** Rejects nulls. */
    public Dropped {
      Objects.requireNonNull(path, "path must not be null");
      Objects.requireNonNull(why, "why must not be null");
    }
  }

  /**
   * A thread that ignored its interrupt was abandoned.
   *
   * @param path its stage
   * @param incarnation which life of it
   * @param thread the thread's name
   * @since 0.1
   */
  record Abandoned(String path, int incarnation, String thread) implements StageEvent {
    /** Rejects nulls. */
    public Abandoned {
      Objects.requireNonNull(path, "path must not be null");
      Objects.requireNonNull(thread, "thread must not be null");
    }
  }

  /**
   * A callback is taking longer than {@code SupervisorSpec.withStallWarning} allows. It goes on.
   *
   * @param path its stage
   * @param incarnation which life of it
   * @param time how long it has been running, at least
   * @param stack where it is
   * @since 0.1
   */
  record Stalled(String path, int incarnation, Duration time, List<StackTraceElement> stack) implements StageEvent {
    /** Copies the stack, and rejects nulls. */
    public Stalled {
      Objects.requireNonNull(path, "path must not be null");
      Objects.requireNonNull(time, "time must not be null");
      stack = List.copyOf(Objects.requireNonNull(stack, "stack must not be null"));
    }
  }

  /**
   * A stage has ended for good.
   *
   * @param path which stage
   * @param reason why
   * @since 0.1
   */
  record Ended(String path, StopReason reason) implements StageEvent {
    /** Rejects nulls. */
    public Ended {
      Objects.requireNonNull(path, "path must not be null");
      Objects.requireNonNull(reason, "reason must not be null");
    }
  }
}
