package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.Inlet;
import stage.api.Outlet;
import stage.api.Overflow;
import stage.api.Stage;
import stage.behaviour.support.Collector;
import stage.behaviour.support.CountingProducer;
import stage.behaviour.support.Rig;

/** Lists that are emitted as arrays arrive as if each event had been emitted by itself. */
class EmitAllTest {
  private final Collector<Integer> collector = new Collector<>();

  @AutoClose
  private final Rig rig = new Rig();

  /** Emits once, in the first turn, and completes. */
  private void emits(Stage.Producer<Integer> producer) throws Exception {
    emits(producer, Overflow.block());
  }

  private void emits(Stage.Producer<Integer> producer, Overflow overflow) throws Exception {
    var source = rig.start(Stage.producer("source", () -> (Stage.Producer<Integer>) (demand, out) -> {
      producer.onDemand(demand, out);
      out.complete();
    }).withOverflow(overflow));
    rig.start(Stage.consumer("collector", source, () -> collector));
    rig.app().join();
  }

  static Stream<Named<Function<List<Integer>, Iterable<Integer>>>> kinds() {
    return Stream.of(
        Named.of("an ArrayList", ArrayList::new),
        Named.of("an immutable list", List::copyOf),
        Named.of("the list of a stream", all -> all.stream().toList()),
        Named.of("a view of an array", all -> Arrays.asList(all.toArray(Integer[]::new))),
        Named.of("a part of a list", all -> new ArrayList<>(all).subList(0, all.size())),
        Named.of("a LinkedList", LinkedList::new),
        Named.of("a set", LinkedHashSet::new),
        Named.of("an Iterable", all -> all::iterator));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void emitsAllInOrder(Function<List<Integer>, Iterable<Integer>> kind) throws Exception {
    List<Integer> hundred = IntStream.range(5, 105).boxed().toList();
    emits((demand, out) -> {
      out.emitAll(kind.apply(List.of()));
      out.emitAll(kind.apply(List.of(1, 2)));
      out.emit(3);
      out.emitAll(kind.apply(List.of(4)));
      out.emitAll(kind.apply(hundred));
      assertThat(out.demand()).isEqualTo(demand - 104);
      out.emit(105);
    });
    assertThat(collector.events).isEqualTo(IntStream.rangeClosed(1, 105).boxed().toList());
  }

  @Test
  void passesABatchOn() throws Exception {
    var numbers = rig.start(Stage.producer("numbers", () -> new CountingProducer(2000)));
    class Relay implements Stage.ProducerConsumer<Integer, Integer> {
      @Override
      public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Integer> out) {
        out.emitAll(events);
      }
    }
    var relay = rig.start(Stage.producerConsumer("relay", numbers, Relay::new));
    rig.start(Stage.consumer("collector", relay, () -> collector));
    rig.app().join();
    assertThat(collector.events).isEqualTo(IntStream.rangeClosed(1, 2000).boxed().toList());
  }

  @Test
  void doesNotSeeWhatTheListIsLater() throws Exception {
    emits((demand, out) -> {
      List<Integer> page = new ArrayList<>(List.of(1, 2, 3));
      out.emitAll(page);
      page.set(0, 7);
      page.clear();
      Integer[] array = {4, 5};
      out.emitAll(Arrays.asList(array));
      array[0] = 7;
    });
    assertThat(collector.events).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void emitsWhatIsBeforeANull() throws Exception {
    List<Throwable> thrown = new ArrayList<>();
    emits((demand, out) -> {
      thrown.add(catchThrowable(() -> out.emitAll(Arrays.asList(1, 2, null, 4))));
      thrown.add(catchThrowable(() -> out.emitAll(new ArrayList<>(Arrays.asList(null, 5)))));
      thrown.add(catchThrowable(() -> out.emitAll(null)));
      out.emit(3);
    });
    assertThat(thrown).allSatisfy(each -> assertThat(each).isInstanceOf(NullPointerException.class));
    assertThat(collector.events).containsExactly(1, 2, 3);
  }

  @Nested
  class BeyondDemand {
    private final List<Integer> tooMany = IntStream.rangeClosed(1, 1010).boxed().toList();

    @Test
    void theNewestAreDropped() throws Exception {
      emits((demand, out) -> out.emitAll(new ArrayList<>(tooMany)), Overflow.dropNewest(3));
      assertThat(collector.events).isEqualTo(tooMany.subList(0, 1003));
    }

    @Test
    void theOldestAreDropped() throws Exception {
      emits((demand, out) -> out.emitAll(new ArrayList<>(tooMany)), Overflow.dropOldest(3));
      assertThat(collector.events).startsWith(1, 2, 3).endsWith(1008, 1009, 1010).hasSize(1003);
    }
  }
}
