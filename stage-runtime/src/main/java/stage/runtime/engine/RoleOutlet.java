package stage.runtime.engine;

import stage.api.Outlet;

/** What the behaviour of one incarnation emits into, as its {@link Role} knows it. The cell's thread only. */
interface RoleOutlet<O> extends Outlet<O> {
  /** {@return whether the behaviour has completed it} */
  boolean isCompleted();
}
