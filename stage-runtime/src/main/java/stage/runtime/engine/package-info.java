/**
 * The cell, which runs a stage: its lifecycle, the incarnations of its behaviour, a role for each kind of stage, states
 * that commit and roll back, and who subscribes to whom.
 *
 * <p>Lanes, dispatch and mailboxes are packages of their own, which the engine uses. Supervision comes in through
 * {@link stage.runtime.engine.Cell} and {@link stage.runtime.engine.SubscriptionGraph}. The engine must not know why a
 * stage is started or what happens to a scope when one ends: it tells its {@link stage.runtime.engine.CellOwner}, which
 * decides, and is told to drain or to cancel.
 */
package stage.runtime.engine;
