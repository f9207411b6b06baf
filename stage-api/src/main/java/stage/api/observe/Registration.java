package stage.api.observe;

/**
 * Something that goes on until it is closed, or its scope is.
 *
 * @since 0.1
 */
public interface Registration extends AutoCloseable {
  /** Ends it. Any thread; returns at once. Closing it twice changes nothing. */
  @Override
  void close();
}
