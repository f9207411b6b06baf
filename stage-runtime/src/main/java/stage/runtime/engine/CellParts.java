package stage.runtime.engine;

import stage.api.Redelivery;
import stage.api.Stage;

/**
 * The parts of a cell that its roles work with. They outlive incarnations.
 *
 * @param input null for producers and generators
 * @param output null for consumers
 * @param memory what changes with a good turn, beside the lanes
 * @param handover the way into user code and back
 * @param turn what happens within {@code emit} of a generator; null for other stages
 * @param redelivery of the stage
 */
record CellParts(ConsumerHalf input, ProducerHalf<?> output, StageMemory memory, Handover handover, GeneratorPort turn,
    Redelivery redelivery) {
  /** {@return the output, as the behaviour of this cell sees it} The spec has tied the two types together. */
  @SuppressWarnings("unchecked")
  <O> ProducerHalf<O> outputOf(Stage.Behaviour behaviour) {
    return (ProducerHalf<O>) output;
  }
}
