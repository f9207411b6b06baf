package stage.samples.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long one event takes to the other thread and back, when nothing else is on its way.
 *
 * @param techniques who plays
 * @param goals what Stage's median is to show
 */
record PingPong(List<Technique> techniques, List<Goal> goals) implements Scenario {
  @Override
  public String name() {
    return "ping-pong";
  }

  @Override
  public String about() {
    return "two stages in a cycle, one event at a time: time of a round trip";
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    WarmUp.all(techniques, effort, technique -> median(play(technique, effort.roundTrips() / 4)));
    Map<String, List<Double>> late = new HashMap<>();
    List<Samples> medians = Rounds.alternate(techniques, effort.rounds(), technique -> {
      long[] nanos = play(technique, effort.roundTrips());
      late.computeIfAbsent(technique.name(), name -> new ArrayList<>()).add((double) nanos[nanos.length * 99 / 100]);
      return median(nanos);
    });
    List<Result.Score> medianScores = new ArrayList<>();
    List<Result.Score> lateScores = new ArrayList<>();
    for (int i = 0; i < techniques.size(); i++) {
      String player = techniques.get(i).name();
      medianScores.add(new Result.Score(player, medians.get(i)));
      lateScores.add(
          new Result.Score(player, new Samples(late.get(player).stream().mapToDouble(Double::doubleValue).toArray())));
    }
    return List.of(
        Result.of(name() + ", median", about(), "ns per round trip", medianScores, goals),
        Result.of(name() + ", 99th percentile", about(), "ns per round trip", lateScores, List.of()));
  }

  /** {@return how long each round trip took, shortest first} */
  private static long[] play(Technique technique, int roundTrips) throws Exception {
    var trips = new RoundTrips(roundTrips);
    technique.pingPong(trips);
    return trips.sortedNanos();
  }

  private static long median(long[] sorted) {
    return sorted[sorted.length / 2];
  }
}
