package stage.runtime.bridge;

/** A producer-consumer of the runtime that may take events while nothing is wanted of it, because it keeps them. */
@FunctionalInterface
public interface TakesAhead {
  /** {@return whether it does} Asked between turns; the cell's thread. */
  boolean takesAhead();
}
