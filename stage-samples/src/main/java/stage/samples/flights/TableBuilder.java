package stage.samples.flights;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;

/**
 * The last stage: puts the parts of the table together and hands it over when all are there. The parts outlive a crash.
 */
final class TableBuilder implements Stage.Consumer<List<TableRow>> {
  private final CompletableFuture<DelayTable> table;
  private State<List<List<TableRow>>> parts;

  TableBuilder(CompletableFuture<DelayTable> table) {
    this.table = table;
  }

  @Override
  public void onStart(StageContext context) {
    parts = context.state("parts", List.of());
  }

  @Override
  public void onEvents(List<List<TableRow>> parts, Inlet<List<TableRow>> from) {
    this.parts.set(Stream.concat(this.parts.value().stream(), parts.stream()).toList());
  }

  /** The table may be handed over twice, if a crash comes between that and the end; it is the same one. */
  @Override
  public void onComplete() {
    table.complete(DelayTable.of(parts.value()));
  }
}
