package stage.api.internal;

/** A behaviour that only says what it should be; the engine runs one of its own in its place. */
@FunctionalInterface
public interface Described {
  /** {@return what it should be} */
  Description description();
}
