package stage.simulation;

import java.util.concurrent.Flow;

/**
 * I10: hands signals on, and wants them one at a time, {@code onSubscribe} once and first, and nothing after an end.
 */
final class Serial implements Flow.Subscriber<NumberedEvent> {
  private final Flow.Subscriber<? super NumberedEvent> next;
  private final World world;
  private boolean isSubscribed;
  private boolean hasEnded;
  private boolean isInSignal;

  Serial(Flow.Subscriber<? super NumberedEvent> next, World world) {
    this.next = next;
    this.world = world;
  }

  private void signal(String what, boolean isAllowed, Runnable body) {
    if (!isAllowed || hasEnded || isInSignal) {
      world.problem = "a subscriber got " + what + (isInSignal ? " within another signal"
          : hasEnded ? " after the end" : isSubscribed ? " again" : " before onSubscribe");
    }
    isInSignal = true;
    try {
      body.run();
    } finally {
      isInSignal = false;
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    signal("onSubscribe", !isSubscribed, () -> {
      isSubscribed = true;
      next.onSubscribe(subscription);
    });
  }

  @Override
  public void onNext(NumberedEvent event) {
    signal("onNext", isSubscribed, () -> next.onNext(event));
  }

  @Override
  public void onError(Throwable failure) {
    signal("onError", isSubscribed, () -> {
      next.onError(failure);
      hasEnded = true;
    });
  }

  @Override
  public void onComplete() {
    signal("onComplete", isSubscribed, () -> {
      next.onComplete();
      hasEnded = true;
    });
  }
}
