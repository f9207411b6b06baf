package stage.api;

import java.util.List;
import stage.api.internal.Described;
import stage.api.internal.Description;

/** Behaviours in whose place the engine runs one of its own. */
final class DescribedStage {
  private DescribedStage() {}

  /** A new one for each incarnation: no two stages may share a behaviour. */
  record OfProducer<O>(Description description) implements Stage.Producer<O>, Described {
    @Override
    public void onDemand(long demand, Outlet<O> out) {
      throw unexpected(description);
    }
  }

  record OfProducerConsumer<I, O>(Description description) implements Stage.ProducerConsumer<I, O>, Described {
    @Override
    public void onEvents(List<I> events, Inlet<I> from, Outlet<O> out) {
      throw unexpected(description);
    }
  }

  record OfConsumer<I>(Description description) implements Stage.Consumer<I>, Described {
    @Override
    public void onEvents(List<I> events, Inlet<I> from) {
      throw unexpected(description);
    }
  }

  private static UnsupportedOperationException unexpected(Description description) {
    return new UnsupportedOperationException("the engine runs a behaviour of its own in place of " + description);
  }
}
