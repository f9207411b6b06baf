package stage.runtime.supervision;

import stage.api.SubscriptionSnapshot;
import stage.runtime.engine.Cell;
import stage.runtime.engine.CellOwner;

/** What every cell tells its scope, whatever its owner: which events consumers gave back. */
abstract class ScopeNews implements CellOwner.News {
  final ScopeContext context;

  ScopeNews(ScopeContext context) {
    this.context = context;
  }

  @Override
  public final void returned(SubscriptionSnapshot last) {
    context.locked(() -> context.noteReturned(last));
  }

  @Override
  public final void returnedAfterEnd(Cell<?> cell, int events) {
    context.locked(() -> context.noteReturnedAfterEnd(cell, events));
  }
}
