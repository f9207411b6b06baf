package stage.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.Demand;
import stage.api.Inlet;
import stage.api.MapState;
import stage.api.Outlet;
import stage.api.ProducerRef;
import stage.api.Redelivery;
import stage.api.Stage;
import stage.api.StageContext;
import stage.api.State;
import stage.api.StopReason;
import stage.api.supervision.Intensity;
import stage.behaviour.support.Await;
import stage.behaviour.support.CrashTest;
import stage.behaviour.support.Series;

/** Results are exact although every stage of a pipeline crashes again and again, at places that a seed has chosen. */
@Tag("races")
class CrashStormTest extends CrashTest {
  private static final int EVENTS = 50_000;
  private static final int CRASHES = 100;   // of each stage

  /** Where a stage crashes, each once; it outlives the incarnations, and is used on the stage's thread only. */
  private static final class Storm {
    private final TreeSet<Integer> places = new TreeSet<>();

    Storm(long seed) {
      var random = new Random(seed);
      while (places.size() < CRASHES) places.add(random.nextInt(EVENTS));
    }

    /** Crashes if this event, or one before it, is such a place. */
    void at(int event) {
      if (places.isEmpty() || places.first() > event) return;
      throw new IllegalStateException("crash at " + places.pollFirst());
    }

    int left() {
      return places.size();
    }
  }

  static Stream<Arguments> storms() {
    List<Arguments> all = new ArrayList<>();
    long seed = 20_261_123;
    for (boolean isGenerator : new boolean[] {false, true}) {
      for (Demand demand : List.of(new Demand(1, 0, false), new Demand(2, 1, false), new Demand(10, 5, false),
          new Demand(1000, 500, false))) {
        all.add(Arguments.of(isGenerator ? "generator" : "producer", demand, seed++));
      }
    }
    return all.stream();
  }

  private static final class Loop implements Stage.Generator<Integer> {
    private final Storm storm;
    private State<Integer> next;

    Loop(Storm storm) {
      this.storm = storm;
    }

    @Override
    public void onStart(StageContext context) {
      next = context.state(0);
    }

    @Override
    public void generate(Outlet<Integer> out) {
      while (next.value() < EVENTS) {
        int event = next.value();
        next.set(event + 1);
        if (event % 2 == 0) storm.at(event);   // before it is published
        out.emit(event);
        storm.at(event);                       // after
      }
    }
  }

  /** Emits the running sum by remainder, and the event itself; counts in states. */
  private static final class Sums implements Stage.ProducerConsumer<Integer, Long> {
    private final Storm storm;
    private MapState<Integer, Long> sums;

    Sums(Storm storm) {
      this.storm = storm;
    }

    @Override
    public void onStart(StageContext context) {
      sums = context.mapState("sums");
    }

    @Override
    public void onEvents(List<Integer> events, Inlet<Integer> from, Outlet<Long> out) {
      for (int event : events) {
        int key = event % 7;
        Long before = sums.get(key);
        long sum = (before == null ? 0 : before) + event;
        sums.put(key, sum);
        out.emit(sum);
        storm.at(event);
        if (event % 97 == 0) from.commit(1 + events.indexOf(event) - committed(events, event));
      }
    }

    /** How many events of this batch were committed before an event. */
    private static int committed(List<Integer> events, int event) {
      int last = -1;
      for (int i = 0; i < events.indexOf(event); i++) if (events.get(i) % 97 == 0) last = i;
      return last + 1;
    }
  }

  /** What has come of it all. */
  private static final class Total implements Stage.Consumer<Long> {
    private final Storm storm;
    private State<Integer> count;
    private State<Long> sum;
    private State<Long> hash;

    Total(Storm storm) {
      this.storm = storm;
    }

    @Override
    public void onStart(StageContext context) {
      count = context.state("count", 0);
      sum = context.state("sum", 0L);
      hash = context.state("hash", 7L);
    }

    @Override
    public void onEvents(List<Long> events, Inlet<Long> from) {
      for (long event : events) {
        storm.at(count.value());
        count.set(count.value() + 1);
        sum.set(sum.value() + event);
        hash.set(31 * hash.value() + event);   // tells the order too
      }
    }

    @Override
    public void onStop(StopReason reason) {
      if (reason instanceof StopReason.Completed) result = List.of((long) count.value(), sum.value(), hash.value());
    }

    private volatile List<Long> result;
  }

  private static List<Long> expected() {
    Map<Integer, Long> sums = new HashMap<>();
    long sum = 0;
    long hash = 7;
    for (int event = 0; event < EVENTS; event++) {
      long running = sums.merge(event % 7, (long) event, Long::sum);
      sum += running;
      hash = 31 * hash + running;
    }
    return List.of((long) EVENTS, sum, hash);
  }

  @ParameterizedTest(name = "{0}, {1}, seed {2}")
  @MethodSource("storms")
  void f01_resultsAreExactUnderCrashes(String source, Demand demand, long seed) throws Exception {
    open(new Intensity(1_000_000, Duration.ofMinutes(5)));
    var first = new Storm(seed);
    var second = new Storm(seed + 1000);
    var third = new Storm(seed + 2000);
    Redelivery patient = Redelivery.attempts(1_000_000);   // nothing here is poison
    ProducerRef<Integer, ?> numbers = source.equals("producer")
        ? start(
            Stage.producer("numbers", () -> new Series<>(EVENTS, Math::toIntExact, number -> first.at((int) number))))
        : start(Stage.generator("numbers", () -> new Loop(first)));
    var sums = start(Stage.producerConsumer("sums", numbers, () -> new Sums(second))
        .withRedelivery(patient).withDemand(demand));
    Total[] last = {null};   // written by the stage's thread, read after its end
    var total = start(Stage.consumer("total", sums, () -> last[0] = new Total(third))
        .withRedelivery(patient).withDemand(demand));

    assertThat(Await.end(total)).isEqualTo(new StopReason.Completed());

    assertThat(last[0].result).as("count, sum and hash of what arrived").isEqualTo(expected());
    assertThat(first.left() + second.left() + third.left()).as("crashes that did not happen").isZero();
    assertThat(numbers.snapshot().eventsEmitted()).isEqualTo(EVENTS);
    assertThat(sums.snapshot().eventsEmitted()).isEqualTo(EVENTS);
    assertThat(total.snapshot().incarnation()).isEqualTo(CRASHES + 1);
    log.takeRestarts(3 * CRASHES);
  }
}
