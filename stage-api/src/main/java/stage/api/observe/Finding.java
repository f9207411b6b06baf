package stage.api.observe;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import stage.api.StageSnapshot;
import stage.api.WaitReason;

/**
 * One thing that an {@link Explanation} says.
 *
 * @since 0.1
 */
public sealed interface Finding {
  /** {@return what was found, in words for people who did not write the program; one line, no full stop} */
  String sentence();

  /**
   * {@return whether it says that a stage does not go on although it should} Not so for a source without input, a
   * throttle that holds events back or a selector that wants none: these are found too, but may be intended.
   */
  default boolean isStuck() {
    return this instanceof Deadlock || this instanceof RootCause cause && switch (cause.kind()) {
      case SOURCE_SILENT, AWAITS_INPUT, NOTHING_SELECTED, THROTTLED, SILENT_ELSEWHERE -> false;
      default -> true;
    };
  }

  /**
   * Stages wait for each other in a circle, and none of them will ever go on.
   *
   * @param cycle each stage with what it waits for; the last one waits for the first
   * @since 0.1
   */
  record Deadlock(List<Step> cycle) implements Finding {
    /**
     * One stage of the circle.
     *
     * @param stage its path
     * @param reason why it waits for the next one, such as {@code is inside call()}
     */
    public record Step(String stage, String reason) {
      /** Rejects nulls. */
      public Step {
        Objects.requireNonNull(stage, "stage must not be null");
        Objects.requireNonNull(reason, "reason must not be null");
      }
    }

    /** Copies the list. */
    public Deadlock {
      cycle = List.copyOf(Objects.requireNonNull(cycle, "cycle must not be null"));
    }

    @Override
    public String sentence() {
      return Sentences.plain(Sentences.of(this));
    }
  }

  /**
   * What keeps a stage, and with it others, from going on.
   *
   * @since 0.1
   */
  enum Kind {
    /** A callback runs, or blocks, inside user code. */
    IN_CALLBACK,
    /** The stage has not finished starting. */
    STARTING,
    /** The stage has no consumer, so it has no demand. */
    NOBODY_SUBSCRIBES,
    /** No consumer has subscribed to a partition for which events wait. */
    UNCLAIMED_PARTITION,
    /** The stage's consumers want events, and it has none to give. */
    SOURCE_SILENT,
    /** The stage is a source that waits, in its own code, for a queue, a connection or the time of its next look. */
    AWAITS_INPUT,
    /** The stage is subscribed to no producer, so nothing arrives. */
    NO_SUBSCRIPTION,
    /** A selector turns every event down. */
    NOTHING_SELECTED,
    /** The stage is paused. */
    PAUSED,
    /** The stage has crashed and waits for its restart. */
    BACKING_OFF,
    /** The stage waits for its supervisor, which restarts it together with others. */
    HELD,
    /** The source has handed out as many deliveries as may be open, and none is answered for. */
    DELIVERIES_OPEN,
    /** Deliveries are done, but the source's own method that takes the answers throws each time. */
    ANSWERS_FAIL,
    /** The stage asks for events by itself, and has not. */
    NOT_REQUESTED,
    /** The stage throttles, and lets no more through for now. */
    THROTTLED,
    /** A subscriber outside of Stage has requested nothing more, or the reader of a stream does not read on. */
    SUBSCRIBER_SILENT,
    /** The stage could run, but others do not let go of the threads that carry virtual threads. */
    NO_CARRIER,
    /** The stage waits for one that belongs to another scope, where this explanation does not look. */
    ELSEWHERE,
    /** The stage has had no events from one that belongs to another scope, which may be intended. */
    SILENT_ELSEWHERE
  }

  /**
   * The end of a chain of stages that wait for one another.
   *
   * @param culprit the path of the stage that the others wait for
   * @param kind what it does, or what it lacks
   * @param lasted how long this has gone on at least
   * @param victims stages that wait for it, directly or through others, the farthest first
   * @param detail what else is known, in words that fit into the sentence: the method it is in, the last crash, how
   *     long it backs off; may be empty
   * @param stack where the culprit is, if it is in user code; else empty
   * @since 0.1
   */
  record RootCause(
      String culprit,
      Kind kind,
      Duration lasted,
      List<Victim> victims,
      String detail,
      List<StackTraceElement> stack)
      implements Finding {
    /** Copies the lists, and rejects nulls. */
    public RootCause {
      Objects.requireNonNull(culprit, "culprit must not be null");
      Objects.requireNonNull(kind, "kind must not be null");
      Objects.requireNonNull(lasted, "lasted must not be null");
      Objects.requireNonNull(detail, "detail must not be null; use \"\" if there is nothing to add");
      victims = List.copyOf(Objects.requireNonNull(victims, "victims must not be null"));
      stack = List.copyOf(Objects.requireNonNull(stack, "stack must not be null"));
    }

    @Override
    public String sentence() {
      return Sentences.plain(Sentences.of(this));
    }
  }

  /**
   * A stage that stands still because of another one.
   *
   * @param stage its path, or the name of a thread that is no stage's
   * @param waitsFor what it waits for; empty if it is inside a call
   * @param waiting for how long; if it is inside a callback, for as long as is known
   * @param windows how many windows of time it keeps open because the culprit says nothing of its event time, while it
   *     handles what others send; 0 if it waits for the culprit's events or demand
   * @since 0.1
   */
  record Victim(String stage, Optional<WaitReason> waitsFor, Duration waiting, long windows) {
    /** Rejects nulls. */
    public Victim {
      Objects.requireNonNull(stage, "stage must not be null");
      Objects.requireNonNull(waitsFor, "waitsFor must not be null; use Optional.empty()");
      Objects.requireNonNull(waiting, "waiting must not be null");
    }
  }

  /**
   * Everything flows, and this stage says how fast.
   *
   * @param stage its path
   * @param busy the share of the time in which it was busy, 0 to 1
   * @param capacity how many events it could handle in a second if it were busy all the time
   * @param amplification how many events it emits for each it handles; 0 if it emits none
   * @param next the stage that would be the limit without it; empty if none is known
   * @param gain how many times the present rate the next one would allow; 1 if none is known
   * @param throttles whether the stage is the limit on purpose
   * @since 0.1
   */
  record Bottleneck(
      String stage, double busy, double capacity, double amplification, Optional<String> next, double gain,
      boolean throttles)
      implements Finding {
    /** Rejects nulls. */
    public Bottleneck {
      Objects.requireNonNull(stage, "stage must not be null");
      Objects.requireNonNull(next, "next must not be null; use Optional.empty()");
    }

    /** {@return the same, or, if the stage has handled more by these rates, what it can handle by them} */
    Bottleneck beside(TreeSnapshot tree, TreeRates rates) {
      Optional<StageSnapshot> there = tree.stages().stream().filter(each -> each.path().equals(stage)).findFirst();
      if (there.isEmpty() || capacity == 0) return this;
      TreeRates.StageRates of = rates.of(there.get());
      double handled = there.get().inputs().isEmpty() ? of.out() : of.in();
      if (handled <= (throttles ? capacity * busy : capacity)) return this;
      double share = of.busy() > 0 ? of.busy() : 1;
      return new Bottleneck(stage, share, handled / share, amplification, next, gain, throttles);
    }

    @Override
    public String sentence() {
      return Sentences.plain(Sentences.of(this));
    }
  }

  /**
   * One member of a partitioned group gets far more events than the others.
   *
   * @param producer the path of the producer that partitions
   * @param member the path of the consumer that gets most
   * @param partition its partition
   * @param rate events per second that it gets
   * @param median events per second that the median of the group gets
   * @since 0.1
   */
  record Skew(String producer, String member, String partition, double rate, double median) implements Finding {
    /** Rejects nulls. */
    public Skew {
      Objects.requireNonNull(producer, "producer must not be null");
      Objects.requireNonNull(member, "member must not be null");
      Objects.requireNonNull(partition, "partition must not be null");
    }

    @Override
    public String sentence() {
      return Sentences.plain(Sentences.of(this));
    }
  }

  /**
   * A supervisor is closing, and stages of it have not ended yet.
   *
   * @param scope its path
   * @param left how long it waits for them before it cancels them; zero if it has
   * @param stages the paths of those that are left, in start order; at least one
   * @since 0.1
   */
  record Closing(String scope, Duration left, List<String> stages) implements Finding {
    /**
     * Copies the list, and rejects nulls.
     *
     * @throws IllegalArgumentException if no stage is left
     */
    public Closing {
      Objects.requireNonNull(scope, "scope must not be null");
      Objects.requireNonNull(left, "left must not be null");
      stages = List.copyOf(Objects.requireNonNull(stages, "stages must not be null"));
      if (stages.isEmpty()) throw new IllegalArgumentException("stages must hold at least 1, but were empty");
    }

    @Override
    public String sentence() {
      return Sentences.plain(Sentences.of(this));
    }
  }

  /**
   * Nothing is wrong.
   *
   * @param stages how many stages were looked at
   * @param eventsPerSecond how many events consumers have handled in a second, all together
   * @since 0.1
   */
  record Healthy(int stages, double eventsPerSecond) implements Finding {
    @Override
    public String sentence() {
      return Sentences.plain(Sentences.of(this));
    }
  }
}
