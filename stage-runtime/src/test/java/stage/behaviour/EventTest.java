package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stage.api.Demand;
import stage.api.Dispatcher;
import stage.api.Inlet;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.SubscriptionSpec;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.Evil;

/** An event is the user's: the engine hands it on and asks nothing of it. */
class EventTest extends CrashTest {
  private static final int POISON = 7;

  /** Fails forever on one event. */
  private static final class Picky implements Stage.Consumer<Evil> {
    private final BlockingQueue<Integer> handled;

    Picky(BlockingQueue<Integer> handled) {
      this.handled = handled;
    }

    @Override
    public void onEvents(List<Evil> batch, Inlet<Evil> from) throws IOException {
      for (Evil event : batch) if (event.number == POISON) throw new IOException("poison");
      for (Evil event : batch) handled.add(event.number);
    }
  }

  enum Shared {
    BY_DEMAND(Dispatcher.demand()),
    BROADCAST(Dispatcher.broadcast()),
    BY_PARTITION(Dispatcher.partition(List.of("all"), event -> "all"));

    final Dispatcher<Evil> dispatch;

    Shared(Dispatcher<Evil> dispatch) {
      this.dispatch = dispatch;
    }

    SubscriptionSpec<Evil> subscription(SubscriptionSpec<Evil> plain) {
      return switch (this) {
        case BY_DEMAND -> plain;
        case BROADCAST -> plain.withSelector(event -> true);
        case BY_PARTITION -> plain.withPartition("all");
      };
    }
  }

  @Nested
  class WhoseMethodsThrow {
    private final BlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> letters = new LinkedBlockingQueue<>();

    @ParameterizedTest
    @EnumSource
    void f27_isEmittedDeliveredAgainAndDeadLettered(Shared shared) throws Exception {
      var producer = start(Stage.source("producer", Evil.class).withDispatcher(shared.dispatch));
      var relay = start(
          Stage.producerConsumer("relay", shared.subscription(SubscriptionSpec.to(producer)).withDemand(Demand.max(5)),
              Evil.class, () -> (events, from, out) -> out.emitAll(events)));
      var consumer = start(Stage.consumer("consumer", () -> new Picky(handled)).withRedelivery(Redelivery.attempts(1))
          .withDeadLetters(letter -> letters.add(((Evil) letter.event()).number)).subscribeTo(relay, Demand.max(10)));
      producer.castEmit((behaviour, out) -> out.emitAll(IntStream.range(0, 10).mapToObj(Evil::new).toList()));
      for (int i = 10; i < 20; i++) producer.emit(new Evil(i));

      assertThat(Await.next(letters, consumer)).isEqualTo(POISON);
      assertThat(Await.next(19, handled, consumer))
          .containsExactlyElementsOf(IntStream.range(0, 20).filter(n -> n != POISON).boxed().toList());
      assertThat(Stream.of(producer, relay, consumer).map(ref -> ref.snapshot().toString())).noneMatch(String::isEmpty);
      assertThat(log.take()).allMatch(line -> line.getMessage().contains("decision=RESTART"));
    }

    @Test
    void f27_isReturnedAndDeliveredToAnother() throws Exception {
      var producer = start(Stage.source("producer", Evil.class));
      var leaver = start(Stage.consumer("leaver", producer, () -> (batch, from) -> from.cancel(0)));
      producer.castEmit((behaviour, out) -> out.emitAll(List.of(new Evil(1), new Evil(2))));
      Await.until(() -> leaver.snapshot().inputs().isEmpty(), "it has left", leaver);
      start(Stage.consumer("heir", () -> new Picky(handled)).subscribeTo(producer));
      assertThat(Await.next(2, handled, producer)).containsExactly(1, 2);
    }
  }

  @Nested
  class ThatIsChangedAfterItWasEmitted {
    @Test
    void f26_isDeliveredAsTheOneItIs() throws Exception {
      BlockingQueue<List<Integer>> handled = new LinkedBlockingQueue<>();
      var event = new ArrayList<Integer>();
      var producer =
          start(Stage.<List<Integer>, Stage.Producer<List<Integer>>>producer("producer", () -> (demand, out) -> {}));
      producer.castEmit((behaviour, out) -> {
        out.emit(event);
        event.add(1);
        out.emit(event);
      });
      Await.answered(producer);
      event.add(2);   // nobody has seen it yet
      var consumer = start(Stage.consumer("consumer", producer, () -> (batch, from) -> handled.addAll(batch))
          .withDemand(Demand.max(2)));
      for (List<Integer> each : Await.next(2, handled, consumer))
        assertThat(each).isSameAs(event).containsExactly(1, 2);
      Await.until(() -> consumer.snapshot().inputs().getFirst().handled() == 2, "both are settled", consumer);
    }
  }
}
