package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.DeadLetter;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.ProducerConsumerRef;
import stage.api.ProducerRef;
import stage.api.Stage;
import stage.api.SubscriptionRefusedException;
import stage.behaviour.support.Await;
import stage.behaviour.support.Idle;
import stage.behaviour.support.Relay;
import stage.behaviour.support.QueueSink;
import stage.behaviour.support.StageTest;

/** Chains deeper than a stack: no look through a graph recurses. */
class DeepGraphTest extends StageTest {
  private static final int DEPTH = 3000;
  private static final int SMALL_STACK = 180_000;

  /** Runs something on a thread whose stack is much too small to recurse over the chain. */
  private static void onASmallStack(Runnable body) throws InterruptedException {
    var failure = new AtomicReference<Throwable>();
    var thread = new Thread(null, body, "small", SMALL_STACK);
    thread.setUncaughtExceptionHandler((broken, thrown) -> failure.set(thrown));
    thread.start();
    thread.join();
    assertThat(failure.get()).isNull();
  }

  private ProducerRef<Integer, ?> chain(ProducerRef<Integer, ?> from) {
    ProducerRef<Integer, ?> last = from;
    for (int i = 0; i < DEPTH; i++)
      last = scope.start(Stage.producerConsumer("relay-" + i, Relay::new).subscribeTo(last, Demand.max(2)));
    return last;
  }

  @Nested
  class BuiltFromTheSource {
    @Test
    void p07_isBuiltOnASmallStack() throws Exception {
      onASmallStack(() -> chain(scope.start(Stage.producer("source", Idle::new))));
      assertThat(scope.counts().active()).isEqualTo(DEPTH + 1);
    }

    @Test
    void p07_isLookedThroughForACycleOnASmallStack() throws Exception {
      ProducerConsumerRef<Integer, Integer, Relay> first = scope.start(Stage.producerConsumer("first", Relay::new));
      ProducerRef<Integer, ?> last = chain(first);
      onASmallStack(() -> assertThatThrownBy(() -> first.subscribeTo(last))
          .isInstanceOf(SubscriptionRefusedException.class)
          .hasMessageContaining("that would close the cycle test/first -> test/relay-0 -> test/relay-1 -> ")
          .hasMessageContaining("test/relay-" + (DEPTH - 1) + " -> test/first"));
    }

    @Test
    void p07_endsInASinkOfDeadLettersOnASmallStack() throws Exception {
      onASmallStack(() -> {
        ProducerRef<DeadLetter, ?> last = scope.deadLetters();
        for (int i = 0; i < DEPTH / 3; i++)
          last = scope.start(Stage.producerConsumer("letters-" + i, last, Letters::new));
      });
      scope.join();   // does not wait for those that take dead letters
    }
  }

  private static final class Letters implements Stage.ProducerConsumer<DeadLetter, DeadLetter> {
    @Override
    public void onEvents(List<DeadLetter> events, Inlet<DeadLetter> from, Outlet<DeadLetter> out) {
      events.forEach(out::emit);
    }
  }

  @Nested
  class ASubscriptionThatFails {
    /** A producer of nobody's runtime, whose author has made a mistake. */
    @SuppressWarnings("unchecked")
    private static ProducerRef<Integer, Idle> broken(Throwable thrown) {
      return (ProducerRef<Integer, Idle>) Proxy.newProxyInstance(DeepGraphTest.class.getClassLoader(),
          new Class<?>[]{ProducerRef.class}, (self, method, args) -> {
        if (method.isDefault()) return InvocationHandler.invokeDefault(self, method, args);
        throw thrown;
      });
    }

    @Test
    void p07b_endsTheStageWhateverIsThrown() {
      for (Throwable thrown : List.of(new StackOverflowError("deep"), new AssertionError("wrong"),
          new IllegalStateException("no"))) {
        var made = new AtomicReference<Thread>();
        assertThatThrownBy(() -> scope.start(Stage.consumer("sink", () -> {
          made.set(Thread.currentThread());
          return new QueueSink();
        }).subscribeTo(broken(thrown)))).isSameAs(thrown);
        Await.until(() -> !made.get().isAlive(), "its thread has ended");
        assertThat(scope.childSnapshots()).isEmpty();
      }
    }
  }
}
