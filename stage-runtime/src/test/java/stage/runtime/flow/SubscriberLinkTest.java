package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stage.api.StopReason;
import stage.runtime.bridge.BridgeContext;

class SubscriberLinkTest {
  private final List<String> signals = new ArrayList<>();
  private boolean isReplaced;   // the thread of the test
  private Runnable meanwhile = () -> {};   // runs within onNext
  private final BridgeContext context = (BridgeContext) Proxy.newProxyInstance(BridgeContext.class.getClassLoader(),
      new Class<?>[] {BridgeContext.class}, (proxy, method, arguments) -> switch (method.getName()) {
        case "isCurrent" -> !isReplaced;
        case "path" -> "test/bridge";
        default -> null;
      });
  private final SubscriberLink<Integer> link = new SubscriberLink<>(new Noting(signals), over -> {});

  /** Notes its signals. */
  private final class Noting implements Flow.Subscriber<Integer> {
    private final List<String> signals;

    private Noting(List<String> signals) {
      this.signals = signals;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      signals.add("subscribed");
    }

    @Override
    public void onNext(Integer event) {
      signals.add("got " + event);
      meanwhile.run();
    }

    @Override
    public void onError(Throwable failure) {
      signals.add("failed");
    }

    @Override
    public void onComplete() {
      signals.add("completed");
    }
  }

  @BeforeEach
  void begin() {
    link.begin(context);
    link.greet();
    link.next(List.of(1));
  }

  @Test
  void rule1_03_aThreadThatWasReplacedBeforeItCouldSignalDoesNotSignalAnyMore() {
    isReplaced = true;
    link.next(List.of(2));
    assertThat(link.delivered()).isEqualTo(1);
    link.over(new StopReason.Completed());
    assertThat(signals).containsExactly("subscribed", "got 1");
  }

  @Test
  void rule1_03_aSignalIsSeenAlthoughAThreadThatWasReplacedComesAndGoesMeanwhile() {
    link.begin(context);   // the incarnation whose signal takes long
    meanwhile = () -> {
      isReplaced = true;
      link.next(List.of(9));   // the first one's thread, late
      isReplaced = false;
      link.begin(context);     // the next one
    };
    link.next(List.of(2));
    meanwhile = () -> {};
    assertThat(link.isSpent()).isTrue();
    link.over(new StopReason.Completed());
    assertThat(signals).containsExactly("subscribed", "got 1", "got 2");
  }

  @Test
  void rule1_09_aThreadThatWasReplacedBeforeItCouldGreetLeavesThatToItsSuccessor() {
    var events = new ArrayList<String>();
    var late = new SubscriberLink<Integer>(new Noting(events), over -> {});
    late.begin(context);
    isReplaced = true;
    late.greet();
    assertThat(events).isEmpty();
    isReplaced = false;
    late.begin(context);
    late.greet();
    late.next(List.of(1));
    assertThat(events).containsExactly("subscribed", "got 1");
  }

  @Test
  void rule3_13_aSubscriptionThatIsOverDoesNotKnowWhomToTell() {
    List<Object> told = new ArrayList<>();
    var shortOne = new SubscriberLink<Integer>(new Noting(new ArrayList<>()), told::add);
    shortOne.begin(context);
    shortOne.cancel();
    shortOne.over(new StopReason.Stopped());
    assertThat(told).isNotEmpty().containsOnly(shortOne);
    assertThat(shortOne).extracting("whenOver", "subscriber").containsOnlyNulls();
  }
}
