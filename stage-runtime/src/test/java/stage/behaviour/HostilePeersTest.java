package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.Demand;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.supervision.Intensity;
import stage.api.supervision.Supervisor;
import stage.api.supervision.SupervisorSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CapturedLog;
import stage.behaviour.support.Numbers;

/** A subscriber or publisher of someone else's that keeps no rule holds up no stage but the one that speaks to it. */
class HostilePeersTest {
  private static final int THREADS = 8;
  private static final int FLOOD = 10_000_000;

  @RegisterExtension
  final CapturedLog log = new CapturedLog();
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicLong handled = new AtomicLong();
  private final Supervisor scope =
      Supervisor.open(SupervisorSpec.of("shop").withIntensity(Intensity.of(100_000)).withGrace(Duration.ofSeconds(5)));
  private final ProducerRef<Integer, ?> numbers = scope.start(Stage.producer("numbers", Numbers::new));

  @AfterEach
  void close() {
    over.countDown();
    scope.drain(Duration.ofMillis(50));
    log.take();
  }

  private void assertThatOthersGoOn() {
    scope.start(Stage.consumer("other", numbers, () -> (events, from) -> handled.addAndGet(events.size()))
        .withDemand(Demand.max(10)));
    Await.until(() -> handled.get() > 10_000, "the other consumer goes on", numbers);
    assertThat(numbers.snapshot().incarnation()).isEqualTo(1);
  }

  private static void onEightThreads(Runnable action) {
    for (int i = 0; i < THREADS; i++) Thread.ofPlatform().daemon().start(action);
  }

  private void waitForEver() {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What a subscriber does. */
  enum Receiving {
    NEVER_COMES_BACK_FROM_ON_SUBSCRIBE, NEVER_COMES_BACK_FROM_ON_NEXT, THROWS_EVERYWHERE, REQUESTS_FROM_EIGHT_THREADS,
    REQUESTS_TEN_MILLION_TIMES, REQUESTS_AND_CANCELS_AT_ONCE, REQUESTS_LESS_THAN_NOTHING
  }

  private final class Subscriber implements Flow.Subscriber<Integer> {
    private final Receiving how;

    Subscriber(Receiving how) {
      this.how = how;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      switch (how) {
        case NEVER_COMES_BACK_FROM_ON_SUBSCRIBE -> waitForEver();
        case NEVER_COMES_BACK_FROM_ON_NEXT -> subscription.request(5);
        case THROWS_EVERYWHERE -> {
          subscription.request(5);
          throw new IllegalStateException("hostile");
        }
        case REQUESTS_FROM_EIGHT_THREADS -> onEightThreads(() -> subscription.request(Long.MAX_VALUE));
        case REQUESTS_TEN_MILLION_TIMES -> Thread.ofPlatform().daemon().start(() -> {
          for (int i = 0; i < FLOOD && over.getCount() > 0; i++) subscription.request(1);
        });
        case REQUESTS_AND_CANCELS_AT_ONCE -> {
          onEightThreads(() -> subscription.request(3));
          onEightThreads(subscription::cancel);
        }
        case REQUESTS_LESS_THAN_NOTHING -> onEightThreads(() -> subscription.request(-1));
      }
    }

    @Override
    public void onNext(Integer item) {
      if (how == Receiving.NEVER_COMES_BACK_FROM_ON_NEXT) waitForEver();
      if (how == Receiving.THROWS_EVERYWHERE) throw new IllegalStateException("hostile");
    }

    @Override
    public void onError(Throwable failure) {
      if (how == Receiving.THROWS_EVERYWHERE) throw new IllegalStateException("hostile");
    }

    @Override
    public void onComplete() {
      if (how == Receiving.THROWS_EVERYWHERE) throw new IllegalStateException("hostile");
    }
  }

  @ParameterizedTest(name = "a subscriber that {0}")
  @EnumSource
  void sec15_holdsUpNobodyElse(Receiving how) {
    numbers.subscribe(new Subscriber(how));
    assertThatOthersGoOn();
  }

  /** What a publisher does. */
  enum Sending {
    NEVER_COMES_BACK_FROM_SUBSCRIBE, THROWS, SENDS_WHAT_NOBODY_ASKED_FOR, SENDS_FROM_EIGHT_THREADS, SENDS_NULL,
    SUBSCRIBES_TWICE, ENDS_AND_GOES_ON
  }

  private void send(Sending how, Flow.Subscriber<? super Integer> to) {
    if (how == Sending.NEVER_COMES_BACK_FROM_SUBSCRIBE) waitForEver();
    if (how == Sending.THROWS) throw new IllegalStateException("hostile");
    Flow.Subscription nothing = new Flow.Subscription() {
      @Override
      public void request(long n) {
        if (how == Sending.SENDS_FROM_EIGHT_THREADS) onEightThreads(() -> to.onNext(1));
        if (how == Sending.SENDS_NULL) to.onNext(null);
      }

      @Override
      public void cancel() {}
    };
    to.onSubscribe(nothing);
    if (how == Sending.SUBSCRIBES_TWICE) to.onSubscribe(nothing);
    if (how == Sending.SENDS_WHAT_NOBODY_ASKED_FOR) for (int i = 0; i < 100_000; i++) to.onNext(i);
    if (how == Sending.ENDS_AND_GOES_ON) {
      to.onComplete();
      to.onNext(1);
      to.onError(new IllegalStateException("hostile"));
    }
  }

  @ParameterizedTest(name = "a publisher that {0}")
  @EnumSource
  void sec15_harmsNobodyElse(Sending how) {
    Thread.ofPlatform().daemon().start(() -> {
      ProducerRef<Integer, ?> foreign =
          scope.start(Stage.fromPublisher("foreign", (Flow.Publisher<Integer>) to -> send(how, to)));
      scope.start(Stage.consumer("fed", foreign, () -> (events, from) -> {}));
    });
    assertThatOthersGoOn();
  }
}
