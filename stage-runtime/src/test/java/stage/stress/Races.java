package stage.stress;

import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import stage.api.ConsumerRef;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Stage;
import stage.api.StageEndedException;
import stage.api.Subscription;
import stage.api.SubscriptionRefusedException;
import stage.api.supervision.ScopeMisuseException;

/**
 * R4: each two of what users do, at the same time on two threads, again and again; no event is lost or doubled, and the
 * scope closes.
 */
final class Races {
  enum Deed {
    REQUEST,
    CANCEL,
    CLOSE,
    CRASH,
    SUBSCRIBE,
    EMIT
  }

  private static final int EVENTS = 3;

  private final Deed first;
  private final Deed second;
  private HandedIn handed;
  private ConsumerRef<Integer, Asking> asking;
  private Subscription subscription;
  private int next;

  private Races(Deed first, Deed second) {
    this.first = first;
    this.second = second;
  }

  static void run(int loops) throws Exception {
    Deed[] all = Deed.values();
    for (int i = 0; i < all.length; i++) {
      for (int j = i; j < all.length; j++) {
        for (int loop = 0; loop < loops; loop++) new Races(all[i], all[j]).race(loop % 2 == 0);
      }
    }
  }

  /** Asks for enough, and for more when it is told to. */
  private final class Asking implements Stage.Consumer<Integer> {
    private Inlet<Integer> inlet;

    @Override
    public void onSubscribe(Inlet<Integer> from) {
      inlet = from;
      from.request(EVENTS + 2);
    }

    @Override
    public void onEvents(List<Integer> batch, Inlet<Integer> from) {
      handed.handled.addAndGet(batch.size());
    }
  }

  private void race(boolean ownerFirst) throws Exception {
    handed = new HandedIn(Dispatcher.demand());
    try (var app = handed.app) {
      asking = app.start(Stage.consumer("asking", Asking::new));
      subscription = asking.subscribeTo(handed.producer, Demand.manual());
      for (int i = 0; i < EVENTS; i++) handed.emit(next++);
      var barrier = new CyclicBarrier(2);
      var other = new FutureTask<Void>(() -> {
        barrier.await();
        act(ownerFirst ? second : first, false);
        return null;
      });
      Thread.ofPlatform().start(other);
      barrier.await();
      act(ownerFirst ? first : second, true);
      other.get();
    }
    handed.check();
    if (asking.isAlive()) throw new AssertionError("the consumer is alive after its scope was closed");
  }

  private void act(Deed deed, boolean isOwner) throws Exception {
    try {
      switch (deed) {
        case REQUEST -> asking.cast(stage -> {
          if (stage.inlet != null) stage.inlet.request(2);
        });
        case CANCEL -> subscription.cancel();
        case CLOSE -> {
          if (isOwner) handed.app.close();
          else handed.app.stop();
        }
        case CRASH -> asking.cast(stage -> {
          throw new IllegalStateException("raced");
        });
        case SUBSCRIBE -> {
          // What the one that cancels gives back may be older than what the newcomer has had by then.
          if (first == Deed.CANCEL || second == Deed.CANCEL) handed.subscribedInAnyOrder();
          else handed.subscribed();
        }
        case EMIT -> handed.emit(Thread.currentThread().getName().equals("stress") ? next : next + 1);
      }
    } catch (StageEndedException | SubscriptionRefusedException | ScopeMisuseException late) {
      if (deed != Deed.CLOSE && !isClosing()) throw late;
    }
  }

  private boolean isClosing() {
    return first == Deed.CLOSE || second == Deed.CLOSE;
  }

}
