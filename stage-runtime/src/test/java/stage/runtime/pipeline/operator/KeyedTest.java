package stage.runtime.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import stage.api.pipeline.All;
import stage.api.pipeline.Bound;
import stage.api.pipeline.KeyValue;
import stage.api.pipeline.plan.Reducing;

class KeyedTest {
  private static final Bound MANY = Bound.rows(1_000);

  private static SingleInput<Object, Object> reducing(Reducing how) {
    return Operators.reducing(how, Optional.empty());
  }

  private static OperatorRig give(OperatorRig rig, Object... keys) {
    for (Object key : keys) rig.element(key, key, Times.NEVER, Times.NEVER);
    return rig;
  }

  @SuppressWarnings("unchecked")
  private static Reducing.Collect collect(Collector<?, ?, ?> collector) {
    return new Reducing.Collect((Collector<Object, Object, Object>) collector);
  }

  @Nested
  class WhatIsReduced {
    @Test
    void isEmittedAtTheEndKeysByFirstArrivalWhateverRoomThereIs() {
      for (int room : new int[] {1, 2, 100}) {
        OperatorRig rig = give(new OperatorRig(reducing(new Reducing.Count())).withRoom(room), "b", "a", "b", "c", "b");
        assertThat(rig.values()).isEmpty();
        assertThat(rig.end().values())
            .containsExactly(new KeyValue<>("b", 3L), new KeyValue<>("a", 1L), new KeyValue<>("c", 1L));
      }
    }

    @Test
    void isExactWhateverHappensOnTheWay() {
      for (int seed = 0; seed < 50; seed++) {
        var random = new Random(seed);
        var counts = new OperatorRig(reducing(new Reducing.Count()), random);
        var sets =
            new OperatorRig(reducing(new Reducing.Aggregate("", (so, e) -> so + "" + e, null, so -> so)), random);
        Map<Object, Long> byHand = new HashMap<>();
        Map<Object, String> textsByHand = new HashMap<>();
        for (int i = 0; i < 200; i++) {
          int key = random.nextInt(30);
          give(counts, key);
          give(sets, key);
          byHand.merge(key, 1L, Long::sum);
          textsByHand.merge(key, "" + key, String::concat);
        }
        assertThat(map(counts.end())).as("seed %d", seed).isEqualTo(byHand);
        assertThat(map(sets.end())).as("seed %d", seed).isEqualTo(textsByHand);
      }
    }

    private static Map<Object, Object> map(OperatorRig rig) {
      Map<Object, Object> map = new HashMap<>();
      for (Object value : rig.values()) map.put(((KeyValue<?, ?>) value).key(), ((KeyValue<?, ?>) value).value());
      return map;
    }

    @Test
    void hasNoTraceOfAnElementThatALaterStepFailed() {
      var rig = give(new OperatorRig(reducing(new Reducing.Count())), "a");
      rig.failing("b", "b", Times.NEVER, Times.NEVER).failing("a", "a", Times.NEVER, Times.NEVER);
      assertThat(give(rig, "c").end().values()).containsExactly(new KeyValue<>("a", 1L), new KeyValue<>("c", 1L));
    }

    @Test
    void isNeverNull() {
      var rig = new OperatorRig(reducing(new Reducing.Aggregate(0, (so, e) -> null, null, so -> so)));
      assertThatThrownBy(() -> give(rig, "a")).hasMessageContaining("the fold must not return null");
    }

    @Test
    void isEmittedAtEachElementByAScan() {
      var rig = new OperatorRig(reducing(new Reducing.Scan(0, (so, e) -> (Integer) so + 1)), new Random(3));
      assertThat(give(rig, "a", "b", "a").values())
          .containsExactly(new KeyValue<>("a", 1), new KeyValue<>("b", 1), new KeyValue<>("a", 2));
    }

    @Test
    void isCommittedElementByElementWhereACollectorKeepsIt() {
      var operator = reducing(collect(Collectors.toList()));
      assertThat(operator.commitsEachElement()).isTrue();
      var rig = new OperatorRig(operator);
      for (String key : List.of("a", "b", "a")) give(rig, key).commit();
      assertThat(rig.end().values())
          .containsExactly(new KeyValue<>("a", List.of("a", "a")), new KeyValue<>("b", List.of("b")));
    }
  }

  @Nested
  class DistinctElements {
    @Test
    void areThoseWhoseKeyIsNotAmongTheLastRemembered() {
      OperatorRig rig = give(new OperatorRig(new Distinct(2)), "a", "b", "a", "c", "b", "a");
      assertThat(rig.values()).as("a is forgotten for c").containsExactly("a", "b", "c", "a");
      assertThat(rig.refused("filtered")).containsExactly("a", "b");
    }

    @Test
    void areTheSameWhateverHappensOnTheWay() {
      for (int seed = 0; seed < 50; seed++) {
        Object[] keys = new Random(seed).ints(100, 0, 12).boxed().toArray();
        Set<List<Object>> results = new HashSet<>();
        for (int run = 0; run < 5; run++)
          results.add(give(new OperatorRig(new Distinct(5), new Random(run)), keys).values());
        assertThat(results).as("seed %d", seed).containsExactly(give(new OperatorRig(new Distinct(5)), keys).values());
      }
    }
  }

  /** The groups are those of Broadway's tests. */
  @Nested
  class Batching {
    private static Batches batches(long most, long within, Bound openKeys) {
      return new Batches(most, null, within, openKeys, (key, batch) -> batch);
    }

    @Test
    void makesListsPerKey() {
      var rig = new OperatorRig(batches(2, Batches.NO_TIME, MANY));
      for (int i = 1; i <= 10; i++) rig.element(i % 2, i, Times.NEVER, Times.NEVER);
      assertThat(rig.values()).startsWith(List.of(1, 3), List.of(2, 4)).hasSize(4);
      assertThat(rig.end().values()).endsWith(List.of(9), List.of(10));
    }

    @Test
    void keepsToAWeightAndLetsAHeavyOneGoAlone() {
      var rig =
          new OperatorRig(new Batches(16, value -> (Integer) value, Batches.NO_TIME, MANY, (key, batch) -> batch));
      for (int weight : new int[] {40, 1, 13, 3, 16, 2, 15}) {
        rig.element(All.ALL, weight, Times.NEVER, Times.NEVER);
      }
      assertThat(rig.end().values()).containsExactly(List.of(40), List.of(1, 13), List.of(3), List.of(16), List.of(2),
          List.of(15));
    }

    @Test
    void endsAListATimeAfterItsFirstElement() {
      var rig = new OperatorRig(batches(10, 5, MANY));
      rig.clock(100).element("a", 1, 0, 0);
      rig.clock(103).element("a", 2, 0, 0).element("b", 3, 0, 0).commit();
      assertThat(rig.operator().nextTimer()).isEqualTo(105);
      assertThat(rig.operator().successor().nextTimer()).as("after a restart").isEqualTo(105);
      assertThat(rig.clock(104).values()).isEmpty();
      assertThat(rig.clock(105).values()).containsExactly(List.of(1, 2));
      assertThat(rig.clock(108).values()).containsExactly(List.of(1, 2), List.of(3));
      assertThat(rig.operator().nextTimer()).isEqualTo(Operator.NO_TIMER);
    }

    @Test
    void doesNotEndTheNextListEarly() {
      var rig = new OperatorRig(batches(2, 5, MANY));
      rig.clock(100).element("a", 1, 0, 0).element("a", 2, 0, 0);
      rig.clock(103).element("a", 3, 0, 0).commit();
      assertThat(rig.clock(105).values()).containsExactly(List.of(1, 2));
      assertThat(rig.clock(108).values()).containsExactly(List.of(1, 2), List.of(3));
    }

    @Test
    void hasTheSmallestStampsOfItsElementsAndVouchesForNoMore() {
      var rig = new OperatorRig(batches(2, Batches.NO_TIME, MANY));
      rig.element("a", 1, 20, 15).element("b", 2, 30, 12);
      assertThat(rig.operator().vouchesFor(18)).isEqualTo(12);
      rig.element("a", 3, 17, 16).commit();
      assertThat(rig.out).containsExactly(new OperatorRig.Out(List.of(1, 3), "a", 17, 15));
    }

    @Test
    void isBoundedInOpenKeys() {
      var rig = new OperatorRig(batches(5, Batches.NO_TIME, Bound.rows(2)));
      assertThat(give(rig, "a", "b", "c", "a").refused("dead letter")).containsExactly("c");
      assertThat(rig.end().values()).containsExactly(List.of("a", "a"), List.of("b"));
      var forgets = new OperatorRig(batches(5, Batches.NO_TIME, Bound.rows(2).forgettingOldest()));
      assertThat(give(forgets, "a", "b", "c").refused("dropped")).containsExactly("a");
      assertThat(forgets.end().values()).containsExactly(List.of("b"), List.of("c"));
    }

    @Test
    void losesNothingWhateverHappensOnTheWay() {
      for (int seed = 0; seed < 100; seed++) {
        var random = new Random(seed);
        var rig = new OperatorRig(batches(3, 10, MANY), random);
        Map<Object, List<Object>> byHand = new HashMap<>();
        for (int i = 0; i < 150; i++) {
          int key = random.nextInt(8);
          rig.element(key, i, Times.NEVER, Times.NEVER);
          byHand.computeIfAbsent(key, k -> new ArrayList<>()).add(i);
          if (random.nextInt(10) == 0) rig.clock(i);
        }
        rig.end();
        Map<Object, List<Object>> batched = new HashMap<>();
        for (OperatorRig.Out out : rig.out) batched.computeIfAbsent(out.key(), k -> new ArrayList<>())
            .addAll((List<?>) out.value());
        for (Object key : byHand.keySet()) {
          assertThat(batched.get(key)).as("seed %d, key %s", seed, key).isEqualTo(byHand.get(key));
        }
      }
    }
  }
}
