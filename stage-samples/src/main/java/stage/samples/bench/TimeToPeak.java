package stage.samples.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import stage.api.Demand;

/**
 * How far from its steady figure a contender is after two seconds of load: what a program pays for having just been
 * started. Each runs in a JVM of its own, where nothing is loaded or compiled yet.
 *
 * @param hops how many hops its events make
 * @param demand with which demand
 * @param techniques who runs
 * @param goals what Stage is to show
 */
record TimeToPeak(int hops, Demand demand, List<Technique> techniques, List<Goal> goals) implements Scenario {
  private static final int MOST_ROUNDS = 3;   // each takes seconds

  @Override
  public String name() {
    return "time-to-peak";
  }

  @Override
  public String about() {
    return String.format("%d hops at demand %d/%d in a new JVM: the figure after 2 s of load beside the steady one",
        hops, demand.max(), demand.min());
  }

  @Override
  public List<Result> measure(Effort effort) throws Exception {
    int rounds = Math.min(effort.rounds(), MOST_ROUNDS);
    List<Samples> samples = Rounds.alternate(techniques, rounds, technique -> inANewJvm(technique, effort));
    List<Result.Score> scores = new ArrayList<>();
    for (int i = 0; i < samples.size(); i++) scores.add(new Result.Score(techniques.get(i).name(), samples.get(i)));
    return List.of(Result.of(name(), about(), "times", scores, goals));
  }

  private double inANewJvm(Technique technique, Effort effort) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch"));
    if (FirstSeconds.class.getModule().isNamed()) {
      command.addAll(List.of("-p", System.getProperty("jdk.module.path")));
      command.addAll(List.of("-m", "stage.samples/" + FirstSeconds.class.getName()));
    } else {
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), FirstSeconds.class.getName()));
    }
    command.addAll(List.of(technique.name(), String.valueOf(hops), String.valueOf(demand.max()),
        String.valueOf(demand.min()), String.valueOf(effort.peak().toMillis())));
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException(
          "the JVM for " + technique.name() + " ended with " + process.exitValue() + " and said: " + said);
    }
    return Double.parseDouble(said);
  }
}
