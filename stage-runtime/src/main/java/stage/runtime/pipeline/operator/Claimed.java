package stage.runtime.pipeline.operator;

/** An element in hand that wants to know who keeps it. */
@FunctionalInterface
public interface Claimed {
  /** {@return what stands for it from now on, beyond the call that has brought it} Somebody keeps it, once more. */
  Object kept();
}
