package stage.runtime.pipeline;

/** A step of a run as elements pass it: hands what comes of one to the link behind it. The run's own thread. */
abstract class Link {
  LinkContext chain;
  Link next;    // null for the last
  int place;    // among the links of the chain
  int step;     // the number of its first step, for failures
  boolean isMarkedEach; // where others are marked only for an element that has thrown: whether this is for each
  boolean isUnmarked;   // whether what it does with an element is never taken back: nothing fails any more then
  boolean isTraceless;  // whether an element that throws in it, or behind it, has changed nothing from here on

  /**
   * Takes an element. What user code throws is marked with {@link LinkContext#failed}; what later links throw passes
   * through.
   */
  abstract void push(Object value, long t, long w) throws Exception;

  /** {@return whether it keeps anything from element to element} */
  boolean isStateful() {
    return false;
  }

  /** {@return whether it makes one element or none of one, and hands that on last} */
  boolean makesOneAtMost() {
    return false;
  }

  /**
   * {@return whether it changes what it keeps only when nothing can throw any more} What throws on such an element has
   * left it as it was, so it need not be marked beforehand.
   */
  boolean isAtomic() {
    return !isStateful();
  }

  /** {@return whether elements end here} What comes of them comes later, of no element. */
  boolean isAbsorbing() {
    return false;
  }

  /** {@return whether {@link #isDone} can ever be true} */
  boolean canBeDone() {
    return false;
  }

  /**
   * {@return a loop that ends with this; null if there is none} Of links that leave no trace of an element that throws.
   */
  RunSteps fused(RunSteps before) {
    return null;
  }

  /** A loop that ends with this begins a batch. */
  void begin(Sweep sweep) {}

  /** A loop that ends with this has gone through a batch, or has stopped in it. */
  void end(Sweep sweep) {}

  /** Begins an element. */
  void mark() {}

  /** Takes back what the element has changed. */
  void undo() {}

  /** The element, whose changes were taken back, is given up. */
  void gaveUp() {}

  void commit() {}

  void rollback() {}

  /** Ends what user code does for it meanwhile, and waits for that: an incarnation is over. In user code. */
  void stop() {}

  /** As that, without waiting. Any thread. */
  void leave() {}

  /** Takes over what was committed from a link of a thread that was replaced. */
  void adopt(Link committed) {}

  /** {@return how many windows of time it keeps open, as of the last commit} */
  int openWindows() {
    return 0;
  }

  /** Begins a turn. */
  void turn(long now) {}

  /** {@return what it has made of several elements, which goes on by itself; null if it never makes such results} */
  ReadyResults ready() {
    return null;
  }

  /** {@return whether it lets nothing pass any more} */
  boolean isDone() {
    return false;
  }

  /** {@return whether it wants elements of a side now} Asked of the first link only. */
  boolean isOpen(int side) {
    return true;
  }

  /**
   * Learns what one side vouches for. Returns whether there was room for what came of that. Told to the first link
   * only.
   */
  boolean sideProgress(int side, long c) throws Exception {
    return true;
  }

  /**
   * Learns that a side has ended. Returns whether there was room for what came of that. Told to the first link only.
   */
  boolean sideEnded(int side) throws Exception {
    return true;
  }

  /** Learns what its input vouches for. Returns whether there was room for what came of that. */
  boolean progress(long c) throws Exception {
    return true;
  }

  /** {@return what it vouches for, if its input vouches for {@code c}} */
  long vouchesFor(long c) {
    return c;
  }

  /** {@return when it wants {@link #timer}; {@link Long#MAX_VALUE} for never} */
  long nextTimer() {
    return Long.MAX_VALUE;
  }

  boolean timer(long now) throws Exception {
    return true;
  }

  /** Learns that no element comes any more. Returns whether there was room for what came of that. */
  boolean end(boolean isCut) throws Exception {
    return true;
  }

  /** Goes on with what there was no room for. */
  boolean resume() throws Exception {
    return true;
  }
}
