package stage.api;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a stage does with its time, at one instant. Totals are over all incarnations, and only grow; a share is the
 * difference of two snapshots.
 *
 * <p>Turns are always counted. The times of turns and waits are added up only while the scope is watched, because
 * reading the clock twice for every turn costs something; turns that take long are timed by themselves, too. What a
 * stage waits for now, and since when, is always known.
 *
 * @param inStatus how long the stage has had its status
 * @param restarts incarnations that took over after a crash or a group restart
 * @param lastCrash its last crash, if it ever crashed
 * @param turns callbacks that have run
 * @param inTurns how long callbacks have run in total, as far as they were timed
 * @param longestTurn the longest callback that was timed
 * @param longestCallback which callback that was; empty if there is none
 * @param callback the callback that runs now; empty if none does
 * @param inCallback how long it has run at least: exact if it was timed, as it is while the scope is watched; else zero
 * @param waitsFor what the stage's thread waits for now; empty if it does not wait
 * @param waiting how long it has waited for that; zero if it does not wait
 * @param waited how long it has waited in total for each reason, while the scope was watched, the present wait included
 * @param threads how many threads work for it now: its own, and those that handle an event each
 * @param threadId the identifier of its thread, as in a thread dump; 0 if it has none
 * @since 0.1
 */
public record StageActivity(
    Duration inStatus,
    int restarts,
    Optional<LastCrash> lastCrash,
    long turns,
    Duration inTurns,
    Duration longestTurn,
    String longestCallback,
    String callback,
    Duration inCallback,
    Optional<WaitReason> waitsFor,
    Duration waiting,
    Map<WaitReason, Duration> waited,
    int threads,
    long threadId) {

  /** The activity of a stage of which nothing was measured. */
  public static final StageActivity NONE = new StageActivity(Duration.ZERO, 0, Optional.empty(), 0,
      Duration.ZERO, Duration.ZERO, "", "", Duration.ZERO, Optional.empty(), Duration.ZERO, Map.of(), 0, 0);

  /** Copies the map, and rejects nulls. */
  public StageActivity {
    Objects.requireNonNull(inStatus, "inStatus must not be null");
    Objects.requireNonNull(lastCrash, "lastCrash must not be null; use Optional.empty()");
    Objects.requireNonNull(inTurns, "inTurns must not be null");
    Objects.requireNonNull(longestTurn, "longestTurn must not be null");
    Objects.requireNonNull(longestCallback, "longestCallback must not be null; use \"\" if there is none");
    Objects.requireNonNull(callback, "callback must not be null; use \"\" if none runs");
    Objects.requireNonNull(inCallback, "inCallback must not be null");
    Objects.requireNonNull(waitsFor, "waitsFor must not be null; use Optional.empty()");
    Objects.requireNonNull(waiting, "waiting must not be null");
    waited = Map.copyOf(Objects.requireNonNull(waited, "waited must not be null"));
  }

  /** {@return whether a callback is running} */
  public boolean isInCallback() {
    return !callback.isEmpty();
  }
}
