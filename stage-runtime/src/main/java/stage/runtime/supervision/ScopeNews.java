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
    context.lock();
    try {
      context.noteReturned(last);
    } finally {
      context.unlock();
    }
  }

  @Override
  public final void returnedAfterEnd(Cell<?> cell, int events) {
    context.lock();
    try {
      context.noteReturnedAfterEnd(cell, events);
    } finally {
      context.unlock();
    }
  }
}
