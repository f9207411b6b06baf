package stage.samples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import stage.api.Demand;

/** Every contender moves every event, once. */
class TechniqueTest {
  private static final long EVENTS = 4_321;   // no multiple of any batch

  static List<Technique> techniques() {
    return List.of(new Stages(), new SingleLoop(), new ChunkHandOff(), BlockingQueues.taking(),
        BlockingQueues.draining(),
        new Publishers(Executors.newVirtualThreadPerTaskExecutor()));
  }

  static Stream<Arguments> techniquesAndDemands() {
    return techniques().stream().flatMap(technique ->
        Stream.of(new Demand(1000, 500, false), new Demand(64, 32, false), new Demand(2, 1, false), Demand.max(1))
            .map(demand -> Arguments.of(technique, demand)));
  }

  @ParameterizedTest
  @MethodSource("techniquesAndDemands")
  void movesAllEventsOverAnyNumberOfHops(Technique technique, Demand demand) throws Exception {
    for (int hops : new int[]{1, 2, 10}) assertThat(technique.hops(hops, demand, EVENTS)).isEqualTo(Events.sum(EVENTS));
  }

  @ParameterizedTest
  @MethodSource("techniquesAndDemands")
  void givesEachEventToOneWorker(Technique technique, Demand demand) throws Exception {
    assertThat(technique.fanOut(4, demand, EVENTS)).isEqualTo(Events.sum(EVENTS));
  }

  @ParameterizedTest
  @MethodSource("techniquesAndDemands")
  void givesEachEventToAllConsumers(Technique technique, Demand demand) throws Exception {
    assertThat(technique.broadcast(8, demand, EVENTS)).isEqualTo(8 * Events.sum(EVENTS));
  }

  @ParameterizedTest
  @MethodSource("techniquesAndDemands")
  void countsEachEventInItsPartition(Technique technique, Demand demand) throws Exception {
    assertThat(technique.partition(4, demand, EVENTS)).isEqualTo(Events.sum(EVENTS));
  }

  @ParameterizedTest
  @MethodSource("techniques")
  void movesNoEventsWhereThereAreNone(Technique technique) throws Exception {
    assertThat(technique.hops(2, Demand.DEFAULT, 0)).isZero();
  }

  @ParameterizedTest
  @MethodSource("techniques")
  void playsPingPongToTheEnd(Technique technique) throws Exception {
    var trips = new RoundTrips(1500);   // more than there are different events
    technique.pingPong(trips);

    assertThat(trips.sortedNanos()).hasSize(1500).isSorted();
  }

  @Test
  void aGeneratorMovesAllEventsToo() throws Exception {
    assertThat(Stages.hopsFromGenerator(1, new Demand(64, 32, false), EVENTS)).isEqualTo(Events.sum(EVENTS));
  }
}
