package stage.runtime.bridge;

import java.util.function.Supplier;
import stage.api.StageContext;

/** The context of a stage whose behaviour is part of the runtime: a bridge. It may ask for more than users can. */
public interface BridgeContext extends StageContext {
  /**
   * {@return the context of a built-in behaviour, which offers more than its interface says}
   *
   * @param context what {@code onStart} was given
   */
  static BridgeContext of(StageContext context) {
    return (BridgeContext) context;
  }

  /**
   * Has {@link OnNotify#onNotify} run some time soon, as a turn, whether there is demand or not. Any thread; never
   * waits. Nudges do not add up.
   */
  void notifyBridge();

  /**
   * Waits until the stage has ended. Not on its own thread.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  void awaitEnd() throws InterruptedException;

  /** {@return whether the caller is the stage's own thread} Any thread. */
  boolean isCurrent();

  /**
   * {@return what the cell keeps from its first incarnation to its end, a fresh start included} The stage's own thread.
   *
   * @param first makes it
   * @param <T> what it is
   */
  <T extends BridgeResource> T kept(Supplier<T> first);

  /**
   * {@return a state in a form of its own, which survives restarts and changes with the turn, as those of {@link
   * #state} and {@link #mapState} do} Committed after what the turn emitted is published and its input is settled. The
   * stage's own thread, in {@code onStart}: after a thread was replaced, the next incarnation gets another object. Not
   * for generators, which have no turns to commit.
   *
   * @param name tells several apart, those of other kinds included; the same in every incarnation
   * @param first makes it, the first time and after the states were forgotten
   * @param <T> what it is
   */
  <T extends Transactional> T transactional(String name, Supplier<T> first);

  /**
   * Gives up on something that no batch in hand has: an event that was settled in an earlier turn, and is still being
   * worked on. It counts as a dead letter of the stage, in no ledger, and the stage's handler gets it when the turn
   * commits; if the turn throws, nothing has happened. The stage's own thread, in a turn.
   *
   * @param event what the handler gets to see of it
   * @param cause what was thrown
   * @param attempts how often it was tried
   * @param path where: the stage's path, or a name for what is inside of it
   */
  void deadLetter(Object event, Throwable cause, int attempts, String path);

  /**
   * {@return whether an input of this stage has ended because of a drain, here or further up, and not because its
   * source had no more} True when the end is told, in {@code onInputEnd} and {@code onComplete}. The stage's own
   * thread.
   */
  boolean isInputCut();

  /**
   * Publishes events at once, beyond demand if need be: those that were accepted and that no later turn of this
   * incarnation will emit. The stage's own thread, {@linkplain #inEngine in the engine}.
   *
   * @param events the events; nobody may write to the array any more
   */
  void publish(Object[] events);

  /**
   * Runs something during which no other thread takes the cell over; it must not wait. The stage's own thread, within a
   * callback; one that was replaced does not run it and gets no further.
   *
   * @param what what to run
   */
  void inEngine(Runnable what);

  /**
   * Logs what must not stop anybody. Any thread.
   *
   * @param what what happened
   * @param failure what was thrown
   */
  void report(String what, Throwable failure);

  /**
   * Tells of events that were not accepted and are lost. Any thread.
   *
   * @param events how many
   * @param why in a few words
   */
  void refused(long events, String why);
}
