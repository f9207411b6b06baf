package stage.runtime.pipeline.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SlotsTest {
  @Nested
  class SumsPerKey {
    private final LongSlots sums = new LongSlots();

    @Test
    void addUpWithinATurnAndOverTurns() {
      sums.add("a", 1);
      sums.add("a", 2);
      sums.commit();
      sums.add("a", 4);
      sums.add("a", 8);
      assertThat(sums.value(sums.place("a"))).isEqualTo(15);
    }

    @Test
    void loseWhatATurnDidThatIsRolledBack() {
      sums.add("a", 1);
      sums.commit();
      sums.add("a", 2);
      sums.add("b", 3);
      sums.rollback();
      assertThat(contents(sums)).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void loseWhatAnElementDidThatIsUndone() {
      sums.add("a", 1);
      sums.commit();
      sums.mark();
      sums.add("a", 2);
      sums.mark();
      sums.add("a", 4);
      sums.add("b", 3);
      sums.add("b", 3);
      sums.add("a", 4);
      sums.undo();
      sums.commit();
      assertThat(contents(sums)).isEqualTo(Map.of("a", 3L));
    }

    @Test
    void refuseANullKey() {
      assertThatThrownBy(() -> sums.add(null, 1)).isInstanceOf(NullPointerException.class)
          .hasMessageContaining("key must not be null");
    }

    @Test
    void areWalkedInTheOrderOfArrivalAlsoAfterGrowing() {
      for (int i = 0; i < 1_000; i++) {
        sums.add("key" + i * 7919 % 1_000, i);
        if (i % 300 == 299) sums.commit();
      }
      List<Object> keys = new ArrayList<>();
      for (int n = 0; n < sums.size(); n++) keys.add(sums.key(sums.placeOf(n)));
      List<Object> expected = new ArrayList<>();
      for (int i = 0; i < 1_000; i++) expected.add("key" + i * 7919 % 1_000);
      assertThat(keys).isEqualTo(expected);
    }
  }

  @Nested
  class AThreadThatWasReplaced {
    @Test
    void reachesNothingThatIsCommitted() {
      var old = new LongSlots();
      for (int i = 0; i < 100; i++) old.add(i, 1);
      old.commit();
      old.add(5, 10);
      old.add("new", 10);
      LongSlots successor = old.successor();
      successor.add(5, 100);
      successor.commit();
      old.add(5, 1_000);   // deaf, it goes on
      old.add(6, 1_000);
      successor.add(6, 100);
      successor.commit();
      assertThat(successor.value(successor.place(5))).isEqualTo(101);
      assertThat(successor.value(successor.place(6))).isEqualTo(101);
      assertThat(successor.placeOrAbsent("new")).isEqualTo(Slots.ABSENT);
    }
  }

  @Nested
  class KeysOfOneWorker {
    /** A worker of four sees only keys whose upper two bucket bits are its own. */
    @Test
    void doNotCrowdTogether() {
      var slots = new LongSlots();
      int count = 0;
      for (int i = 0; count < 4_000; i++) {
        if (Keys.worker(Keys.bucket(Keys.hash(i)), 4) != 2) continue;
        slots.add(i, 1);
        count++;
      }
      slots.commit();
      assertThat(slots.longestWay()).isLessThan(60);
    }

    /** Dense keys, steps, halves, days, times and texts: of 4,000, none is far from where it is best. */
    @Test
    void doNotCrowdTogetherWhateverTheyAre() {
      List<IntFunction<Object>> kinds = List.of(i -> i, i -> 7_000_000_000L + i, i -> 60 * i, i -> i << 12,
          i -> (long) i << 32, i -> (double) i, i -> i / 2.0, i -> LocalDate.ofEpochDay(i), i -> 1_000L * i,
          i -> Instant.ofEpochSecond(60L * i), i -> "user-" + i, i -> List.of(i / 100, i % 100));
      for (IntFunction<Object> kind : kinds) {
        var slots = new LongSlots();
        for (int i = 0; i < 4_000; i++) slots.add(kind.apply(i), 1);
        slots.commit();
        assertThat(slots.longestWay()).as("such as %s", kind.apply(3_999)).isLessThan(60);
      }
    }

    @Test
    void areSharedEvenlyAndAlwaysTheSame() {
      int[] perWorker = new int[3];
      for (int i = 0; i < 30_000; i++) perWorker[Keys.worker(Keys.bucket(Keys.hash("user-" + i)), 3)]++;
      for (int keys : perWorker) assertThat(keys).isBetween(9_000, 11_000);
      assertThat(Keys.worker(Keys.BUCKETS - 1, 1)).isZero();
      assertThat(Keys.worker(Keys.BUCKETS - 1, Keys.BUCKETS)).isEqualTo(Keys.BUCKETS - 1);
    }
  }

  /** Against two maps that are copied: the turn's, and the element's. */
  @Nested
  class UnderARandomSequenceOfCalls {
    @Test
    void valuesAreThoseOfTheModel() {
      for (int seed = 0; seed < 40; seed++) values(seed);
    }

    @Test
    void sumsAreThoseOfTheModel() {
      for (int seed = 0; seed < 40; seed++) sums(seed);
    }

    private void values(int seed) {
      var random = new Random(seed);
      var slots = new ValueSlots();
      Map<Object, Object> committed = new HashMap<>();
      Map<Object, Object> marked = new HashMap<>();
      Map<Object, Object> now = new HashMap<>();
      int keys = 1 + random.nextInt(200);
      for (int i = 0; i < 2_000; i++) {
        switch (random.nextInt(14)) {
          case 0 -> {
            slots.undo();
            now = new HashMap<>(marked);
            slots.mark();
          }
          case 1 -> {
            if (random.nextInt(5) > 0) continue;
            slots.commit();
            committed = new HashMap<>(now);
            marked = new HashMap<>(now);
          }
          case 2 -> {
            if (random.nextInt(10) > 0) continue;
            if (random.nextBoolean()) slots = slots.successor();
            else slots.rollback();
            now = new HashMap<>(committed);
            marked = new HashMap<>(committed);
          }
          case 3, 4, 5 -> {
            slots.mark();
            marked = new HashMap<>(now);
          }
          case 6, 7 -> {
            Object key = key(random, keys);
            slots.remove(key);
            now.remove(key);
          }
          default -> {
            Object key = key(random, keys);
            slots.put(key, i);
            now.put(key, i);
          }
        }
        Object key = key(random, keys);
        assertThat(slots.get(key)).as("seed %d, step %d", seed, i).isEqualTo(now.get(key));
      }
      assertThat(contents(slots)).as("seed %d", seed).isEqualTo(now);
    }

    private void sums(int seed) {
      var random = new Random(seed);
      var slots = new LongSlots();
      Map<Object, Long> committed = new LinkedHashMap<>();
      Map<Object, Long> marked = new LinkedHashMap<>();
      Map<Object, Long> now = new LinkedHashMap<>();
      int keys = 1 + random.nextInt(200);
      for (int i = 0; i < 2_000; i++) {
        switch (random.nextInt(40)) {
          case 0 -> {
            slots.undo();
            now = new LinkedHashMap<>(marked);
            slots.mark();
          }
          case 1 -> {
            slots.commit();
            committed = new LinkedHashMap<>(now);
            marked = new LinkedHashMap<>(now);
          }
          case 2 -> {
            if (random.nextBoolean()) slots = slots.successor();
            else slots.rollback();
            now = new LinkedHashMap<>(committed);
            marked = new LinkedHashMap<>(committed);
          }
          case 3, 4, 5, 6, 7, 8, 9, 10 -> {
            slots.mark();
            marked = new LinkedHashMap<>(now);
          }
          default -> {
            Object key = key(random, keys);
            slots.add(key, i);
            now.merge(key, (long) i, Long::sum);
          }
        }
      }
      Map<Object, Long> contents = contents(slots);
      assertThat(contents).as("seed %d", seed).isEqualTo(now);
      assertThat(new ArrayList<>(contents.keySet())).as("order of arrival, seed %d", seed)
          .isEqualTo(new ArrayList<>(now.keySet()));
    }

    /** Half of the keys have the same hash code. */
    private static Object key(Random random, int keys) {
      int key = random.nextInt(keys);
      return key % 2 == 0 ? (Object) key : new Clash(key);
    }
  }

  private record Clash(int number) {
    @Override
    public int hashCode() {
      return 42;
    }
  }

  private static Map<Object, Long> contents(LongSlots slots) {
    Map<Object, Long> contents = new LinkedHashMap<>();
    for (int n = 0; n < slots.size(); n++) contents.put(slots.key(slots.placeOf(n)), slots.value(slots.placeOf(n)));
    return contents;
  }

  private static Map<Object, Object> contents(ValueSlots slots) {
    Map<Object, Object> contents = new LinkedHashMap<>();
    for (int n = 0; n < slots.size(); n++) {
      int place = slots.placeOf(n);
      if (slots.value(place) != null) contents.put(slots.key(place), slots.value(place));
    }
    return contents;
  }
}
