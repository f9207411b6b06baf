package stage.runtime.engine;

/**
 * The events at the head of a lane that were in a batch which crashed their stage. They are delivered again: once as a
 * whole, then event by event. An event is tried once more than it is redelivered; tries of its batch count as its own.
 * The consumer's cell only.
 *
 * <p>Apart from its inlet, because few inlets ever have any.
 */
final class Suspects {
  private int events;         // how many of the next ones are suspects
  private boolean singly;     // whether they are delivered one at a time
  private int tries;          // how often the next of them was tried
  private int triesOfBatch;   // how often they were tried together

  /**
   * {@return how many events the next batch may have} Fewer than usual as long as it is not known which of them crash
   * the stage.
   */
  int batchLimit(int usual) {
    if (events == 0) return usual;
    return singly ? 1 : Math.min(events, usual);
  }

  /** The next events have a fate, so they are not the ones that crash the stage. */
  void absolve(int handled) {
    if (events == 0) return;
    forget(handled);
    tries = triesOfBatch;
    if (events == 0) singly = false;
  }

  /** The next events will not be tried again. */
  void forget(int dropped) {
    events = Math.max(0, events - dropped);
  }

  /**
   * A batch has crashed the stage, which is restarted.
   *
   * @param batch how many events it had
   * @param attempts how often an event is redelivered
   * @return whether that was the last try of the only event in it
   */
  boolean crashed(int batch, int attempts) {
    if (events == 0) singly = false;
    suspect(batch);
    if (batch > 1 || !singly && events > 1) {
      if (tries >= Math.min(2, attempts)) singly = true;
      triesOfBatch = tries;
      return false;
    }
    return tries > attempts;
  }

  /**
   * A batch has failed, and the incarnation goes on: of several events, each is delivered by itself.
   *
   * @param batch how many events it had
   * @return whether there was only one
   */
  boolean failed(int batch) {
    suspect(batch);
    if (batch == 1) return true;
    singly = true;
    triesOfBatch = tries;
    return false;
  }

  /** {@return how often the next event was tried} */
  int tries() {
    return tries;
  }

  private void suspect(int batch) {
    if (events == 0) {
      events = batch;
      tries = 0;
    }
    tries++;
  }
}
