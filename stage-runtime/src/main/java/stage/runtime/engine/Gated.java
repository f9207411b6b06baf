package stage.runtime.engine;

/** A consumer of the runtime's that somebody else allows how many events it may take. */
@FunctionalInterface
public interface Gated {
  /** {@return how many events it may take now} The cell's thread. Looks only; who lets it grow {@linkplain Insider#nudge nudges} the stage. */
  long permits();
}
