package stage.runtime.pipeline;

/** A link that holds back elements until their time has come, or the end. */
abstract class WaitingLink<T> extends HeldLink<T> {
  long now;   // of this turn, by the engine's clock

  WaitingLink(T first) {
    super(first);
  }

  /** Lets go on what is held back, if there is anything. Returns whether there was room for it. */
  abstract boolean flush() throws Exception;

  @Override
  final void turn(long now) {
    this.now = now;
  }

  @Override
  final boolean timer(long now) throws Exception {
    return now < nextTimer() || flush();
  }

  @Override
  final boolean end(boolean isCut) throws Exception {
    return flush();
  }
}
