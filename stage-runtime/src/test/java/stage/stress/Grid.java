package stage.stress;

import java.util.concurrent.FutureTask;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Subscription;
import stage.api.supervision.Supervisor;

/**
 * R3: so many events before and so many after somebody closes the scope, cancels a subscription or subscribes, on
 * either kind of thread.
 */
final class Grid {
  private enum Deed {
    CLOSE,
    CANCEL,
    SUBSCRIBE
  }

  private Grid() {}

  static void run(int size) throws Exception {
    for (Deed deed : Deed.values()) {
      for (int before = 0; before < size; before++) {
        for (int after = 0; after < size; after++) {
          run(deed, before, after, Thread.ofPlatform());
          run(deed, before, after, Thread.ofVirtual());
        }
      }
    }
  }

  private static void run(Deed deed, int before, int after, Thread.Builder feeding) throws Exception {
    var handed = new HandedIn(Dispatcher.demand());
    FutureTask<Void> feeder;
    try (Supervisor unlessFailed = handed.app) {
      Supervisor app = unlessFailed;
      ConsumerRef<Integer, ?> first = handed.consumer();
      Subscription subscription = first.subscribeTo(handed.producer, Demand.max(3));
      for (int i = 0; i < before; i++) handed.emit(i);
      feeder = new FutureTask<>(() -> {
        for (int i = 0; i < after; i++) if (!handed.emit(before + i)) return null;
        return null;
      });
      feeding.start(feeder);
      switch (deed) {
        case CLOSE -> app.close();
        // nobody is left to take events, so the feeder waits until the scope is closed
        case CANCEL -> subscription.cancel();
        case SUBSCRIBE -> {
          handed.subscribed();
          feeder.get();
        }
      }
    }
    feeder.get();
    handed.check();
    int mustBeThere = deed == Deed.SUBSCRIBE ? before + after : before;
    if (handed.accepted.get() < mustBeThere)
      throw new AssertionError(deed + " after " + before + ": only " + handed.accepted + " events were accepted");
    if (deed == Deed.SUBSCRIBE && handed.handled.get() != mustBeThere)
      throw new AssertionError("only " + handed.handled + " of " + mustBeThere + " events were handled");
  }
}
