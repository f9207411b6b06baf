package stage.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DispatcherTest {
  @Test
  void hasThousandPlacesPerPartitionByDefault() {
    assertThat(Dispatcher.<Integer>partition(List.of("a"), n -> "a").backlog()).isEqualTo(1000);
    assertThat(Dispatcher.<Integer>partition(List.of("a"), n -> "a").withBacklog(7).backlog()).isEqualTo(7);
  }

  @Test
  void numbersPartitionsFromZeroAndChoosesByHash() throws Exception {
    Dispatcher.Partition<Integer> partition = Dispatcher.partition(3, n -> n);
    assertThat(partition.partitions()).containsExactly("0", "1", "2");
    for (int key : new int[] {0, 1, 2, -1, -7, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      @SuppressWarnings("unchecked")
      var function = (Dispatcher.PartitionFunction<Integer>) partition.function();
      assertThat(function.partitionOf(key)).isIn("0", "1", "2").isEqualTo(function.partitionOf(key));
    }
  }

  @Test
  void refusesNullInPlaceOfPartitions() {
    assertThatThrownBy(() -> Dispatcher.<Integer>partition((List<String>) null, n -> "a"))
        .isInstanceOf(NullPointerException.class).hasMessage("partitions must not be null");
    assertThatThrownBy(() -> Dispatcher.<Integer>partition(Arrays.asList("a", null), n -> "a"))
        .isInstanceOf(NullPointerException.class).hasMessage("a partition's name must not be null");
    assertThatThrownBy(() -> new CollectorSpec<Integer, Long>("sum", Collectors.counting(), null, StageOptions.DEFAULT))
        .isInstanceOf(NullPointerException.class).hasMessage("subscriptions must not be null");
  }

  @Test
  void refusesPartitionsThatAreNone() {
    assertThatThrownBy(() -> Dispatcher.<Integer>partition(List.of(), n -> "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there must be at least 1 partition, but there were none");
    assertThatThrownBy(() -> Dispatcher.<Integer>partition(0, n -> n)).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there must be at least 1 partition, but the number was 0");
    assertThatThrownBy(() -> Dispatcher.<Integer>partition(List.of("a", ""), n -> "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a partition's name must not be empty: [a, ]");
    assertThatThrownBy(() -> Dispatcher.<Integer>partition(List.of("a", "a"), n -> "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("partition names must differ, but were [a, a]");
    assertThatThrownBy(() -> Dispatcher.<Integer>partition(1, n -> n).withBacklog(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("partition backlog must be at least 1, but was 0");
  }

  @Test
  void refusesNull() {
    assertThatThrownBy(() -> Dispatcher.shared(null)).isInstanceOf(NullPointerException.class)
        .hasMessage("rule must not be null; use Dispatcher.demand() for the default");
    assertThatThrownBy(() -> Dispatcher.<Integer>partition(List.of("a"), null)).isInstanceOf(NullPointerException.class)
        .hasMessage("function must not be null");
    assertThatThrownBy(() -> Dispatcher.<Integer>partition(2, null)).isInstanceOf(NullPointerException.class)
        .hasMessage("key must not be null");
  }

  @Test
  void addsUpDemandWithoutOverflow() {
    DispatchRule rule = (events, subscriptions, shares) -> {};
    DispatchRule.Subscriptions endless = new DispatchRule.Subscriptions() {
      @Override
      public int count() {
        return 3;
      }

      @Override
      public long demand(int index) {
        return Long.MAX_VALUE - index;
      }

      @Override
      public int weight(int index) {
        return 1;
      }
    };
    assertThat(rule.demand(endless)).isEqualTo(Long.MAX_VALUE);
  }
}
