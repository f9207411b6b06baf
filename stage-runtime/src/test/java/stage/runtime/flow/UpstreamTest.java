package stage.runtime.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.runtime.bridge.BridgeContext;
import stage.runtime.bridge.BulkOutlet;

class UpstreamTest {
  private final List<Object> published = new ArrayList<>();
  private final List<Object> emitted = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private boolean isFull;   // the heap
  private final BridgeContext context = mock(BridgeContext.class);
  private final BulkOutlet<Integer> out = mock(BulkOutlet.class);
  private final Upstream<Integer> upstream = new Upstream<>();

  @SuppressWarnings("unchecked")
  private <T> T mock(Class<? super T> type) {
    return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
        (proxy, method, arguments) -> switch (method.getName()) {
          case "isCurrent" -> true;
          case "path" -> "test/bridge";
          case "demand" -> 10L;
          case "inEngine" -> {
            ((Runnable) arguments[0]).run();
            yield null;
          }
          case "publish" -> {
            if (isFull) throw new OutOfMemoryError("on purpose");
            published.addAll(List.of((Object[]) arguments[0]));
            yield null;
          }
          case "emitAll" -> {
            for (int i = (int) arguments[1]; i < (int) arguments[2]; i++) emitted.add(((Object[]) arguments[0])[i]);
            yield null;
          }
          case "refused" -> {
            calls.add("refused " + arguments[0]);
            yield null;
          }
          case "stop" -> {
            calls.add("stop");
            yield null;
          }
          default -> null;
        });
  }

  @BeforeEach
  void subscribeAndAsk() {
    upstream.attach(context);
    upstream.onSubscribe(new Flow.Subscription() {
      @Override
      public void request(long events) {
        calls.add("request " + events);
      }

      @Override
      public void cancel() {
        calls.add("cancel");
      }
    });
    upstream.settle(out);
    upstream.commit();
  }

  @Nested
  class ATurnThatIsUndone {
    @Test
    void leavesWhatItHadEmittedForThePublishingAtTheEnd() {
      for (int i = 0; i < 10; i++) upstream.onNext(i);
      upstream.settle(out);
      assertThat(emitted).hasSize(10);
      upstream.rollback();
      upstream.close();
      assertThat(published).isEqualTo(FlowTest.upTo(10));
    }

    @Test
    void leavesAlsoWhatCameInARunBehindSingleOnes() {
      upstream.onNext(0);
      upstream.settle(out);
      upstream.commit();
      upstream.onNext(1);
      upstream.onRun(List.of(2, 3, 4));
      upstream.onNext(5);
      upstream.settle(out);
      upstream.rollback();
      upstream.close();
      assertThat(published).isEqualTo(FlowTest.range(1, 6));
    }
  }

  @Nested
  class OnAFullHeap {
    @Test
    void theEndCancelsAllTheSameAndPublishesTheNextTime() {
      upstream.onNext(0);
      isFull = true;
      assertThatThrownBy(upstream::close).isInstanceOf(OutOfMemoryError.class);
      assertThat(calls).contains("cancel");
      isFull = false;
      upstream.close();
      assertThat(published).containsExactly(0);
      assertThat(calls).containsOnlyOnce("cancel");
    }

    @Test
    void eventsThatCouldNotBeTakenFailTheStage() {
      var tooMany = new AbstractList<Integer>() {
        @Override
        public Integer get(int index) {
          return index;
        }

        @Override
        public int size() {
          return 3;
        }

        @Override
        public Object[] toArray() {
          throw new OutOfMemoryError("on purpose");
        }
      };
      assertThatThrownBy(() -> upstream.onRun(tooMany)).isInstanceOf(OutOfMemoryError.class);
      assertThatThrownBy(() -> upstream.settle(out)).isInstanceOf(OutOfMemoryError.class);
      upstream.onNext(1);
      assertThat(calls).as("an event after that").contains("refused 1");
    }
  }

  @Test
  void rule2_08_eventsAfterTheEndAreCountedOneByOne() {
    upstream.close();
    for (int i = 0; i < 3; i++) upstream.onNext(i);
    upstream.onRun(List.of(3, 4));
    assertThat(calls).filteredOn(call -> call.startsWith("refused")).hasSize(5).containsOnly("refused 1");
  }

  @Test
  void ofAProcessorEndsWithTheLastSubscriberAlsoIfAnotherOneCouldNotSubscribe() {
    List<Runnable> ends = new ArrayList<>();
    var processor = new StageProcessor<Integer, Integer>(upstream, (subscriber, whenOver) -> {
      if (isFull) throw new OutOfMemoryError("on purpose");
      ends.add(whenOver);
    });
    Flow.Subscriber<Integer> subscriber = new Upstream<>();
    isFull = true;
    assertThatThrownBy(() -> processor.subscribe(subscriber)).isInstanceOf(OutOfMemoryError.class);
    isFull = false;
    assertThat(calls).doesNotContain("stop");
    processor.subscribe(subscriber);
    ends.get(0).run();
    assertThat(calls).contains("stop");
  }
}
