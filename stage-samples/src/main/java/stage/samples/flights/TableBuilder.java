package stage.samples.flights;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import stage.api.Inlet;
import stage.api.Stage;

/** The last stage: puts the parts of the table together and hands it over when all are there. */
final class TableBuilder implements Stage.Consumer<List<TableRow>> {
  private final List<List<TableRow>> parts = new ArrayList<>();
  private final CompletableFuture<Table> table;

  TableBuilder(CompletableFuture<Table> table) {
    this.table = table;
  }

  @Override
  public void onEvents(List<List<TableRow>> parts, Inlet<List<TableRow>> from) {
    this.parts.addAll(parts);
  }

  @Override
  public void onComplete() {
    table.complete(Table.of(parts));
  }
}
