package stage.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.pipeline.Aggregation;
import stage.api.pipeline.Fold;
import stage.api.pipeline.OnFailure;
import stage.api.pipeline.Pipeline;
import stage.api.pipeline.Windows;

/** Folds that change what they are given, with which other keys begin, fail instead of mixing up the keys. */
class ChangingFoldsTest {
  private static final Fold<List<Integer>, Integer> ADDING = (list, n) -> {
    list.add(n);
    return list;
  };

  private record Case(String name, Pipeline<?> results) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Pipeline<Integer> numbers() {
    return Pipeline.of(1, 2, 3);
  }

  private static Pipeline<Integer> timed() {
    return numbers().eventTime(Instant::ofEpochSecond, Duration.ZERO);
  }

  static Stream<Case> cases() {
    var second = Windows.tumbling(Duration.ofSeconds(1));
    return Stream.of(
        new Case("of a key", numbers().keyBy(n -> n).aggregate(new ArrayList<>(), ADDING)),
        new Case("of a key at each element", numbers().keyBy(n -> n).scan(new ArrayList<>(), ADDING)),
        new Case("of all", numbers().scan(new ArrayList<>(), ADDING)),
        new Case("of a window", timed().window(second).aggregate(new ArrayList<>(), ADDING)),
        new Case("of an aggregation", timed().window(second).aggregate(new Aggregation<>(new ArrayList<>(), ADDING,
            (one, other) -> one, list -> list))),
        new Case("to a map", numbers().keyBy(n -> n).aggregate(new HashMap<Integer, Integer>(), (map, n) -> {
          map.put(n, n);
          return map;
        })),
        new Case("to an array", numbers().keyBy(n -> n).aggregate(new long[1], (sum, n) -> {
          sum[0] += n;
          return sum;
        })),
        new Case("to a builder", numbers().keyBy(n -> n).aggregate(new StringBuilder(), (text, n) -> text.append(n))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void fail(Case of) throws Exception {
    var causes = new ConcurrentLinkedQueue<Throwable>();
    List<?> results = of.results().onFailure(OnFailure.deadLetter(letter -> causes.add(letter.cause()))).toList().run();
    assertThat(results).isEmpty();
    assertThat(causes).hasSize(3).allSatisfy(cause -> assertThat(cause)
        .hasMessageStartingWith("the fold changed the ").hasMessageContaining("return a new one"));
  }

  @Test
  void mayReturnWhatTheyWereGivenUnchanged() throws Exception {
    Fold<Map<Integer, Integer>, Integer> copying = (map, n) -> {
      if (n == 2) return map;
      var copy = new HashMap<>(map);
      copy.put(n, n);
      return copy;
    };
    assertThat(numbers().reduce(new HashMap<>(), copying).run()).containsOnlyKeys(1, 3);
  }
}
