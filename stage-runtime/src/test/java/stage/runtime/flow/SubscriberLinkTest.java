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
  private final BridgeContext context = (BridgeContext) Proxy.newProxyInstance(BridgeContext.class.getClassLoader(),
      new Class<?>[] {BridgeContext.class}, (proxy, method, arguments) -> switch (method.getName()) {
        case "isCurrent" -> !isReplaced;
        case "path" -> "test/bridge";
        default -> null;
      });
  private final SubscriberLink<Integer> link = new SubscriberLink<>(new Flow.Subscriber<>() {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      signals.add("subscribed");
    }

    @Override
    public void onNext(Integer event) {
      signals.add("got " + event);
    }

    @Override
    public void onError(Throwable failure) {
      signals.add("failed");
    }

    @Override
    public void onComplete() {
      signals.add("completed");
    }
  }, over -> {});

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
}
