/**
 * Cells, lanes and mailboxes: what runs a stage.
 *
 * <p>Supervision comes in through {@link stage.runtime.engine.Cell} and {@link stage.runtime.engine.SubscriptionGraph}.
 * The package must not know why a stage is started or what becomes of a scope when one ends; it tells its
 * {@link stage.runtime.engine.CellOwner} and is told to drain or to cancel.
 */
package stage.runtime.engine;
