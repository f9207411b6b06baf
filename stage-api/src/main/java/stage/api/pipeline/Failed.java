package stage.api.pipeline;

/**
 * An element that a step has failed on.
 *
 * @param input the element as it came into the run of steps
 * @param value what had become of it when the step got it
 * @param cause what the step threw
 * @param step the step's name, such as {@code parse}
 * @param line where the step was written, such as {@code Weblog.java:31}
 * @param attempts how often the element was tried
 * @since 0.1
 */
public record Failed(Object input, Object value, Throwable cause, String step, String line, int attempts) {
  /** Checks that nothing is missing. */
  public Failed {
    Arguments.notNull("input", input);
    Arguments.notNull("value", value);
    Arguments.notNull("cause", cause);
    Arguments.notNull("step", step);
    Arguments.notNull("line", line);
  }
}
