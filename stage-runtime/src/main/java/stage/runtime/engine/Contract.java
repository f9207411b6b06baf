package stage.runtime.engine;

import stage.api.Stage;

/** The contracts that a behaviour may implement, each by the name that users know. */
enum Contract {
  /** Produces events on demand. */
  PRODUCER(Stage.Producer.class, "Stage.producer(…)"),
  /** Produces events in a loop. */
  GENERATOR(Stage.Generator.class, "Stage.generator(…)"),
  /** Consumes events and emits others. */
  PRODUCER_CONSUMER(Stage.ProducerConsumer.class, "Stage.producerConsumer(…)"),
  /** Consumes events. */
  CONSUMER(Stage.Consumer.class, "Stage.consumer(…)");

  private static final Contract[] ALL = values();

  private final Class<? extends Stage.Behaviour> type;
  private final String described;

  Contract(Class<? extends Stage.Behaviour> type, String described) {
    this.type = type;
    this.described = described;
  }

  @Override
  public String toString() {
    return "Stage." + type.getSimpleName();
  }

  /**
   * Refuses a behaviour that is none for this cell. The compiler finds most of these, but not one that implements two
   * contracts, nor one that comes from unchecked code.
   *
   * @throws IllegalStateException if it does not implement the one contract of the cell's spec, and no other
   */
  static void ensureOf(Stage.Behaviour behaviour, CellParts parts, Waits.Awaited cell) {
    Contract wanted = of(parts);
    Contract found = null;
    for (Contract contract : ALL) {
      if (!contract.type.isInstance(behaviour)) continue;
      if (found != null) {
        throw new IllegalStateException("the factory of stage " + cell.path() + " returned a "
            + behaviour.getClass().getName() + ", which implements " + found + " and " + contract
            + "; a behaviour implements one contract, and one that consumes and emits is a " + PRODUCER_CONSUMER);
      }
      found = contract;
    }
    if (found != wanted) {
      throw new IllegalStateException("the factory of stage " + cell.path() + " returned a "
          + behaviour.getClass().getName() + ", which is a " + found + ", but its spec is that of a " + wanted
          + "; describe it with " + found.described);
    }
  }

  private static Contract of(CellParts parts) {
    if (parts.turn() != null) return GENERATOR;
    if (parts.input() == null) return PRODUCER;
    return parts.output() == null ? CONSUMER : PRODUCER_CONSUMER;
  }
}
