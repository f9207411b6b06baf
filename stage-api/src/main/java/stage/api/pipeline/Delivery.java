package stage.api.pipeline;

/**
 * An event from outside that wants an answer.
 *
 * @param payload the element that the pipeline gets
 * @param token what the source needs to answer for it, such as an offset
 * @param <T> the payloads
 * @since 0.1
 */
public record Delivery<T>(T payload, Object token) {
  /** Checks that nothing is missing. */
  public Delivery {
    Arguments.notNull("payload", payload);
    Arguments.notNull("token", token);
  }
}
