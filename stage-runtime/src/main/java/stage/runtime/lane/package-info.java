/**
 * The queue of one subscription and its ledger: the only memory that two cells share while events flow.
 *
 * <p>The producer's cell holds it as {@link stage.runtime.lane.LaneTail}, the consumer's as
 * {@link stage.runtime.lane.LaneHead}. It knows nothing of the runtime; of the cells at its ends only what
 * {@link stage.runtime.lane.LaneEnd} says.
 */
package stage.runtime.lane;
