package stage.api;

/**
 * Why an incarnation of a stage ended.
 *
 * @since 0.1
 */
public sealed interface StopReason {
  /**
   * There was nothing left to do: a generator returned, an outlet was completed, or the last subscription completed.
   *
   * @since 0.1
   */
  record Completed() implements StopReason {
    /** {@return the name of this kind of end} */
    @Override
    public String toString() {
      return "Completed";
    }
  }

  /**
   * It was asked to stop: by its own context, by its handle, or because its scope closed.
   *
   * @since 0.1
   */
  record Stopped() implements StopReason {
    /** {@return the name of this kind of end} */
    @Override
    public String toString() {
      return "Stopped";
    }
  }

  /**
   * Another behaviour took its place with {@link StageRef#replace}.
   *
   * @since 0.1
   */
  record Replaced() implements StopReason {
    /** {@return the name of this kind of end} */
    @Override
    public String toString() {
      return "Replaced";
    }
  }

  /**
   * Its supervisor restarts it together with another stage that crashed; the next incarnation follows.
   *
   * @param crashed the path of the stage that crashed
   * @since 0.1
   */
  record GroupRestart(String crashed) implements StopReason {}

  /**
   * One of its callbacks threw.
   *
   * @param cause what was thrown
   * @since 0.1
   */
  record Crashed(Throwable cause) implements StopReason {
    /**
     * {@return the kind of end and of its cause} The cause's own text is left to its stack trace: asking for it may
     * throw.
     */
    @Override
    public String toString() {
      return "Crashed[cause=" + nameOf(cause) + "]";
    }
  }

  /**
   * A producer it was subscribed to failed, and the subscription's {@link CancelPolicy} ends the consumer with it.
   *
   * @param producer the path of that producer
   * @param cause why the producer failed
   * @since 0.1
   */
  record ProducerFailed(String producer, Throwable cause) implements StopReason {
    /**
     * {@return the kind of end, of its cause, and the producer} The cause's own text is left to its stack trace: asking
     * for it may throw.
     */
    @Override
    public String toString() {
      return "ProducerFailed[producer=" + producer + ", cause=" + nameOf(cause) + "]";
    }
  }

  private static String nameOf(Throwable cause) {
    return cause == null ? "null" : cause.getClass().getName();
  }

  /** {@return whether this is an end by failure: {@link Crashed} or {@link ProducerFailed}} */
  default boolean isFailure() {
    return this instanceof Crashed || this instanceof ProducerFailed;
  }
}
