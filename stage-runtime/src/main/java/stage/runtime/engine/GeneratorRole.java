package stage.runtime.engine;

import stage.api.Stage;
import stage.runtime.time.Activity;
import stage.runtime.time.WaitState;

/** A generator: its one turn is {@code generate}, which lasts as long as its incarnation. */
final class GeneratorRole<O> extends Role {
  private final Stage.Generator<O> generator;
  private final ProducerHalf<O> half;
  private final GeneratorOutlet<O> out;
  private boolean generating;
  private boolean returned;

  GeneratorRole(Stage.Generator<O> generator, CellParts parts) {
    super(parts);
    this.generator = generator;
    this.half = parts.outputOf(generator);
    this.out = new GeneratorOutlet<>(parts, half);
  }

  @Override
  boolean isGenerating() {
    return generating;
  }

  @Override
  boolean hasTurn() {
    return generating ? half.demand() > 0 : !returned;
  }

  @Override
  void turn() throws Exception {
    generating = true;
    handover.enter(callback());
    try {
      generator.generate(out);
    } finally {
      handover.leave();
      generating = false;
      handover.left(callback());
    }
    returned = true;
    out.complete();
  }

  @Override
  void beginTurn() {
    out.open();
  }

  @Override
  void commit() {
    if (!generating) out.close();
    memory.commit();
  }

  @Override
  void rollback() {
    if (!generating) out.close();
  }

  @Override
  WaitState.Kind idle() {
    return WaitState.Kind.DEMAND;
  }

  @Override
  Activity callback() {
    return Activity.GENERATE;
  }

  @Override
  boolean isCompleted() {
    return !generating && (returned || super.isCompleted());
  }

  @Override
  RoleOutlet<?> outlet() {
    return out;
  }
}
