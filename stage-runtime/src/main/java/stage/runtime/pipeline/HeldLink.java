package stage.runtime.pipeline;

import stage.runtime.pipeline.operator.KeptValue;

/** A link whose state is one immutable value. */
abstract class HeldLink<T> extends Link {
  final KeptValue<T> held;

  HeldLink(T first) {
    held = new KeptValue<>(first);
  }

  @Override
  final boolean isStateful() {
    return true;
  }

  @Override
  void mark() {
    held.mark();
  }

  @Override
  void undo() {
    held.undo();
  }

  @Override
  void commit() {
    held.commit();
  }

  @Override
  void rollback() {
    held.rollback();
  }

  @Override
  @SuppressWarnings("unchecked")   // the same place in a chain of the same plan
  void adopt(Link committed) {
    held.adopt(((HeldLink<T>) committed).held);
  }
}
